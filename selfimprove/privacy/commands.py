"""`selfimprove privacy …`: redact text, and measure how well that works."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from selfimprove.errors import SelfImproveError
from selfimprove.privacy.names.commands import build_tagger

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from selfimprove.privacy.measure import Measured, Tally
    from selfimprove.privacy.redact import Span


SOME = 500  # lines that are redacted at once


@click.group()
def privacy() -> None:
    """Redact text as the nightly run does, and measure it on labelled data.

    Example: echo "call 212-555-0147" | selfimprove privacy redact
    """


privacy.add_command(build_tagger)


@privacy.command()
@click.option(
    "--jsonl",
    is_flag=True,
    help='Read lines of {"id", "text"}; write {"id", "text", "spans"}, offsets in code points of the original.',
)
@click.option("--explain", is_flag=True, help="Say on standard error which rule replaced what; each text is one chat.")
@click.option("--names/--no-names", default=True, help="Names, places and addresses too (default), or the rules alone.")
def redact(jsonl: bool, explain: bool, names: bool) -> None:
    """Standard input with personal data, names and secrets replaced.

    Example: selfimprove privacy redact --jsonl --explain < texts.jsonl
    """
    from selfimprove.privacy import encoding, labelled

    source = sys.stdin.buffer
    if not jsonl:
        ((text, spans),) = _redacted([encoding.text(source.read())], names)
        click.echo(text, nl=False)
        _explain(None, spans, explain)
        return
    import orjson

    lines = labelled.texts(encoding.lines(source), "standard input")
    for some in _together(lines):
        done = _redacted([original for _, original in some], names)
        for (id_, _), (text, spans) in zip(some, done, strict=True):
            click.echo(orjson.dumps({"id": id_, "text": text, "spans": [asdict(span) for span in spans]}))
            _explain(id_, spans, explain)


@privacy.command()
@click.argument("dataset", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--names/--no-names", default=True, help="Names, places and addresses too (default), or the rules alone.")
def measure(dataset: Path, as_json: bool, names: bool) -> None:
    """Recall, precision and speed on a DATASET of {"id", "text", "spans"} lines.

    A labelled span counts as found only when all of it is masked, by whatever type.

    Example: selfimprove privacy measure labelled.jsonl.gz --json
    """
    import time

    from selfimprove.privacy.labelled import examples
    from selfimprove.privacy.measure import measure as measured

    def find(text: str) -> Sequence[Span]:
        return _located([text], names)[0]

    find("Hi")  # reads rules and weights before the clock runs
    figures = _figures(measured(examples(dataset), find, time.perf_counter))
    if as_json:
        import orjson

        click.echo(orjson.dumps(figures))
        return
    _table(figures)


@privacy.command(name="rotate-key")
@click.option("--keep-in", type=click.Choice(["file", "keychain"]), help="Where the keys are from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate_key(keep_in: str | None, as_json: bool) -> None:
    """A new key for the vault; everything is sealed again under it. Broken off, it goes on when run again.

    Example: selfimprove privacy rotate-key

    Example: selfimprove privacy rotate-key --keep-in keychain
    """
    from selfimprove import postgres
    from selfimprove.privacy.rotate import rotate
    from selfimprove.privacy.vault import Vault, keep_in_file, keep_in_keychain
    from selfimprove.settings import current

    with postgres.of_house(current()) as connection:
        if keep_in:  # before the new key is made: it is never anywhere else
            Vault.open(current().home, connection)
            {"file": keep_in_file, "keychain": keep_in_keychain}[keep_in](current().home)
            connection.commit()
        done = rotate(connection, current().home, lambda line: click.echo(line, err=True))
    if as_json:
        import orjson

        click.echo(orjson.dumps(asdict(done)))
        return
    click.echo(f"Key {done.key_id} seals from now on; sealed again: {done.chats} chats, {done.feedback} feedbacks.")


def _together(lines: Iterable[tuple[Any, str]]) -> Iterator[list[tuple[Any, str]]]:
    """So many at once; those before a line that cannot be read come before its error does."""
    some: list[tuple[Any, str]] = []
    try:
        for line in lines:
            some.append(line)
            if len(some) == SOME:
                yield some
                some = []
    except SelfImproveError:
        if some:
            yield some
        raise
    if some:
        yield some


def _redacted(texts: list[str], names: bool) -> list[tuple[str, list[Span]]]:
    """Each text, a chat of its own, with its pseudonyms, and what was replaced in it."""
    from selfimprove.privacy.redact import replace

    return [
        (replace([text], [spans]).texts[0], spans) for text, spans in zip(texts, _located(texts, names), strict=True)
    ]


def _located(texts: list[str], names: bool) -> list[list[Span]]:
    from selfimprove.privacy.names.find import find
    from selfimprove.privacy.redact import locate

    found = find(texts) if names else [[] for _ in texts]
    return [locate([text], [own])[0] for text, own in zip(texts, found, strict=True)]


def _explain(id_: Any, spans: Sequence[Span], wanted: bool) -> None:
    for span in spans if wanted else ():
        click.echo(f"{'' if id_ is None else f'{id_}: '}{span.start}-{span.end} {span.type} by {span.rule}", err=True)


def _figures(measured: Measured) -> dict[str, Any]:
    from selfimprove.privacy.measure import HARD_IDS

    return {
        "texts": measured.texts,
        "kchar_per_second": round(measured.characters / 1000 / measured.seconds, 1) if measured.seconds else None,
        "over_masked": measured.over_masked / measured.innocent if measured.innocent else 0.0,
        "clean_texts": measured.clean,
        "clean_texts_touched": measured.touched,
        "hard_ids": _row(measured.total(HARD_IDS)),
        "all": _row(measured.total(measured.types)),
        "types": {type_: _row(tally) for type_, tally in sorted(measured.types.items())},
    }


def _row(tally: Tally) -> dict[str, Any]:
    return {**asdict(tally), "recall": tally.recall, "precision": tally.precision, "f2": tally.f2}


def _table(figures: dict[str, Any]) -> None:
    columns = ("labelled", "masked", "recall", "predicted", "precision", "f2", "over")
    click.echo("type".ljust(16) + "".join(column.rjust(11) for column in columns))
    rows = {**figures["types"], "hard ids": figures["hard_ids"], "all": figures["all"]}
    for name, row in rows.items():
        click.echo(name.ljust(16) + "".join(_cell(row[column]).rjust(11) for column in columns))
    click.echo(
        f"{figures['texts']} texts, {figures['kchar_per_second']} kchar/s, {figures['over_masked']:.4%} of what is not "
        f"labelled masked, {figures['clean_texts_touched']} of {figures['clean_texts']} texts without labels touched"
    )


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
