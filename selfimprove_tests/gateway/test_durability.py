"""Killed for real: what keeps, and Postgres, at random moments, as benchmarks/durability.py does at length."""

import subprocess
import sys

from selfimprove.settings import CHECKOUT

KILLS = 8


def test_kills_of_gateway_and_postgres_lose_and_double_nothing_that_was_acknowledged() -> None:
    command = [sys.executable, "-W", "ignore", "benchmarks/durability.py", "--kills", str(KILLS), "--kills-only"]
    done = subprocess.run(
        [*command, "--seed", "4"], cwd=CHECKOUT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    row = done.stdout.splitlines()[2].strip("| ").split("|")
    gateway, server, asked, acknowledged, lost, doubled, _ = map(int, row)
    assert gateway + server == KILLS
    assert server >= 1
    assert (lost, doubled) == (0, 0)
    assert asked > acknowledged > 50
