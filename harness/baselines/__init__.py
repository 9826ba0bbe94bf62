"""What a released model did, kept small: from a run to a file for the user's repository, and what changed since."""
