"""Found failures kept for the user's repository, waived where somebody answers for it, and asked again."""
