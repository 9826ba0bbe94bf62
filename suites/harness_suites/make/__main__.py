"""Makes the quickstart's data or model again: `python -m harness_suites.make data`, then `... model`."""

import argparse
from pathlib import Path

from harness_suites.make import reviews

QUICKSTART = Path(__file__).parent.parent / "quickstart"


def main() -> None:
    """Makes what the command line names, in place or below `--folder`."""
    parser = argparse.ArgumentParser(prog="python -m harness_suites.make", description=__doc__)
    parser.add_argument("what", choices=("data", "model"))
    parser.add_argument("--folder", type=Path, default=QUICKSTART, help="holds data/ and model/")
    parser.add_argument("--seed", type=int, default=reviews.SEED)
    chosen = parser.parse_args()
    make = _data if chosen.what == "data" else _model
    make(chosen.folder, chosen.seed)


def _data(folder: Path, seed: int) -> None:
    reviews.write(folder / "data", seed)


def _model(folder: Path, seed: int) -> None:
    from harness_suites.make.train import (
        train,
    )  # torch takes seconds to import, and the data does not need it

    train(folder / "data", folder / "model", seed)


if __name__ == "__main__":
    main()
