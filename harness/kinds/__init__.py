"""What an input is and what an answer means: the only code that knows a text from an image, a class from a number."""
