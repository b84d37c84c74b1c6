"""From the clean days to tonight's dataset: read, choose, split, replay, freeze, write."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import orjson

from selfimprove.chats.chat import Message
from selfimprove.datasets import decay, replay, say, second_opinion, start, table
from selfimprove.datasets.cap import capped
from selfimprove.datasets.cap_tests import capped_tests
from selfimprove.datasets.choose import choose_all
from selfimprove.datasets.contaminate import REASON, contaminated, decontaminated, held_apart
from selfimprove.datasets.example import Candidate, Chosen, Example, LeftOut, Rule, Split, as_json, from_json
from selfimprove.datasets.export import of
from selfimprove.datasets.freeze import Dataset, Origin, count, freeze
from selfimprove.datasets.prompts import keys, last_key
from selfimprove.datasets.routes import tonight
from selfimprove.datasets.routes.assign import Assigned, Means
from selfimprove.datasets.sample_tests import sampled
from selfimprove.datasets.second_opinion import Reader
from selfimprove.datasets.split import History, Splits, split, without
from selfimprove.datasets.synthetic.make import Ask, Sieve, make
from selfimprove.models import worker
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy import redact

SUITES = ("core.jsonl", "refusals.jsonl")
SECRET = "left_over_secret"  # noqa: S105  a reason, not a password


class Connect(Protocol):
    """How a connection is had: a block that is one transaction."""

    def __call__(self, *, snapshot: bool = False) -> AbstractContextManager[Connection]: ...


@dataclass(frozen=True, slots=True)
class Room:
    """Where the work is done: the database, the state folder, the base model, and who hears of progress.

    `readers` get ready as its block begins, and give the second opinion on tonight's examples. `means` are what lessons
    are routed by; without them weights learn all. `ask` has the model put lessons in other words.
    """

    connect: Connect
    home: Path
    base: Base
    tell: Callable[[str], None]
    readers: Callable[[], AbstractContextManager[Sequence[Reader]]]
    means: Callable[[], AbstractContextManager[Means | None]] = nullcontext
    ask: Ask = worker.call


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is read, as it was at one moment; `start` is where it says that training starts."""

    candidates: Sequence[Candidate]
    clean: Mapping[date, str]
    situation: say.Situation
    history: History
    suites: Sequence[Sequence[Message]]
    start: start.Start


@dataclass(frozen=True, slots=True)
class Written:
    """What is written beside a dataset: chats left out, new routes, what was chosen, and the chats considered.

    `needs` are why replay was drawn, by example id; `seen` are the examples that an earlier dataset has considered.
    """

    left_out: Sequence[LeftOut]
    assigned: Assigned
    chosen: Sequence[Chosen]
    considered: Sequence[str]
    needs: Mapping[str, decay.Need]
    seen: Collection[str]


def build(room: Room, rule: Rule, run_id: str) -> table.Found:
    """Make tonight's dataset, or record why there is nothing to learn; all is written in one transaction."""
    material = gather(room, rule)
    chosen, left_out = choose_all(material.candidates, rule.threshold)
    tonights = start.remembering(material.start, rule)
    splits = split(chosen, material.history, tonights)
    night = max(material.clean) + timedelta(days=1) if material.clean else None
    if splits is None or night is None:
        return _nothing(room, material, chosen, left_out, table.Found(run_id, night, None, "", {}))
    splits = without(splits, lambda c: holds_secret(c.example), SECRET)
    tests = held_apart(splits, chosen, material.suites)
    splits = sampled(capped_tests(capped(decontaminated(splits, tests), rule), rule), rule, night)
    with room.readers() as readers:
        draw, base_examples = _replay(room, splits, material.history, tests, tonights)
        splits, base_examples, doubted = _doubted(room, readers, splits, base_examples)
        place = tonight.Place(room.connect, room.base.id, room.means, room.tell)
        splits, assigned = tonight.routed(place, splits, rule)
        sieve = _sieve(room, readers, splits, tests)
        made, unmade = make(room.base.folder, [c.example for c in splits.train], rule, sieve, room.ask)
    left_out = [*left_out, *splits.left_out]
    examples = _examples(splits, base_examples, made)
    needs = _needs(examples["replay"], material.history.practice)
    origin = Origin(
        night, splits.cutoff, table.fingerprint(material.clean), room.base.id, rule,
        {str(reader.reason): reader.version for reader in readers}, start.as_json(material.start),
        decay.summary(needs.values(), material.history.practice),
    )  # fmt: skip
    dataset = freeze(origin, examples, left_out, Counter(draw) + doubted, unmade)
    considered = [c.id for c in material.candidates]
    written = Written(left_out, assigned, chosen, considered, needs, material.history.seen)
    return _write(room, dataset, written, run_id)


