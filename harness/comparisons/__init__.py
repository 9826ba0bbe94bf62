"""Models compared with each other: every score that moved, which way that is, and which samples turned."""
