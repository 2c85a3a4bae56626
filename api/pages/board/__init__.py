"""看板: how a unit and all under it did in a period. Each file is one part of the page, made of what figures answered.

Nothing is counted here: a number on the board is a figure's, and its link leads to the figure. Parts rate units and duties,
never people, and no part puts units in an order of merit.
"""
