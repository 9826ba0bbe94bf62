"""Cross-validation: each sample is answered by a model that was fitted without it. No score, no record, no file."""
