"""Datasets, their examples and the runs that made them, in Postgres."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.chats.chat import Message
from selfimprove.datasets.decay import OWN, Asked, Need, Practice, fall
from selfimprove.datasets.example import (
    RULE_VERSION,
    SPLITS,
    Candidate,
    Example,
    LeftOut,
    Split,
    as_json,
    content_id,
    from_json,
)
from selfimprove.datasets.freeze import Dataset
from selfimprove.datasets.prompts import normalise
from selfimprove.datasets.say import Situation
from selfimprove.datasets.split import History
from selfimprove.datasets.start import Line
from selfimprove.errors import DatasetUnknown
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedFeedback

STAGE = "training_dataset"


@dataclass(frozen=True, slots=True)
class Found:
    """What one run found: a dataset's id, or None with the sentence that says why. `counts` is of chats."""

    run_id: str
    night: date | None
    dataset_id: str | None
    sentence: str
    counts: Mapping[str, Any]


def candidates(connection: Connection) -> list[Candidate]:
    """Chats of clean days that nothing rejected, by day and id."""
    return [_candidate(row) for row in connection.execute(_queries().candidates)]


def pinned(connection: Connection) -> list[tuple[Message, ...]]:
    """What pinned chats hold, whatever the daily rooms made of them: copies of others, days that did not pass."""
    return [from_json(row["messages"]) for row in connection.execute(_queries().pinned)]


def days(connection: Connection) -> dict[date, str]:
    """The clean days, ascending, each with the fingerprint of what it holds."""
    return {row["day"]: row["fingerprint"] for row in connection.execute(_queries().days)}


def situation(connection: Connection, base_model: str) -> Situation:
    """What there is in the database for a base model to learn from."""
    row = connection.execute(_queries().situation, {"base_model": base_model}).fetchone() or {}
    rejected = {r["reason"]: r["chats"] for r in connection.execute(_queries().rejected)}
    return Situation(**row, rejected=rejected)


def history(connection: Connection, base_model: str, suite_keys: frozenset[str], floor: float) -> History:
    """What a base model was decided upon with before, what its champion learned and lost, and what the suites ask."""
    given = {"base_model": base_model}
    seen = frozenset(row["example_id"] for row in connection.execute(_queries().seen, given))
    learned = frozenset(row["example_id"] for row in connection.execute(_queries().learned, given))
    return History(seen, learned, suite_keys, practice(connection, base_model, floor))


def practice(connection: Connection, base_model: str, floor: float) -> Practice:
    """What the newest judged report of a base model asked, and who knew it; not that of a forgotten adapter."""
    rows = connection.execute(_queries().asked, {"base_model": base_model}).fetchall()
    return Practice(tuple(map(_asked, rows)), rows[0]["report_id"] if rows else "", floor)


def line(connection: Connection, base_model: str, asked: Sequence[Asked]) -> Line:
    """The champion with those it went on from, and what the newest judged report says it lost."""
    row = connection.execute(_queries().line, {"base_model": base_model}).fetchone()
    if row is None:
        return Line()
    role = row.pop("role") or ""
    own = fall("own", "", [one for one in asked if one.task in OWN and role in one.passed], role)
    return Line(**row, lost=own.before - own.now, asked=own.n)


def answers(connection: Connection, base_model: str, hashes: Sequence[str]) -> dict[str, tuple[Message, ...] | None]:
    """The base model's own answers by prompt hash, as whole chats; None where it gave none that can be used."""
    rows = connection.execute(_queries().answers, {"base_model": base_model, "hashes": list(hashes)})
    return {row["prompt_hash"]: from_json(row["messages"]) if row["messages"] else None for row in rows}


def write_answers(connection: Connection, base_model: str, found: Mapping[str, Sequence[Message] | None]) -> None:
    """Keep answers of the base model."""
    rows = [
        {"base_model": base_model, "prompt_hash": key, "messages": Jsonb(as_json(messages)) if messages else None}
        for key, messages in found.items()
    ]
    connection.cursor().executemany(_queries().write_answer, rows)


def opinions(connection: Connection, reader: str, ids: Sequence[str]) -> dict[str, list[str]]:
    """What a reader found in examples, by their id; those it has not read are absent."""
    rows = connection.execute(_queries().opinions, {"reader": reader, "ids": list(ids)})
    return {row["example_id"]: row["found"] for row in rows}


def write_opinions(connection: Connection, reader: str, found: Iterable[tuple[Example, Sequence[str]]]) -> None:
    """Keep what a reader found in examples."""
    rows = [
        {"example_id": e.id, "reader": reader, "chat_id": e.chat_id, "found": Jsonb(list(names))} for e, names in found
    ]
    connection.cursor().executemany(_queries().write_opinion, rows)


def not_cleared(connection: Connection, dataset: Dataset) -> int:
    """How many examples lack the clean opinion of a second reader that the manifest names; all, where it names none."""
    read_by = dataset.manifest.get("read_by", {})
    given = {"id": dataset.id, "secrets": read_by.get("left_over_secret"), "names": read_by.get("left_over_name")}
    row = connection.execute(_queries().not_cleared, given).fetchone()
    return int(row["examples"]) if row else 0


