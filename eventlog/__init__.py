"""Where events are kept: recorders for SQLite and PostgreSQL, encoding, the people store. Knows no case type."""
