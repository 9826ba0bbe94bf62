"""Scores and gates as tables: for Arrow and data frames, and for a notebook."""
