"""Makes the quickstart again: `python -m harness_suites.make data`, then `... model`, then `... pruned`."""

import argparse
from pathlib import Path

from harness_suites.make import reviews

QUICKSTART = Path(__file__).parent.parent / "quickstart"


def _data(folder: Path, seed: int) -> None:
    reviews.write(folder / "data", seed)


def _model(folder: Path, seed: int) -> None:
    from harness_suites.make.train import (
        train,
    )  # torch takes seconds to import, and the data does not need it

    train(folder / "data", folder / "model", seed)


def _pruned(folder: Path, _: int) -> None:
    from harness_suites.make.prune import prune

    prune(folder / "model", folder / "pruned")


MAKERS = {"data": _data, "model": _model, "pruned": _pruned}


def main() -> None:
    """Makes what the command line names, in place or below `--folder`."""
    parser = argparse.ArgumentParser(prog="python -m harness_suites.make", description=__doc__)
    parser.add_argument("what", choices=MAKERS)
    parser.add_argument("--folder", type=Path, default=QUICKSTART, help="has data/, model/ and pruned/")
    parser.add_argument("--seed", type=int, default=reviews.SEED)
    chosen = parser.parse_args()
    MAKERS[chosen.what](chosen.folder, chosen.seed)


if __name__ == "__main__":
    main()
