"""指标: how much stayed where it arose, how long it took, what was in time. Each figure is defined once, in one of
these files. Never compute a figure anywhere else: there would be two."""

from projections.figures.ask import PARTS, drill, figure
from projections.figures.catalogue import FIGURES
from projections.figures.definition import Figure

__all__ = ["FIGURES", "PARTS", "Figure", "drill", "figure"]
