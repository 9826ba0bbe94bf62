"""From a finished task's records to its scores, and from gates to the verdict."""
