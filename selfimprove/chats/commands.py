"""`selfimprove chats …`: bring conversations in, and look at what came without reading it."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfimprove.options import Text

if TYPE_CHECKING:
    from selfimprove.chats.calendar import Calendar
    from selfimprove.chats.chat import Sealing
    from selfimprove.chats.importing import Imported, Progress
    from selfimprove.chats.sample.load import Loaded
    from selfimprove.postgres import Connection
    from selfimprove.settings import Settings

DAY = click.DateTime(formats=["%Y-%m-%d"])
SHOWN = 5  # rejected lines told at once
SHOWN_LETTERS = 70  # of a chat that is like another


@click.group()
def chats() -> None:
    """What people asked and got: imports, samples, lists.

    Example: selfimprove chats import conversations.json
    """


@chats.command(name="import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--day", type=DAY, metavar="YYYY-MM-DD", help="Day of chats whose format has no times; yesterday without it."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_(files: Sequence[str], day: datetime | None, as_json: bool) -> None:
    """Import chats of ChatGPT, Claude, Open WebUI, LibreChat, OpenAI JSONL, ShareGPT, Alpaca, hh-rlhf; .gz, .zip too.

    Exits 1 when nothing in the files could be read.

    Example: selfimprove chats import claude.zip webui.json.gz

    Example: selfimprove chats import alpaca.json --day 2026-03-01
    """
    from selfimprove.chats.calendar import calendar
    from selfimprove.chats.importing import import_files, name_of
    from selfimprove.settings import current

    days = calendar(current(), datetime.now(UTC), day.date() if day else None)
    _check(days, day, "--day")
    paths = [Path(file) for file in files]
    with _house(current()) as (connection, sealing):
        with _progress(paths) as progress:
            found = import_files(connection, paths, sealing, days, progress)
        _tell(connection, found, [name_of(path.resolve()) for path in paths], None if day else days)
    click.echo(json.dumps(_summary(found)) if as_json else "\n".join(map(_line, found)))
    sys.exit(1 if all(_is_refused(imported) for imported in found) else 0)


@chats.command()
@click.option(
    "--last-day",
    type=DAY,
    metavar="YYYY-MM-DD",
    help="Its last day; yesterday without it. A later one lets the household go on.",
)
@click.option("--days", type=click.IntRange(4, 60), default=14, show_default=True, help="How many days it lasts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def sample(last_day: datetime | None, days: int, as_json: bool) -> None:
    """Load two weeks of a made-up household's chats with the tiny model.

    Example: selfimprove chats sample

    Example: selfimprove chats sample --last-day 2026-03-14
    """
    from selfimprove.chats.calendar import calendar
    from selfimprove.settings import current

    _check(calendar(current(), datetime.now(UTC)), last_day, "--last-day")
    loaded = load_samples(current(), last_day.date() if last_day else None, days)
    if as_json:
        counts = {"imported": loaded.written.imported, "feedback": loaded.written.feedback, "pinned": loaded.pinned}
        click.echo(json.dumps({"first": str(loaded.first), "last": str(loaded.last), **counts}))
    elif loaded.written.imported:
        click.echo(f"{loaded.written.imported} chats from {loaded.first} to {loaded.last}, {loaded.pinned} pinned.")
    else:
        click.echo(f"The household is here already, from {loaded.first} to {loaded.last}; --last-day lets it go on.")


def load_samples(settings: "Settings", last_day: date | None = None, days: int = 14) -> "Loaded":
    """Load the sample household, or let it go on until a later last day; loading it again changes nothing."""
    from selfimprove.chats.calendar import calendar
    from selfimprove.chats.sample.load import load

    with _house(settings) as (connection, sealing):
        return load(connection, sealing, calendar(settings, datetime.now(UTC), last_day), days, goes_on=bool(last_day))


@chats.command(name="list")
@click.option("--day", type=DAY, metavar="YYYY-MM-DD", help="Only chats of this day.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def list_(day: datetime | None, as_json: bool) -> None:
    """Ids, days, sources, turns and sides of the chats; never their text.

    Example: selfimprove chats list --day 2026-03-01
    """
    from selfimprove.chats import table
    from selfimprove.settings import current

    with _house(current()) as (connection, _):
        rows = table.listed(connection, day.date() if day else None)
        if as_json:
            click.echo(json.dumps(list(rows), default=str))
            return
        for row in rows:
            click.echo("{id}  {day}  {source:<10} {turns:>4} turns  {side}".format(**row))


@chats.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def rejections(as_json: bool) -> None:
    """Lines of imported files that could not be read, with their reasons.

    Example: selfimprove chats rejections
    """
    from selfimprove.chats import table
    from selfimprove.settings import current

    with _house(current()) as (connection, _):
        rows = table.rejections(connection)
    if as_json:
        click.echo(json.dumps(rows, default=str))
    else:
        click.echo("\n".join(map(_rejection, rows)) or "Every line of every import could be read.")


@chats.command()
@click.argument("text", type=Text())
@click.option("--limit", type=click.IntRange(1, 500), default=10, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help='Print one JSON list of {"id", "day", "similarity", "messages"}.')
def search(text: str, limit: int, as_json: bool) -> None:
    """Chats that are like TEXT, the nearest first; only redacted text is shown.

    Example: selfimprove chats search "names for a kitten" --limit 3
    """
    from selfimprove import postgres
    from selfimprove.curation.find_similar import find_similar
    from selfimprove.models.embed import embed
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        found = find_similar(connection, text, limit, embed)
    rows = [
        {
            "id": one.chat_id,
            "day": str(one.day),
            "similarity": round(one.similarity, 4),
            "messages": [{"role": m.role, "content": m.content} for m in one.messages],
        }
        for one in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False) if as_json else "\n".join(map(_similar, rows)))


def _similar(row: dict[str, Any]) -> str:
    said = next((m["content"] for m in row["messages"] if m["role"] == "user"), "")
    line = "".join(c if c.isprintable() else " " for c in said)
    short = f"{line[:SHOWN_LETTERS]}…" if len(line) > SHOWN_LETTERS else line
    return f"{row['similarity']:.2f}  {row['id']}  {row['day']}  {short}"


@contextmanager
def _house(settings: "Settings") -> "Iterator[tuple[Connection, Sealing]]":
    """A connection to the migrated database, and the vault's functions."""
    from selfimprove import postgres
    from selfimprove.chats.chat import Sealing
    from selfimprove.privacy.vault import Vault

    with postgres.of_house(settings) as connection:
        vault = Vault.open(settings.home, connection)
        connection.commit()  # each file is a transaction of its own
        yield connection, Sealing(vault.seal, vault.keyed_hash)


