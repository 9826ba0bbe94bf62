"""What became of a suite over time: one row per run of a folder, from an index where nothing changed."""
