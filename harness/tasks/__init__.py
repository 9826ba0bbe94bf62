"""What is asked about a sample, what the answers amount to, and what speaks against the model."""
