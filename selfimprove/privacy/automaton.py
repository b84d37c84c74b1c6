"""Hyperscan's database of all patterns: compiling takes seconds, so it is kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Numbered = Mapping[int, str]
Pairs = Mapping[int, tuple[int, int]]


def load(patterns: Numbered, parts: Numbered | None = None, pairs: Pairs | None = None) -> Any:
    """A database that reports each number once, read from the cache where the same was compiled before.

    Parts are not reported; a pair is, when both parts of it match.
    """
    import hyperscan

    expressions = _expressions(patterns, parts or {}, pairs or {})
    file = folder() / f"rules-{_name(expressions)}.hs"
    try:
        kept = file.read_bytes()
        if hashlib.sha256(kept[32:]).digest() == kept[:32]:
            return hyperscan.loadb(kept[32:], hyperscan.HS_MODE_BLOCK)
    except (OSError, hyperscan.error):
        pass  # new rules, another version or processor, or nowhere to keep it
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    written, numbers, flags = zip(*expressions, strict=True)
    database.compile(expressions=written, ids=numbers, elements=len(numbers), flags=flags)
    content = hyperscan.dumpb(database)
    _keep(file, hashlib.sha256(content).digest() + content)
    return database


def _expressions(patterns: Numbered, parts: Numbered, pairs: Pairs) -> list[tuple[bytes, int, int]]:
    """Expression, number and flags of each."""
    import hyperscan

    once, unsaid = hyperscan.HS_FLAG_SINGLEMATCH, hyperscan.HS_FLAG_QUIET
    return [
        # one that could always match again: else a scan halts at the last new match, before its pair is reported
        (b"\\x00never\\x00", 1_000_000, unsaid),
        *((pattern.encode(), number, once) for number, pattern in patterns.items()),
        *((pattern.encode(), number, once | unsaid) for number, pattern in parts.items()),
        *((b"%d & %d" % pair, number, once | hyperscan.HS_FLAG_COMBINATION) for number, pair in pairs.items()),
    ]


def folder() -> Path:
    """Where databases are kept; rules alone are in them, never text."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "selfimprove"


def _name(expressions: list[tuple[bytes, int, int]]) -> str:
    from importlib.metadata import version

    content = repr((version("hyperscan"), expressions))
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
