"""From rows to samples."""
