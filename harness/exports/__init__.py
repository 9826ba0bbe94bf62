"""What a finished run has that a model can be trained on: a run is read, its files are not touched."""
