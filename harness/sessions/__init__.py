"""What one experiment on one sample may ask of models; no batch, no device, no file."""
