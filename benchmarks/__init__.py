"""The harness beside the libraries alone: same model, same samples, interleaved in one run."""
