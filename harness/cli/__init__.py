"""The faces for people: commands and what they print; nothing imports this room."""
