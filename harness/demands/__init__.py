"""What a suite may demand of a score: the kinds of its bounds, and whether the verdict depends on them."""
