"""Reads texts, with or without labelled spans, from JSON lines."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from selfimprove.errors import LabelsNotCompressed, LabelsUnreadable
from selfimprove.privacy.measure import Labelled

TEXT = 'an object with "id" and "text"'
SPANS = 'an object with "id", "text" and "spans", each span with "start", "end" and "type" inside the text'


def texts(lines: Iterable[bytes], file: str) -> Iterator[tuple[Any, str]]:
    """Id and text of each line that is not blank.

    Raises:
        LabelsUnreadable: a line is something else.
    """
    for _, value in _objects(lines, file, TEXT):
        yield value.get("id"), value["text"]


def examples(path: Path) -> Iterator[Labelled]:
    """The labelled texts of a file, which may be compressed with gzip.

    Raises:
        LabelsUnreadable: a line is something else.
        LabelsNotCompressed: the name ends in .gz and the content is no gzip, or is cut short.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        for line, value in _objects(_whole(lines, path), str(path), SPANS):
            text, spans = value["text"], value.get("spans")
            if not isinstance(spans, list) or not all(_is_span(span, len(text)) for span in spans):
                raise LabelsUnreadable(line=line, file=path, expected=SPANS)
            yield Labelled(str(value.get("id")), text, tuple((s["start"], s["end"], s["type"]) for s in spans))


def _whole(lines: Iterable[bytes], path: Path) -> Iterator[bytes]:
    try:
        yield from lines
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise LabelsNotCompressed(file=path, reason=str(exc)) from exc


def _objects(lines: Iterable[bytes], file: str, expected: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, content in enumerate(lines, 1):
        if not content.strip():
            continue
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError as exc:
            said = f"{exc.msg} at character {exc.pos + 1}"  # half an emoji, say, which nobody sees
            raise LabelsUnreadable(line=line, file=file, expected=f"{expected}, nor JSON ({said})") from exc
        if not isinstance(value, dict) or not isinstance(value.get("text"), str):
            raise LabelsUnreadable(line=line, file=file, expected=expected)
        yield line, value


def _is_span(span: Any, length: int) -> bool:
    if not isinstance(span, dict) or not isinstance(span.get("type"), str):
        return False
    start, end = span.get("start"), span.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length
