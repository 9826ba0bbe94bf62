"""Attacks on texts from the literature: a search over edits, what may be edited, and what must remain of a text."""
