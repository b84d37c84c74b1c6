"""Bytes of standard input as text: UTF-8, or what a byte order mark names; anything else is refused, not guessed."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from selfimprove.errors import TextUndecodable

# The longer first: UTF-32's mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


def text(content: bytes) -> str:
    """The text that the bytes spell.

    Raises:
        TextUndecodable: they spell none, or one with NULs in it, as UTF-16 without a mark does when read as UTF-8.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        decoded = content.decode(encoding)
    except UnicodeDecodeError as exc:
        raise TextUndecodable(reason=f"no {encoding} at byte {exc.start}") from exc
    if "\x00" in decoded:
        raise TextUndecodable(reason=f"a NUL at character {decoded.index(chr(0))}")
    return decoded


def lines(source: BinaryIO) -> Iterator[bytes]:
    """Lines of UTF-8; the whole is read at once only where a mark names another encoding."""
    first = source.readline()
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)):
        yield from text(first + source.read()).encode().splitlines(keepends=True)
        return
    for number, line in enumerate(chain([first.removeprefix(codecs.BOM_UTF8)], source), 1):
        if b"\x00" in line:
            raise TextUndecodable(reason=f"a NUL in line {number}")
        yield line
