"""What cannot be stored is set aside, sealed as it was, so that it holds up nothing else and is not lost either."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from selfimprove.privacy import journal, waiting
from selfimprove.privacy.journal import Damaged, Record
from selfimprove.settings import private


def put(home: Path, record: Record) -> None:
    """Keep a record in a file of its own."""
    framed = journal.frame(record)
    journal.write(_folder(home) / f"{_name(framed)}.sealed", [framed])


def put_damaged(home: Path, data: bytes) -> None:
    """Keep bytes that are no record any more, for whoever wants to look at the disk's fault."""
    journal.write(_folder(home) / f"{_name(data)}.damaged", [data])


def records(home: Path) -> Iterator[tuple[Path, Record]]:
    """What was set aside."""
    for path in waiting.set_aside(home):
        for one in journal.read(path):
            if not isinstance(one, Damaged):
                yield path, one


def _folder(home: Path) -> Path:
    return private(waiting.folder_of(home) / "aside")


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
