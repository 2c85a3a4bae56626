"""What can be seen: audit trail, worklist, deadlines, spells, figures. Rebuilt from the log, deciding nothing."""
