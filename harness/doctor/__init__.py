"""What is here, missing or in the way, which runs nothing; and what is wrong with a model, asked apart."""
