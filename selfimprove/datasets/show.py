"""Datasets as a person or a program reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from selfimprove.datasets.example import SPLITS
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.say import reasons


def summary(row: Mapping[str, Any]) -> dict[str, Any]:
    """One dataset of the list."""
    parts = row["manifest"]["splits"]
    return {
        "id": row["id"],
        "night": row["night"],
        "cutoff": row["cutoff"],
        "decided": row["decided"],
        "created_at": row["created_at"],
        **{str(split): parts[split]["examples"] for split in SPLITS},
    }


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The list as aligned text."""
    if not rows:
        return "There are no datasets yet. Run a night with `selfimprove night`."
    lines = [("ID", "NIGHT", *(split.upper() for split in SPLITS), "DECIDED")]
    for row in map(summary, rows):
        counts = (str(row[split]) for split in SPLITS)
        lines.append((row["id"][:12], str(row["night"]), *counts, "yes" if row["decided"] else "no"))
    return aligned(lines)


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Rows of cells as columns of text."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join(line.rstrip() for line in padded)


def manifest(dataset: Dataset) -> str:
    """A manifest in words."""
    made = dataset.manifest
    rule = ", ".join(f"{name} {value}" for name, value in made["rule"].items())
    lines = [f"Dataset {dataset.id}", f"Night {dataset.night}; chats of {dataset.cutoff} and later only test."]
    lines += [f"{split}: {_kinds(made['splits'][split])}" for split in SPLITS]
    lines.append(f"Chats: {made['chats']['in']} read, {made['chats']['out']} used.")
    lines.append(f"Left out: {reasons(made['chats']['rejected']) or 'none'}.")
    lines.append(f"Replay left out: {reasons(made['replay_left_out']) or 'none'}.")
    return "\n".join([*lines, f"Rule: {rule}.", f"Base model: {made['base_model']}"])


def as_json(value: Any) -> str:
    """One JSON value, indented; days and times as ISO text."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _kinds(part: Mapping[str, Any]) -> str:
    kinds = ", ".join(f"{n} {kind}" for kind, n in part["kinds"].items())
    return f"{part['examples']} examples" + (f" ({kinds})" if kinds else "")
