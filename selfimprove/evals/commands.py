"""`selfimprove evals …`: reports, pinned chats, and a model tried on the suites."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from selfimprove.postgres import Connection

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")


@click.group()
def evals() -> None:
    """Whether it helped: reports on challengers, and the chats that test every night.

    Example: selfimprove evals report latest
    """


@evals.command()
@click.argument("report_id", metavar="[ID|latest]", default="latest")
@as_json_option
def report(report_id: str, as_json: bool) -> None:
    """What a report measured: each task with each model's share passed and loss.

    Example: selfimprove evals report latest --json
    """
    from selfimprove.evals import table
    from selfimprove.evals.show import found, report_json, report_text

    with _connection() as connection:
        shown = found(connection, report_id)
        scores = table.report_scores(connection, shown)
    click.echo(json.dumps(report_json(shown, scores)) if as_json else report_text(shown, scores))


@evals.command()
@click.argument("chat")
@click.option("--position", type=int, help="Index of the answer among the chat's messages; its last answer without.")
@as_json_option
def pin(chat: str, position: int | None, as_json: bool) -> None:
    """Make an answer of CHAT, an id or its beginning, a test of every night; it is never trained on from then on.

    Example: selfimprove evals pin 3f9a2c --position 1
    """
    from selfimprove.evals import pins

    with _connection() as connection:
        pinned = pins.pin(connection, chat, position)
    if pinned["trained_on"]:
        click.echo(f"It was trained on before, in the night of {pinned['trained_on'][-1]}.", err=True)
    click.echo(json.dumps(pinned) if as_json else f"Pinned message {pinned['position']} of chat {pinned['chat_id']}.")


@evals.command()
@click.argument("chat")
@as_json_option
def unpin(chat: str, as_json: bool) -> None:
    """Let CHAT, an id or its beginning, be an ordinary chat again.

    Example: selfimprove evals unpin 3f9a2c
    """
    from selfimprove.evals import pins

    with _connection() as connection:
        chat_id = pins.unpin(connection, chat)
    click.echo(json.dumps({"chat_id": chat_id}) if as_json else f"Chat {chat_id} is not pinned now.")


@evals.command(name="pins")
@as_json_option
def pins_(as_json: bool) -> None:
    """The chats that test every night.

    Example: selfimprove evals pins --json
    """
    from selfimprove.evals import pins

    with _connection() as connection:
        rows = pins.pins(connection)
    if as_json:
        click.echo(json.dumps(rows, default=str))
    else:
        click.echo("\n".join(f"{row['chat_id']}  message {row['position']}" for row in rows) or "No chat is pinned.")


@evals.command()
@click.option("--adapter", default="base", show_default=True, help='An adapter\'s id or its beginning, or "base".')
@as_json_option
def run(adapter: str, as_json: bool) -> None:
    """Try a model on the core and refusal suites now; what is stored is not computed again.

    Example: selfimprove evals run --adapter base
    """
    from selfimprove import postgres
    from selfimprove.evals.grading import Aids, embed_apart, judge
    from selfimprove.evals.show import scores_text
    from selfimprove.evals.try_out import try_out
    from selfimprove.models.base import resolve
    from selfimprove.settings import current

    base = resolve(current().base_model, current().home)
    aids = Aids(embed_apart, judge(current()))
    scores = try_out(lambda: postgres.of_house(current()), base, adapter, _note, aids)
    roles = {score.model: adapter for score in scores}
    click.echo(json.dumps([asdict(score) for score in scores]) if as_json else scores_text(scores, roles))


@evals.command()
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option("--adapter", default="base", show_default=True, help='An adapter\'s id or its beginning, or "base".')
@click.option(
    "--include", type=click.Path(exists=True, file_okay=False, path_type=Path), help="A folder of your own YAML tasks."
)
@click.option("--limit", type=click.IntRange(min=1), help="So many items of each task.")
@click.option("--download", is_flag=True, help="Let it fetch a task's data from the Hugging Face hub.")
@as_json_option
def harness(tasks: tuple[str, ...], adapter: str, as_json: bool, **asked: Any) -> None:
    """Tasks of EleutherAI's lm-evaluation-harness, by name, where it is installed.

    Example: selfimprove evals harness arc_easy hellaswag --limit 100 --download
    """
    from selfimprove.evals import harness as harness_
    from selfimprove.evals.try_out import chosen
    from selfimprove.models.base import resolve
    from selfimprove.settings import current

    base = resolve(current().base_model, current().home)
    with _connection() as connection:
        of = chosen(connection, base, adapter)
    found = harness_.run(base, of, harness_.Asked(tasks, **asked))
    click.echo(json.dumps(found) if as_json else harness_.text(found))


@evals.command(name="suites")
@as_json_option
def suites_(as_json: bool) -> None:
    """The suites of the base model: how many examples, of which families, and the hash that is their version.

    Example: selfimprove evals suites --json
    """
    from selfimprove.evals.show import suites_json, suites_text
    from selfimprove.models.base import resolve
    from selfimprove.settings import current

    told = suites_json(resolve(current().base_model, current().home).suites)
    click.echo(json.dumps(told) if as_json else suites_text(told))


@evals.command()
@as_json_option
def sandbox(as_json: bool) -> None:
    """What contains the programs that answers hold, on this machine. Exits 1 when the kernel contains nothing.

    Example: selfimprove evals sandbox
    """
    from selfimprove.evals.sandbox import told, walls

    found = walls()
    click.echo(json.dumps(asdict(found)) if as_json else told(found))
    if not set(found.held) - {"hook"}:
        raise SystemExit(1)


@evals.command()
@click.option("--seed", default=0, show_default=True, help="Draws other values for the facts.")
@as_json_option
@click.option("--memories", is_flag=True, help="Measure the search of memories, which the gateway uses.")
def retrieval(seed: int, as_json: bool, memories: bool) -> None:
    """How well `chats search`, or the search of memories, finds facts that are seeded there and taken back afterwards.

    Example: selfimprove evals retrieval --json
    """
    from selfimprove.evals.grading import embed_apart
    from selfimprove.evals.retrieval import of_chats, of_memories

    with _connection() as connection:
        found = (of_memories if memories else of_chats)(connection, embed_apart, seed)
    told = "\n".join(f"{name.replace('_', ' '):12} {value:g}" for name, value in found.items())
    click.echo(json.dumps(found) if as_json else told)


def _note(line: str) -> None:
    click.echo(line, err=True)


@contextmanager
def _connection() -> "Iterator[Connection]":
    from selfimprove import postgres
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        yield connection
