"""Lists of words beside this module, one word or shape a line; \\n in it stands for a new line, - alone for nothing."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def words(name: str) -> tuple[str, ...]:
    """The list of that name."""
    lines = (Path(__file__).with_name("words") / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple("" if line == "-" else line.replace("\\n", "\n") for line in lines)
