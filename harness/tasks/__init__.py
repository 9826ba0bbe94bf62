"""The tasks that ship with the core; a suite finds them, like anybody's, by entry point."""
