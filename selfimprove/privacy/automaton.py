"""Hyperscan's database of all patterns: compiling takes seconds, so it is kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def load(patterns: Mapping[int, str]) -> Any:
    """A database that reports each number once, read from the cache where the same was compiled before."""
    import hyperscan

    file = folder() / f"rules-{_name(patterns)}.hs"
    try:
        kept = file.read_bytes()
        if hashlib.sha256(kept[32:]).digest() == kept[:32]:
            return hyperscan.loadb(kept[32:], hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        pass  # new rules, another version or processor, or nowhere to keep it
    database = compiled(patterns)
    content = hyperscan.dumpb(database)
    _keep(file, hashlib.sha256(content).digest() + content)
    return database


def compiled(patterns: Mapping[int, str]) -> Any:
    """A new database."""
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[pattern.encode() for pattern in patterns.values()],
        ids=list(patterns),
        elements=len(patterns),
        flags=[hyperscan.HS_FLAG_SINGLEMATCH] * len(patterns),
    )
    return database


def folder() -> Path:
    """Where databases are kept; rules alone are in them, never text."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "selfimprove"


def _name(patterns: Mapping[int, str]) -> str:
    from importlib.metadata import version

    content = repr((version("hyperscan"), sorted(patterns.items())))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _keep(file: Path, content: bytes) -> None:
    """Write it whole or not at all, for several processes may come here at once."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as written:
            written.write(content)
        os.replace(written.name, file)
    except OSError:
        return
    for old in file.parent.glob("rules-*.hs"):
        if old != file:
            old.unlink(missing_ok=True)