def _needs(examples: Sequence[Example], practice: decay.Practice) -> dict[str, decay.Need]:
    """Why each example is practised again; nothing where no report says what was lost."""
    found = decay.needs([e.messages for e in examples], practice) if practice.report else []
    return {e.id: need for e, need in zip(examples, found, strict=False)}


def gather(room: Room, rule: Rule) -> Material:
    """Read in one snapshot, so that a chat that arrives meanwhile waits for the next night."""
    with room.connect(snapshot=True) as connection:
        candidates = table.candidates(connection)
        suites = [*items(room.base.suites), *table.pinned(connection)]
        asked = frozenset(key for messages in suites for key in keys(messages))
        history = table.history(connection, room.base.id, asked, rule.floor)
        situation = table.situation(connection, room.base.id)
        line = table.line(connection, room.base.id, history.practice.asked)
        return Material(candidates, table.days(connection), situation, history, suites, start.start(line, rule))


def items(folder: Path) -> list[tuple[Message, ...]]:
    """What the suites ask, each with the answer that is right."""
    lines = (line for name in SUITES for line in (folder / name).read_bytes().splitlines() if line.strip())
    found = [orjson.loads(line) for line in lines]
    return [(*from_json(one["messages"]), Message("assistant", one.get("reference", ""))) for one in found]


def holds_secret(example: Example) -> bool:
    """Whether the redactor still finds personal data or a secret."""
    texts = [message.content for message in example.messages]
    return any(redact.find(text) for text in (*texts, example.rejected or ""))


def _nothing(
    room: Room, material: Material, chosen: Sequence[Chosen], left_out: list[LeftOut], found: table.Found
) -> table.Found:
    reasons = Counter(out.reason for out in left_out)
    sentence = say.nothing(material.situation, len(material.candidates), reasons)
    rejected = dict(sorted({**reasons, "not_new": len(chosen)}.items())) if chosen else dict(sorted(reasons.items()))
    counts = {"in": len(material.candidates), "out": 0, "rejected": rejected}
    found = replace(found, sentence=sentence, counts=counts)
    with room.connect() as connection:
        table.record(connection, found)
    return found


def _write(room: Room, dataset: Dataset, more: Written, run_id: str) -> table.Found:
    counts = count(more.left_out, dataset.splits)
    found = table.Found(run_id, dataset.night, dataset.id, say.something(dataset.splits), counts)
    first_left_out = [out for out in more.left_out if out.example_id not in more.seen]
    with room.connect() as connection:
        tonight.keep(connection, room.base.id, more.assigned, more.chosen, more.considered)
        table.insert(connection, dataset, first_left_out, run_id, more.needs)
        table.reject(connection, more.left_out)
        table.record(connection, found)
    of(dataset, room.home)
    return found


def _sieve(room: Room, readers: Sequence[Reader], splits: Splits, tests: Sequence[Sequence[Message]]) -> Sieve:
    """What leaves out of the model's own wordings whatever would leave out a person's."""
    asked = splits.test_keys | {last_key(c.example.messages) for c in (*splits.train, *splits.remembered)}
    return {
        "asked_already": lambda made: {e.id for e in made if last_key(e.messages) in asked},
        SECRET: lambda made: {e.id for e in made if holds_secret(e)},
        REASON: lambda made: contaminated({e.id: e.messages for e in made}, tests),
        "doubted": lambda made: second_opinion.doubts(room.connect, readers, made).keys(),
    }


