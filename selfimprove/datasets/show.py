"""Datasets as a person or a program reads them."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from selfimprove.datasets.example import SPLITS
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.say import reasons
from selfimprove.datasets.start import words

WIDEST = 60  # characters of a cell


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


def routes(rows: Sequence[Mapping[str, Any]]) -> str:
    """Routes as aligned text; questions are cut to what a line holds."""
    if not rows:
        return "No lesson has been routed yet. Run a night with `selfimprove night`."
    lines = [("EXAMPLE", "WHERE", "SCORE", "BY", "REASON", "QUESTION")]
    for row in rows:
        cells = (row["example_id"][:12], row["route"], f"{row['score']:.2f}", row["decided_by"], row["reason"])
        lines.append((*cells, short(row["question"])))
    return aligned(lines)


def facts(rows: Sequence[Mapping[str, Any]]) -> str:
    """Facts as aligned text: since when, whether they still hold, or how near they are to what was asked."""
    if not rows:
        return "No fact is remembered: weights have learned all of them so far."
    lines = [("ID", "STATE", "QUESTION", "FACT")]
    for row in rows:
        state = "superseded" if row.get("superseded_by") else "holds"
        state = f"{row['similarity']:.2f}" if "similarity" in row else state
        lines.append((row["id"][:12], state, short(row["question"]), short(row["fact"])))
    return aligned(lines)


def short(text: str) -> str:
    """A text on one line of at most 60 characters, without what moves a cursor, colours or turns the reading around."""
    line = " ".join("".join(mark if mark.isprintable() else " " for mark in text).split())
    return line if len(line) <= WIDEST else f"{line[: WIDEST - 1]}…"


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
    lines += [line for line in (words(made.get("start", {})), *practised(made.get("practised", {}))) if line]
    return "\n".join([*lines, f"Rule: {rule}.", f"Base model: {made['base_model']}"])


def practised(found: Mapping[str, Any]) -> list[str]:
    """What replay was drawn by, a line for each group that was lost."""
    if not found:
        return []
    lines = [f"Practised again: {found['by_lot']} by lot, at {found['floor']:g} of what was lost entirely."]
    return lines + [f"  {fell(row)}: {row['drawn']} like it" for row in found["lost"]]


def fell(row: Mapping[str, Any]) -> str:
    """What was lost of a group, in words."""
    knew = f" ({row['knew']})" if row["knew"] else ""
    return f"{row['name']} {row['before']}{knew} to {row['now']} of {row['n']}"


def practice(rows: Sequence[Mapping[str, Any]]) -> str:
    """What a dataset practises again as aligned text, with why each was drawn."""
    if not rows:
        return "This dataset practises nothing again."
    lines = [("EXAMPLE", "OF", "WEIGHT", "DRAWN FOR", "QUESTION")]
    for row in rows:
        weight = "-" if row["weight"] is None else f"{row['weight']:.2f}"
        asked = next((m["content"] for m in reversed(row["messages"]) if m["role"] == "user"), "")
        of = "own" if row["chat_id"] else "base"
        lines.append((row["id"][:12], of, weight, row["drawn_for"] or "by lot", short(asked)))
    return aligned(lines)


def as_json(value: Any) -> str:
    """One JSON value, indented; days and times as ISO text."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _kinds(part: Mapping[str, Any]) -> str:
    kinds = ", ".join(f"{n} {kind}" for kind, n in part["kinds"].items())
    return f"{part['examples']} examples" + (f" ({kinds})" if kinds else "")
