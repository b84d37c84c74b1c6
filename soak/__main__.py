"""Run: python -m soak [--minutes 15] [--seed 0] [--clients 8] [--keep FOLDER]"""

import argparse
import asyncio
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from soak.soak import Plan, soak
from soak.table import examples, table


def main() -> int:
    """Print the table; 1 when anything does not add up."""
    parser = argparse.ArgumentParser(prog="soak", description=sys.modules["soak"].__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--seed", default=f"{secrets.randbelow(10**6)}")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--keep", type=Path, help="an empty folder for the house, which stays")
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.minutes:g} minutes, {given.clients} clients", flush=True)
    with TemporaryDirectory(prefix="selfimprove-soak-") as folder:
        place = given.keep or Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        done = asyncio.run(soak(Plan(60 * given.minutes, given.seed, given.clients), place))
    assert done.stored is not None
    print(table(done.books, done.stored, done.findings))
    print("\n".join(["", *(f"started again: {why} ({count})" for why, count in done.books.exits.items())]))
    print("\n".join(examples(done.findings)) or "Everything adds up.")
    return int(bool(done.findings))


if __name__ == "__main__":
    sys.exit(main())
