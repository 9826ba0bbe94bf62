"""What a model elsewhere costs, counted, and answers that are kept, so that nothing is paid for twice."""
