"""指标: how much stayed where it arose, how long it took, what was in time. Each figure is defined once, in one of
these files, and answered by `projections.figures.ask`. Never compute a figure anywhere else: there would be two."""
