"""`python -m benchmarks.hostile kills 1000`, or `cases 1000000`: run them and print what came of each class.

It ends with 1 where anything failed.
"""

from __future__ import annotations

import argparse
import sys

from benchmarks.hostile import cases, kills


def main() -> None:
    """Run and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["kills", "cases"])
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    driver = {"kills": kills.main, "cases": cases.main}[chosen.what]
    sys.exit(not driver(chosen.count, chosen.seed))


main()
