"""`selfimprove curation …`: what was left out and why, and the deduplicator on its own."""

import sys
from datetime import datetime

import click

from selfimprove.options import Number


@click.group()
def curation() -> None:
    """What is worth learning from, and what was left out.

    Example: selfimprove curation rejections
    """


@curation.command()
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="Only this day's chats.")
@click.option("--json", "as_json", is_flag=True, help='Print one JSON object: {"reason": count}.')
def rejections(day: datetime | None, as_json: bool) -> None:
    """How many chats were left out, by reason.

    Example: selfimprove curation rejections --day 2026-01-31 --json
    """
    import orjson

    from selfimprove import postgres
    from selfimprove.curation import table
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        found = table.reasons(connection, day.date() if day else None)
    lines = [f"{count:>7}  {reason}" for reason, count in found.items()]
    click.echo(orjson.dumps(found).decode() if as_json else "\n".join(lines), nl=as_json or bool(lines))
    click.echo(f"{sum(found.values())} chats were left out.", err=True)


@curation.command()
@click.option("--jsonl", is_flag=True, help='Read lines of {"id", "text"}, write {"id", "duplicate_of", "similarity"}.')
@click.option(
    "--threshold", default=0.8, show_default=True, type=Number(0.1, 1),
    help="Least similarity.",
)  # fmt: skip
def deduplicate(jsonl: bool, threshold: float) -> None:
    """Find texts on standard input, one a line, that repeat an earlier one: exactly or by shared character 5-grams.

    Example: selfimprove curation deduplicate --jsonl --threshold 0.8 < texts.jsonl
    """
    from selfimprove.curation import stream
    from selfimprove.privacy import encoding

    work = stream.jsonl if jsonl else stream.plain
    count, repeated = work(encoding.lines(sys.stdin.buffer), sys.stdout.buffer, threshold)
    click.echo(f"{repeated} of {count} texts repeat an earlier one.", err=True)
