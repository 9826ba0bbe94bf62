"""The questions of one experiment on one sample to models; no batch, no device, no file."""
