"""From the words of a suite file to checked specifications and components."""
