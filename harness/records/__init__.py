"""What a run leaves on the disk: written once, read back by columns."""
