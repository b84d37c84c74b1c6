"""The file of the vault's keys: exchanged whole or not at all, by one process at a time; no draft is left behind."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from selfimprove import disk

DRAFT = re.compile(r"(?=\d*[a-f])[0-9a-f]{8}")  # what follows the file's name; a day in figures is somebody's backup


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While keys are exchanged, who comes second waits: a key that was written over is lost for ever.

    A process that was killed leaves a draft with keys that may have been retired since: it goes before and after.
    """
    with _held(path):
        _clear(path)
        try:
            yield
        finally:
            _clear(path)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def drafts(path: Path) -> list[Path]:
    """Copies that an exchange wrote, not yet in their place: our own files of that name; nobody's while it is held."""
    return [beside for beside in _beside(path) if _is_draft(path, beside)]


def others(path: Path) -> list[Path]:
    """What else lies beside the file under its name, backups of an owner's among it; nothing here touches them."""
    return [beside for beside in _beside(path) if not _is_draft(path, beside)]


def make(path: Path, content: Mapping[str, Any]) -> None:
    """Put a first key file in its place; that of another process that was quicker is left as it is.

    Nothing is cleared: where the file was lost, what lies beside it may be the only copy of its keys.
    """
    with _held(path):
        if not os.path.lexists(path):
            put(path, content)


def put(path: Path, content: Mapping[str, Any]) -> None:
    """Exchange the file; for who holds it alone."""
    os.replace(_draft(path, content), path)
    disk.sync_folder(path.parent)  # else a power failure could take the only key of rows that are stored


def _beside(path: Path) -> list[Path]:
    return sorted(beside for beside in path.parent.iterdir() if beside.name.startswith(f"{path.name}."))


def _is_draft(path: Path, beside: Path) -> bool:
    if not DRAFT.fullmatch(beside.name.removeprefix(f"{path.name}.")):
        return False
    with suppress(FileNotFoundError):  # taken away meanwhile by who holds the file
        found = beside.lstat()
        return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
    return False


def _clear(path: Path) -> None:
    if path.exists():  # else a draft may be the only copy of the keys
        for draft in drafts(path):
            draft.unlink(missing_ok=True)


def _draft(path: Path, content: Mapping[str, Any]) -> Path:
    draft = path.with_name(f"{path.name}.d{secrets.token_hex(4)[1:]}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(orjson.dumps(content))
        file.flush()
        disk.sync(file.fileno())
    return draft
