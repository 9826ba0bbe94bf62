"""A sample under attack: what an attack seeks and may use, one after the other, and what their finds are worth."""
