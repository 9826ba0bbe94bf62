"""The kinds of inputs and of answers: the only code that knows a text from an image, a class from a number."""
