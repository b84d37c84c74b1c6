"""Cuts a file into its records, lines of JSONL or elements of a JSON array, and holds one at a time."""

import gzip
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

LIMIT = 32 << 20  # bytes of one record
CHUNK = 1 << 20
GZIP = b"\x1f\x8b"
BOM = b"\xef\xbb\xbf"
BLANK = b" \t\r\n"
QUOTE, OPENING = ord('"'), b"[{"

# A whole string, a bracket, or a quote whose string goes on after the end of what was read.
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}"]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Record:
    """One record by its number from 1, a line or an element; `data` is None when it is larger than LIMIT."""

    number: int
    data: bytes | None


@contextmanager
def opened(path: Path) -> Iterator[tuple[io.BufferedReader, BinaryIO]]:
    """The text of a file, unpacked when it is gzip, and the file itself, whose position tells the progress."""
    with path.open("rb") as file:
        if file.peek(2)[:2] != GZIP:
            yield file, file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield io.BufferedReader(cast(io.RawIOBase, unpacked), CHUNK), file


def records(text: io.BufferedReader, *, limit: int = LIMIT, chunk: int = CHUNK) -> Iterator[Record]:
    """The records of an open file, read in chunks; what it starts with tells an array, one object, or JSONL."""
    if text.peek(3)[:3] == BOM:
        text.read(3)
    skipped = _skip_blank(text)
    head = text.peek(1)[:CHUNK]
    if head.startswith(b"["):
        yield from _numbered(_values(_chunks(text, chunk), 1, limit))
    elif head.split(b"\n", 1)[0].strip() == b"{":
        yield from _numbered(_values(_chunks(text, chunk), 0, limit))
    else:
        yield from _lines(text, skipped, limit)


def _skip_blank(text: io.BufferedReader) -> int:
    """Read past white space; returns how many lines that was."""
    lines = 0
    while head := text.peek(1):
        blank = text.read(len(head) - len(head.lstrip(BLANK)))
        lines += blank.count(b"\n")
        if len(blank) < len(head):
            break
    return lines


def _numbered(values: Iterator[bytes | None]) -> Iterator[Record]:
    for number, value in enumerate(values, 1):
        yield Record(number, value)


def _lines(text: io.BufferedReader, number: int, limit: int) -> Iterator[Record]:
    while line := text.readline(limit + 1):
        number += 1
        if len(line) > limit:
            while line and not line.endswith(b"\n"):
                line = text.readline(limit)
            yield Record(number, None)
        elif not line.isspace():
            yield Record(number, line)


def _chunks(text: io.BufferedReader, size: int) -> Iterator[bytes]:
    while chunk := text.read(size):
        yield chunk


def _values(chunks: Iterator[bytes], nesting: int, limit: int) -> Iterator[bytes | None]:
    """JSON values that open at this depth of nesting, by matching brackets outside strings.

    What stands between two values and is none is given out as it is, so that a broken element costs itself alone.
    """
    rest, scanned, depth, dropping = b"", 0, 0, False
    for chunk in chunks:
        rest, begin, until = rest + chunk, 0, len(rest) + len(chunk)
        for token in TOKEN.finditer(rest, scanned):
            start, end = token.span()
            if rest[start] == QUOTE:
                if end - start > 1:
                    continue
                until = start
                break
            inside, depth = depth > nesting, max(0, depth + (1 if rest[start] in OPENING else -1))
            if inside and depth == nesting:
                yield None if dropping or end - begin > limit else rest[begin:end]
                begin, dropping = end, False
            elif not inside:
                yield from _stray(rest[begin:start])
                begin = start if depth > nesting else end
        rest, scanned = rest[begin:], until - begin
        if len(rest) > limit:
            if not (dropping := depth > nesting):
                yield None
            rest, scanned = _forget(rest, scanned)
    yield from [None] if dropping else _stray(rest)


def _stray(between: bytes) -> Iterator[bytes]:
    if text := between.strip(BLANK + b","):
        yield text


def _forget(rest: bytes, scanned: int) -> tuple[bytes, int]:
    """Keep of a record that is too large only what tells whether a string is open at its end."""
    if scanned == len(rest):
        return b"", 0
    backslashes = len(rest) - len(rest.rstrip(b"\\"))
    return (b'"\\' if backslashes % 2 else b'"'), 0
