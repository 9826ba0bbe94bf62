"""What tasks bring along: samples of their own in place of the suite's data, and models that their parts ask."""
