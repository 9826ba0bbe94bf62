"""What a call of the command line leaves unsaid: the suite of its folder, settings of the project, half a word."""
