"""Who is there: signing in, sessions, tokens, the office in which somebody acts. What they may do is decided elsewhere."""
