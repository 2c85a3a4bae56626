"""How Gridcase is reached: JSON routes. Handlers parse, ask the service or a projection, and answer."""
