"""`selfimprove adapters …`"""

import sys
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from selfimprove import postgres
from selfimprove.settings import current

if TYPE_CHECKING:
    from selfimprove.adapters.exports.export import Format


def _connect() -> AbstractContextManager[postgres.Connection]:
    return postgres.of_house(current())


@click.group()
def adapters() -> None:
    """What each night learned.

    Example: selfimprove adapters list
    """


@adapters.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def list_(as_json: bool) -> None:
    """Every adapter, the newest first.

    Example: selfimprove adapters list --json
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        rows = table.overview(connection)
    click.echo(show.as_json([show.summary(row) for row in rows]) if as_json else show.table(rows))


@adapters.command(name="show")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show_(id: str, as_json: bool) -> None:
    """How an adapter was trained, from what, and how that went.

    Example: selfimprove adapters show 9c41
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        adapter = table.read(connection, id)
    click.echo(show.as_json(adapter) if as_json else show.words(adapter))


@adapters.command()
@click.argument("id", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def verify(id: str | None, as_json: bool) -> None:
    """Compare every file of one adapter, or of all, with its hash. Exits 1 when one is not what was trained.

    Example: selfimprove adapters verify
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        chosen = [table.read(connection, id)] if id else table.every(connection)
    found = [show.verified(adapter) for adapter in chosen]
    click.echo(show.as_json(found) if as_json else show.verdicts(found))
    sys.exit(0 if all(row["ok"] for row in found) else 1)


@adapters.command()
@click.argument("id")
@click.option("--reason", default="", help="Why, for whoever looks later.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def pin(id: str, reason: str, as_json: bool) -> None:
    """Keep the files of an adapter, an id or its beginning, until it is unpinned.

    Example: selfimprove adapters pin 9c41 --reason "before the new base model"
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        pinned = table.pin(connection, id, reason)
    click.echo(show.as_json({"id": pinned, "pinned": True}) if as_json else f"Adapter {pinned} is pinned.")


@adapters.command()
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def unpin(id: str, as_json: bool) -> None:
    """Let a pinned adapter go when its time comes.

    Example: selfimprove adapters unpin 9c41
    """
    from selfimprove.adapters import show, table

    with _connect() as connection:
        unpinned, was = table.unpin(connection, id)
    told = f"Adapter {unpinned} is pinned no more." if was else f"Adapter {unpinned} was not pinned."
    click.echo(show.as_json({"id": unpinned, "pinned": False, "was_pinned": was}) if as_json else told)


@adapters.command(name="prune")
@click.option("--keep", type=click.IntRange(0), help="So many of the newest stay, not SELFIMPROVE_KEEP_ADAPTERS.")
@click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def prune_(keep: int | None, dry_run: bool, as_json: bool) -> None:
    """Delete the files of adapters that nobody will need again; every night ends with it. Their rows stay.

    The newest stay, the champion and the ten before it, the anchor, who answered in the last 30 nights, the pinned, and
    whatever waits for a decision. Exports of old datasets, which are made again when they are read, and what was left
    of work that was killed go too.

    Example: selfimprove adapters prune --dry-run
    """
    from selfimprove.adapters import prune, show

    settings = current()
    wanted = settings.keep_adapters if keep is None else keep
    connect = partial(postgres.connect, postgres.prepare(settings))
    found = prune.prune(connect, settings.home, wanted, dry_run=dry_run)
    told = {**found.as_json(), "dry_run": dry_run}
    click.echo(show.as_json(told) if as_json else show.pruned(found, dry_run=dry_run))


@adapters.command(name="export")
@click.argument("id", required=False)
@click.option("--format", "format_", type=click.Choice(["mlx", "fused", "gguf", "peft"]), required=True)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="In which folder.")
@click.option("--dequantise", is_flag=True, help="Write a quantised base in full width, with --format fused.")
@click.option("--even-so", is_flag=True, help="Even if it was vetoed or learned from forgotten chats.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export_(id: str | None, format_: "Format", to: Path, as_json: bool, **flags: bool) -> None:
    """Write an adapter, the champion without ID, for Ollama, llama.cpp, LM Studio or vLLM; its README says how.

    mlx is the adapter as mlx-lm loads it, peft as transformers and vLLM do, gguf as llama.cpp and Ollama do; fused is
    the whole model with the adapter merged into it. Each is read again before it is there.

    Example: selfimprove adapters export --format gguf --to ~/models
    """
    from selfimprove.adapters import show
    from selfimprove.adapters.exports.choose import chosen
    from selfimprove.adapters.exports.export import Wanted, export
    from selfimprove.models.base import resolve

    base = resolve(current().base_model, current().home, download=False)
    with _connect() as connection:
        adapter = chosen(connection, base, id, even_so=flags["even_so"])
    done = export(Wanted(adapter, base, format_, flags["dequantise"]), to.expanduser().resolve())
    told = {"id": adapter.id, "format": format_, "folder": str(done.folder), "found": done.figures}
    click.echo(show.as_json(told) if as_json else done.folder)
