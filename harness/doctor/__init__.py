"""What is here, what is missing and what is in the way: the checks of `harness doctor`, which run nothing."""
