"""How long the code location takes to load, against importing Dagster alone and against the two-second limit.

Run: python benchmarks/definitions_load.py [--rounds 5]
"""

import argparse
import statistics
import subprocess
import sys
import time

LIMIT_SECONDS = 2.0
PROGRAMS = {"import dagster": "import dagster", "selfimprove.definitions": "import selfimprove.definitions"}


def seconds(program: str) -> float:
    """Wall time of a fresh interpreter that runs the program."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], check=True)
    return time.perf_counter() - started


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measured: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(rounds):
        for name, program in PROGRAMS.items():
            measured[name].append(seconds(program))
    medians = {name: statistics.median(values) for name, values in measured.items()}
    print(f"{'program':26} {'median s':>9} {'min s':>7}")
    for name, values in measured.items():
        print(f"{name:26} {medians[name]:>9.2f} {min(values):>7.2f}")
    ours = medians["selfimprove.definitions"]
    print(f"ratio to import dagster: {ours / medians['import dagster']:.2f}; limit {LIMIT_SECONDS} s")
    return int(ours > LIMIT_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
