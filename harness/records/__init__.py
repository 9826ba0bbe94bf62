"""The files of a run: written once, read back by columns."""
