"""Hostile conditions, many times over: signals at random moments, and files, texts and addresses that mean harm."""
