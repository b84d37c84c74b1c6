"""Take away the files of what was forgotten: datasets, weights, and pages that quoted it. Safe to do again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from selfimprove import postgres
from selfimprove.adapters import table as adapters
from selfimprove.adapters.files import folder_of
from selfimprove.forgetting.receipt import Receipt
from selfimprove.forgetting.remove import remove, remove_drafts
from selfimprove.privacy import waiting
from selfimprove.reports.table import MorningReport
from selfimprove.settings import private

if TYPE_CHECKING:
    from datetime import datetime

    from selfimprove.postgres import Connection

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Night of {night}</title>
<p>{sentence}</p>
<p>The rest of this page quoted chats that were forgotten on {day}.</p></html>
"""


def sweep(connection: Connection, home: Path, tell: Callable[[str], None] = lambda line: None) -> list[Path]:
    """Remove every file of tainted datasets and adapters, and finish receipts that are not; returns their files.

    A process that was killed while it forgot, or a night that was under way, may have left some. What is there all the
    same afterwards is told, and no receipt counts as swept before it is gone: the next call tries again.
    """
    with connection.transaction():
        connection.execute(postgres.queries("forget").one_sweep)
        left = [*_remove_tainted(connection, home), *_remove_set_aside(connection, home)]
        receipts = [Receipt(**row) for row in _rows(connection, "unswept")]
        if receipts:
            left += [*remove_drafts(home), *_remove_damaged(home)]
        files = [_tell(connection, home, receipt) for receipt in receipts]
        if not left:
            connection.execute(postgres.queries("forget").swept, {"ids": [receipt.id for receipt in receipts]})
    for line in left:
        tell(line)
    return files


def _remove_tainted(connection: Connection, home: Path) -> Iterator[str]:
    for row in _rows(connection, "tainted_datasets"):
        for folder in (home / "datasets" / row["id"], *(home / "datasets").glob(f".{row['id']}.*")):
            yield from remove(folder)
    for row in _rows(connection, "tainted"):
        folder = folder_of(adapters.read(connection, row["id"]))
        if folder.name == row["id"]:  # never a folder that the row names by mistake
            yield from remove(folder)


def _remove_set_aside(connection: Connection, home: Path) -> Iterator[str]:
    """What the gateway said and could not store."""
    chats = {path: waiting.chats_in(path) for path in waiting.set_aside(home)}
    given = {"ids": sorted(frozenset[str]().union(*chats.values()))}
    gone = {row["id"] for row in connection.execute(postgres.queries("forget").buried, given)} if chats else set()
    for path, ids in chats.items():
        if ids & gone:
            yield from remove(path)


def _remove_damaged(home: Path) -> Iterator[str]:
    """It may be of what was forgotten."""
    for path in waiting.damaged(home):
        yield from remove(path)


def _tell(connection: Connection, home: Path, receipt: Receipt) -> Path:
    """Write the receipt's file, and the pages that quoted what it is about."""
    for row in _rows(connection, "pages", runs=list(receipt.runs)):
        digest = _blank(MorningReport(**row), receipt.at)
        connection.execute(postgres.queries("forget").blanked, {"run_id": row["run_id"], "sha256": digest})
    file = home / "receipts" / receipt.name
    _write(file, orjson.dumps(receipt.as_json(), option=orjson.OPT_INDENT_2) + b"\n")
    return file


def _blank(report: MorningReport, at: datetime) -> str:
    """Write a page that tells the decision alone; returns its hash."""
    from markupsafe import escape

    html = PAGE.format(night=report.night, sentence=escape(report.sentence), day=at.date()).encode()
    if report.path.exists():
        _write(report.path, html)
    return hashlib.sha256(html).hexdigest()


def _write(path: Path, content: bytes) -> None:
    draft = private(path.parent) / f".{path.name}.draft"
    draft.touch(mode=0o600)
    draft.write_bytes(content)
    os.replace(draft, path)


def _rows(connection: Connection, query: str, **given: Any) -> list[dict[str, Any]]:
    return connection.execute(getattr(postgres.queries("forget"), query), given).fetchall()
