"""What a task's function is given: components by name, and data besides the samples it runs on, as a model's train."""
