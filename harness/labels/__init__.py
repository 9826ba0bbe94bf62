"""The names of classes, as people write them (words, numbers, a file of them) and as those of data and model fit."""
