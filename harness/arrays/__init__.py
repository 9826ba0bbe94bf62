"""Between inputs and the arrays of a local model: tables of rows, the user's features, and columns that are answers."""
