"""Functions to write, with tests that run; what they do, a body that does it, and the tests are in programs.jsonl."""

import json
from pathlib import Path

from selfimprove.evals.making.item import Item

FUNCTIONS = Path(__file__).with_name("programs.jsonl")


def items() -> dict[str, list[Item]]:
    """Every function, by what it works on."""
    found: dict[str, list[Item]] = {}
    for line in map(json.loads, FUNCTIONS.read_text().splitlines()):
        asked = f"Write a Python function {line['signature']} that {line['does']}. Answer with the code alone."
        item = Item(asked, f"def {line['signature']}:\n    {line['body']}", f"code:{line['tests']}")
        found.setdefault(line["topic"], []).append(item)
    return found
