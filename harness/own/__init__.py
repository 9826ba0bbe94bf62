"""Objects of the user's own: where they are looked up, when they are refused, and the source that decides them."""