@contextmanager
def _progress(paths: Sequence[Path]) -> "Iterator[Progress]":
    """One bar over the bytes of all files on standard error, where that is a terminal, however many files there are."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    name = TextColumn("{task.description}", markup=False)
    begins: dict[Path, int] = {}
    total = 0
    for path in paths:
        begins[path], total = total, total + path.stat().st_size
    columns = (name, BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("", total=total)
        yield lambda path, done: bars.update(task, description=path.name, completed=begins[path] + done)


def _check(days: "Calendar", day: datetime | None, option: str) -> None:
    """That a night can read this day, today's when today is over."""
    if day and day.date() < days.first_day:
        raise click.BadParameter(f"it is before SELFIMPROVE_FIRST_DAY, {days.first_day}", param_hint=option)
    if day and day.date() > days.now.astimezone(days.timezone).date():
        raise click.BadParameter("it lies in the future", param_hint=option)


def _tell(
    connection: "Connection", found: "Sequence[Imported]", files: Sequence[str], days: "Calendar | None"
) -> None:
    """Notes for the person: where undated chats went unless asked for, and the first lines that could not be read."""
    from selfimprove.chats import table

    for imported in found:
        if imported.undated and days:
            day = f"{days.default:%Y-%m-%d}, yesterday; --day chooses another"
            click.echo(f"{imported.file}: {imported.undated} chats have no time and are placed on {day}.", err=True)
    for row in table.rejections(connection, files, SHOWN):
        click.echo(_rejection(row), err=True)
    more = sum(sum(imported.rejected.values()) for imported in found) - SHOWN
    if more > 0:
        click.echo(f"… and {more} more: selfimprove chats rejections", err=True)


def _rejection(row: dict[str, Any]) -> str:
    detail = f" ({row['detail']})" if row["detail"] else ""
    return f"{row['file']}:{row['line']}: {row['reason']}{detail}"


def _line(imported: "Imported") -> str:
    written, rejected = imported.written, sum(imported.rejected.values())
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(imported.rejected.items()))
    return (
        f"{imported.file}: {imported.read} read = {written.imported} imported + {written.updated} updated"
        f" + {written.unchanged} unchanged + {f'{written.forgotten} forgotten + ' if written.forgotten else ''}"
        f"{rejected} rejected{f' ({reasons})' if reasons else ''}"
    )


def _is_refused(imported: "Imported") -> bool:
    return imported.read > 0 and sum(imported.rejected.values()) == imported.read


def _summary(found: "Sequence[Imported]") -> dict[str, Any]:
    from collections import Counter
    from dataclasses import asdict

    files = [
        {"file": one.file, "read": one.read, "undated": one.undated, **asdict(one.written), "rejected": one.rejected}
        for one in found
    ]
    numbers = ("read", "imported", "updated", "unchanged", "forgotten", "feedback", "undated")
    rejected = sum((Counter(one.rejected) for one in found), Counter[str]())
    return {**{name: sum(file[name] for file in files) for name in numbers}, "rejected": dict(rejected), "files": files}
