"""Pages with lists: one's work, all cases, deadlines; what they are filtered by, and what is done with several rows at once."""