def _examples(splits: Splits, base_examples: Iterable[Example], made: Iterable[Example]) -> dict[Split, list[Example]]:
    return {
        "train": [*(c.example for c in splits.train), *made],
        "validation": [c.example for c in splits.validation],
        "fresh": [c.example for c in splits.fresh],
        "replay": [*(c.example for c in splits.remembered), *base_examples],
    }


def _doubted(
    room: Room, readers: Sequence[Reader], splits: Splits, base_examples: Sequence[Example]
) -> tuple[Splits, list[Example], Counter[str]]:
    """Splits and replay without what a second reader finds something in, and of how much replay that was, by reason."""
    held = (c.example for part in (splits.train, splits.validation, splits.fresh, splits.remembered) for c in part)
    doubts = second_opinion.doubts(room.connect, readers, [*held, *base_examples])
    for reason in sorted(set(doubts.values())):
        out = {id for id, its in doubts.items() if its == reason}
        splits = without(splits, partial(_is_of, out), reason)
    kept = [e for e in base_examples if e.id not in doubts]
    return splits, kept, Counter(doubts[e.id] for e in base_examples if e.id in doubts)


def _is_of(ids: Collection[str], chosen: Chosen) -> bool:
    return chosen.example.id in ids


def _replay(
    room: Room, splits: Splits, history: History, tests: Sequence[Sequence[Message]], rule: Rule
) -> tuple[dict[str, int], list[Example]]:
    """Why replay chats were left out, and the examples of the others."""
    draw = replay.draw(replay.read(room.base.suites / "replay.jsonl"), splits, history, rule)
    answered = answer(room, replay.unanswered(draw.chats))
    examples = replay.base_examples(draw.chats, answered)
    apart = [e for e in examples if not holds_secret(e)]
    near = contaminated({e.id: e.messages for e in apart}, tests)
    kept = [e for e in apart if e.id not in near]
    counts = {
        "no_answer": len(draw.chats) - len(examples),
        SECRET: len(examples) - len(apart),
        REASON: len(apart) - len(kept),
    }
    return {**draw.left_out, **{reason: n for reason, n in counts.items() if n}}, kept


def answer(room: Room, chats: Sequence[Sequence[Message]]) -> replay.Answers:
    """The base model's answers by prompt hash; those it never gave before are asked for, and kept as they come."""
    prompts = {replay.prompt_hash(chat): tuple(chat) for chat in chats}
    known = _known(room, prompts)
    missing = {key: prompts[key] for key in prompts if key not in known}
    if not missing:
        return known
    asked = [as_json(messages) for messages in missing.values()]
    job: dict[str, Any] = {"base": str(room.base.folder), "prompts": asked, "max_tokens": replay.MOST_TOKENS}
    worker.call("selfimprove.datasets.answer:answer", job, log=lambda event: _keep(room, missing, event))
    return _known(room, prompts)


def _known(room: Room, prompts: Mapping[str, Sequence[Message]]) -> replay.Answers:
    with room.connect() as connection:
        return table.answers(connection, room.base.id, list(prompts))


def _keep(room: Room, asked: Mapping[str, tuple[Message, ...]], event: Mapping[str, Any]) -> None:
    """Store what the base model has just said, so that a night that breaks off need not ask again."""
    said = dict(zip(list(asked)[event["start"] :], event["answers"], strict=False))
    whole = {key: (*asked[key], Message("assistant", text)) if text else None for key, text in said.items()}
    with room.connect() as connection:
        table.write_answers(connection, room.base.id, whole)
    room.tell(f"The base model answered {event['start'] + len(said)} of {len(asked)} replay prompts.")
