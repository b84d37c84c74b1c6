"""Finds the conversations in an export that is a zip archive, and unpacks them as they are read, never to disk."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from selfimprove.chats import records
from selfimprove.chats.records import CHUNK, Record
from selfimprove.errors import FileUnreadable

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # of one that holds something, and of one that holds nothing
CONVERSATIONS = re.compile(r"(?:.*/)?conversations[^/]*\.jsonl?", re.DOTALL)  # ChatGPT numbers them
OTHERS = re.compile(r"(?:.*/)?[^/.][^/]*\.jsonl?", re.DOTALL)
MOST, RATIO = 1 << 30, 100  # an archive unpacks to so many bytes, or so many times its own; text to five times
ENCRYPTED = 1
BROKEN = (BadZipFile, NotImplementedError, ValueError)  # what ZipFile raises, whatever its bytes are


@contextmanager
def opened(path: Path) -> Iterator[tuple[Iterator[Record], BinaryIO]]:
    """The records of a file, whatever it is packed in, and the file itself, whose position tells the progress.

    Raises:
        FileUnreadable: it is a zip archive that is broken, or not to be unpacked here.
    """
    with records.opened(path) as (text, file):
        if text is not file or not text.peek(4).startswith(ZIP):
            yield records.records(text), file
            return
        if not file.seekable():
            raise _refused(path, "a zip archive cannot be read from a pipe: save it first")
        try:
            archive = ZipFile(text)
        except BROKEN as exc:
            raise _refused(path, "it is a broken zip archive") from exc
        with archive:
            yield _records(archive, _chosen(archive, path), path), file


def _chosen(archive: ZipFile, path: Path) -> list[ZipInfo]:
    """The files with conversations; where none is called so, all that hold JSON."""
    found = sorted(archive.infolist(), key=lambda entry: entry.filename)
    named = [entry for entry in found if CONVERSATIONS.fullmatch(entry.filename)]
    chosen = named or [entry for entry in found if OTHERS.fullmatch(entry.filename)]
    if not chosen:
        raise _refused(path, "it is a zip archive without JSON files")
    if any(entry.flag_bits & ENCRYPTED or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in chosen):
        raise _refused(path, "it is a zip archive of another kind: unpack it and import the JSON files in it")
    if sum(entry.file_size for entry in chosen) > max(MOST, RATIO * sum(entry.compress_size for entry in chosen)):
        raise _refused(path, "it is a zip archive that would unpack to more than chats can be")
    return chosen


def _records(archive: ZipFile, chosen: list[ZipInfo], path: Path) -> Iterator[Record]:
    """The records of all files, numbered through."""
    number = 0
    try:
        for entry in chosen:
            with archive.open(entry) as member:
                before = number
                for record in records.records(io.BufferedReader(cast(io.RawIOBase, member), CHUNK)):
                    number = before + record.number
                    yield Record(number, record.data)
    except BROKEN as exc:
        raise _refused(path, "it is a broken zip archive") from exc


def _refused(path: Path, reason: str) -> FileUnreadable:
    return FileUnreadable(file=path, reason=reason)
