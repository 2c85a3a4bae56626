"""What may happen: one statechart table per case type, the commands, the deadline sweep."""
