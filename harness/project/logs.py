"""The logs of the libraries beneath, for who asks for them."""

from __future__ import annotations

import os

LIBRARIES = ("TRANSFORMERS", "DATASETS")
"""Those that read how much they say from the environment when they are imported."""


def show_logs(wanted: bool) -> bool:  # an option
    """Have libraries write on stderr what they log: `--verbose`; what was given."""
    if wanted:
        import logging

        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
        for library in LIBRARIES:
            os.environ.setdefault(f"{library}_VERBOSITY", "info")
    return wanted