def insert(
    connection: Connection, dataset: Dataset, left_out: Iterable[LeftOut], run_id: str, needs: Mapping[str, Need]
) -> None:
    """Write a dataset with its examples and what it left out; the same content again changes the run alone.

    `needs` say by example id why replay was drawn; those that are absent were drawn by lot.
    """
    examples = [(split, place, e) for split in SPLITS for place, e in enumerate(dataset.splits[split])]
    connection.cursor().executemany(_queries().write_example, [_example_row(e) for _, _, e in examples])
    row = {"id": dataset.id, "night": dataset.night, "cutoff": dataset.cutoff}
    connection.execute(_queries().write_dataset, {**row, "manifest": Jsonb(dataset.manifest), "run_id": run_id})
    connection.execute(_queries().empty_dataset, row)
    members = [(dataset.id, e.id, split, place, *_why(needs.get(e.id))) for split, place, e in examples]
    _copy(connection, _queries().copy_members, members)
    considered = [(dataset.id, out.chat_id, out.example_id, out.reason) for out in left_out if out.example_id]
    _copy(connection, _queries().copy_left_out, considered)


def reject(connection: Connection, left_out: Iterable[LeftOut]) -> None:
    """Write why chats are left out of tonight's dataset, in place of last night's reasons."""
    connection.execute(_queries().clear_rejections)
    rows = [(STAGE, out.chat_id, out.day, out.reason, RULE_VERSION) for out in left_out]
    _copy(connection, _queries().copy_rejections, rows)


def record(connection: Connection, found: Found) -> None:
    """Write what a run found, in place of what an earlier attempt of the same run found."""
    row = {"run_id": found.run_id, "night": found.night, "dataset_id": found.dataset_id, "sentence": found.sentence}
    connection.execute(_queries().write_run, {**row, "counts": Jsonb(dict(found.counts))})


def found_in(connection: Connection, run_id: str) -> Found | None:
    """What a run found, or None when it did not look."""
    row = connection.execute(_queries().run, {"run_id": run_id}).fetchone()
    return Found(**row) if row else None


def of_run(connection: Connection, run_id: str) -> Dataset | None:
    """Tonight's dataset: the one this run found, None when it found nothing to learn.

    In a run that did not look (an asset launched by hand), the newest dataset without a decision.
    """
    found = found_in(connection, run_id)
    if found:
        return read(connection, found.dataset_id) if found.dataset_id else None
    newest = connection.execute(_queries().newest_undecided).fetchone()
    return read(connection, newest["id"]) if newest else None


def read(connection: Connection, id: str) -> Dataset:
    """A dataset by its id or by the beginning of it.

    Raises:
        DatasetUnknown: no dataset, or more than one, has an id that begins so.
    """
    rows = connection.execute(_queries().dataset, {"id": id}).fetchall()
    if len(rows) != 1:
        raise DatasetUnknown(id=id, found="no dataset" if not rows else "more than one dataset")
    splits: dict[Split, list[Example]] = {split: [] for split in SPLITS}
    for member in connection.execute(_queries().members, {"id": rows[0]["id"]}):
        splits[member.pop("split")].append(Example(**{**member, "messages": from_json(member["messages"])}))
    return Dataset(**rows[0], splits={split: tuple(examples) for split, examples in splits.items()})


def practised(connection: Connection, id: str) -> list[dict[str, Any]]:
    """What a dataset practises again, the likeliest drawn first: each with its weight and the lost group it is like."""
    return connection.execute(_queries().practised, {"id": id}).fetchall()


def overview(connection: Connection) -> list[dict[str, Any]]:
    """Every dataset without its examples, the newest first; `decided` once its adapter was judged."""
    return connection.execute(_queries().datasets).fetchall()


def fingerprint(clean: Mapping[date, str]) -> dict[str, Any]:
    """The clean days as a manifest names them."""
    first, last = (str(min(clean)), str(max(clean))) if clean else (None, None)
    content = content_id([[str(day), held] for day, held in clean.items()])
    return {"count": len(clean), "first": first, "last": last, "fingerprint": content}


def _queries() -> Any:
    return postgres.queries("datasets")


def _candidate(row: dict[str, Any]) -> Candidate:
    feedback = tuple(RedactedFeedback(**f) for f in row["feedback"])
    scores = {int(position): float(score) for position, score in row["scores"].items()}
    return Candidate(**{**row, "messages": from_json(row["messages"]), "feedback": feedback, "scores": scores})


def _asked(row: Mapping[str, Any]) -> Asked:
    own = row["task"] in OWN
    messages = (*from_json(row["messages"]), Message("assistant", row["reference"]))
    return Asked(row["task"], normalise(row["reference"]) if own else row["slice"], messages, row["passed"])


def _why(need: Need | None) -> tuple[float | None, str | None]:
    return (need.weight, need.fall.name if need.fall else None) if need else (None, None)


def _example_row(e: Example) -> dict[str, Any]:
    kept = {name: getattr(e, name) for name in ("id", "chat_id", "kind", "score", "rejected")}
    return {**kept, "messages": Jsonb(as_json(e.messages))}


def _copy(connection: Connection, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with connection.cursor().copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
