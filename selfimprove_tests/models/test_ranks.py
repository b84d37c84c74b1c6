"""Two processes on this machine train one adapter together, each on its share of every step."""

import subprocess
import sys
from pathlib import Path

import pytest

from selfimprove.settings import CHECKOUT

LAUNCH = Path(sys.executable).with_name("mlx.launch")


@pytest.mark.skipif(not LAUNCH.exists(), reason="MLX came without mlx.launch")
def test_two_ranks_end_with_one_adapter() -> None:
    rank = [sys.executable, "-m", "selfimprove_tests.models.ranks"]
    alone, together = _said(rank), _said([str(LAUNCH), "-n", "2", "--backend", "ring", "--", *rank])
    assert [line[0] for line in together] == ["rank 0 of 2", "rank 1 of 2"]
    (_, (digest, tokens, loss)), (_, other) = together
    assert [digest, tokens, loss] == other, "gradients are averaged, tokens and losses are summed"
    assert digest != alone[0][1][0]
    assert int(tokens) > int(alone[0][1][1])


def _said(command: list[str]) -> list[tuple[str, list[str]]]:
    """What each rank printed; mlx.launch exits with 0 even when its ranks fail."""
    output = subprocess.run(command, capture_output=True, text=True, cwd=CHECKOUT, timeout=300).stdout
    lines = sorted(line.strip() for line in output.splitlines() if line.strip().startswith("rank"))
    return [(line.partition(": ")[0], line.partition(": ")[2].split()) for line in lines]
