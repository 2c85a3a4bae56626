"""How fast it is, measured beside what else one would take, in the same run. Never a test: no figure fails a build."""
