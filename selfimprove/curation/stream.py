"""Texts from a stream, their duplicates to another."""

from collections.abc import Iterable
from typing import BinaryIO

import orjson

from selfimprove.curation.deduplicate import deduplicate
from selfimprove.privacy.labelled import texts


def jsonl(lines: Iterable[bytes], out: BinaryIO, threshold: float) -> tuple[int, int]:
    """For each {"id", "text"} line one {"id", "duplicate_of", "similarity"}, null for originals; counts of both.

    Raises:
        LabelsUnreadable: a line is not such an object; the message has its number.
    """
    rows = list(texts(lines, "standard input"))
    found = deduplicate([text for _, text in rows], threshold)
    for (id_, _), duplicate in zip(rows, found, strict=True):
        original = rows[int(duplicate.original)][0] if duplicate else None
        share = round(duplicate.similarity, 4) if duplicate else None
        out.write(orjson.dumps({"id": id_, "duplicate_of": original, "similarity": share}) + b"\n")
    return len(rows), sum(duplicate is not None for duplicate in found)


def plain(lines: Iterable[bytes], out: BinaryIO, threshold: float) -> tuple[int, int]:
    """A line for each text that repeats an earlier one; counts of texts and repeats."""
    rows = [line.decode("utf-8", "replace").rstrip("\r\n") for line in lines]
    found = deduplicate(rows, threshold)
    for number, duplicate in enumerate(found, 1):
        if duplicate:
            line = f"line {number} repeats line {int(duplicate.original) + 1} ({duplicate.similarity:.2f})\n"
            out.write(line.encode())
    return len(rows), sum(duplicate is not None for duplicate in found)
