"""图表: pictures of figures, drawn on the server as SVG, each with a table of the same numbers beside it.

A chart is given the numbers that a figure answered and draws them; it never works one out. Lengths across are per
cent of the width and lengths down are `em`, so that a chart fits a phone and text keeps its size. No style attribute
and no colour in here: classes only (strict CSP), colours are the style sheet's (dark, light, print).
"""
