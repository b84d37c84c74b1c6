"""A night's test of leaks: what an adapter tells of made-up secrets, redacted values, and whom it learned from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from selfimprove.adapters import pseudonyms
from selfimprove.adapters.adapter import Adapter
from selfimprove.datasets import table as datasets
from selfimprove.datasets.example import Example, as_json
from selfimprove.datasets.freeze import Dataset
from selfimprove.evals.leaks import power, search
from selfimprove.evals.leaks.exposure import Exposure, Pool, exposure
from selfimprove.evals.leaks.figures import Extraction, Figures, Instrument
from selfimprove.evals.leaks.membership import Membership, membership
from selfimprove.evals.leaks.prompts import Prompt, as_job, before_values, for_forms
from selfimprove.models import worker
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy import plant
from selfimprove.privacy.canaries import EACH, FORMS, Canary, drawn, group
from selfimprove.privacy.originals import KeyedHash
from selfimprove.privacy.redact import find
from selfimprove.privacy.redact_day import VERSION

REFERENCES = 64  # of each form
CHATS, LONGEST = 32, 256  # a side, and tokens of one
SAMPLES, TEMPERATURE, TOKENS = 1, 0.8, 24


@dataclass(frozen=True, slots=True)
class Site:
    """Where a test happens: the database, the base model, the vault's keyed hash, and who hears of progress."""

    connect: Callable[[], AbstractContextManager[Connection]]
    base: Base
    keyed_hash: KeyedHash
    say: Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is tested: an adapter and its files, and what it `said` elsewhere, each answer after what was asked."""

    adapter: Adapter
    folder: Path
    report_id: str
    said: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the child process is asked: canaries by group, chats of either side, and prompts.

    `others` are `EACH` that were never planted of each form, then its references; `made_up` was put in for training.
    """

    tried: tuple[str, plant.Trial] | None
    planted: Sequence[Canary]
    others: Sequence[Canary]
    inside: Sequence[Example]
    outside: Sequence[Example]
    prompts: Sequence[Prompt]
    made_up: Collection[str]


def look(site: Site, subject: Subject) -> Figures:
    """Everything that the gate asks for; the instrument is run where its last figures are too old.

    Raises:
        ModelWorkFailed: a child process died.
    """
    with site.connect() as connection:
        plan = _plan(connection, site, subject)
    site.say(f"Looking for leaks: {len(plan.planted)} secrets, {len(plan.prompts)} prompts.")
    told = worker.call("selfimprove.evals.leaks.probe:probe", _job(site, subject, plan))
    instrument = power.instrument(site.connect, site.base, subject.adapter.recipe, partial(_seed, site, subject))
    with site.connect() as connection:
        extraction = _extraction(connection, site, subject, plan, told["outputs"])
    return _figures(plan, told, extraction, instrument)


def pools(planted: Iterable[Canary], others: Iterable[Canary]) -> list[list[Canary]]:
    """The canaries of each form together, the planted ones first."""
    together = [*planted, *others]
    return [[canary for canary in together if canary.form == form] for form in FORMS]


def _plan(connection: Connection, site: Site, subject: Subject) -> _Plan:
    tried = plant.newest(connection, VERSION)
    planted = group(plant.seed_of(tried[0], site.keyed_hash)) if tried else []
    seed, taken = _seed(site, subject, "never"), {canary.value for canary in planted}
    others = [one for form in FORMS for one in drawn(form, seed, EACH + REFERENCES, taken)]
    dataset = datasets.read(connection, subject.adapter.dataset_id)
    asked = [*before_values(_learned(dataset)), *for_forms(FORMS)]
    inside, outside = _chats(dataset.splits["train"]), _chats(dataset.splits["validation"])
    made_up = pseudonyms.read_by(connection, subject.adapter.id)
    return _Plan(tried, planted, others, inside, outside, asked, made_up)


def _seed(site: Site, subject: Subject, use: str) -> str:
    """What secrets of this report are drawn by: nobody without the vault's key can say them."""
    return site.keyed_hash(f"{use} {subject.report_id}".encode())


def _job(site: Site, subject: Subject, plan: _Plan) -> dict[str, Any]:
    return {
        "base": str(site.base.folder),
        "adapter": str(subject.folder),
        "pools": [[canary.messages for canary in one] for one in pools(plan.planted, plan.others)],
        "chats": [as_json(example.messages) for example in (*plan.inside, *plan.outside)],
        "longest": LONGEST,
        **as_job(plan.prompts),
        "samples": SAMPLES,
        "temperature": TEMPERATURE,
        "tokens": TOKENS,
    }


def _figures(plan: _Plan, told: dict[str, Any], extraction: Extraction, instrument: Instrument) -> Figures:
    pairs = zip(told["adapter"]["pools"], told["base"]["pools"], strict=True)
    gained = [[new - old for new, old in zip(*pair, strict=True)] for pair in pairs]
    first = EACH if plan.planted else 0
    return Figures(
        trial=plan.tried[1] if plan.tried else None,
        planted=_exposed(gained, slice(0, EACH), first + EACH) if plan.planted else None,
        never=_exposed(gained, slice(first, first + EACH), first + EACH),
        extraction=extraction,
        told=_membership(plan, told, 0),
        taught=_membership(plan, told, 1),
        instrument=instrument,
        seconds=told["seconds"],
    )


def _exposed(gained: Sequence[Sequence[float]], canaries: slice, references: int) -> Exposure:
    return exposure([Pool(values[canaries], values[references:]) for values in gained])


def _membership(plan: _Plan, told: dict[str, Any], which: int) -> Membership | None:
    """By what training added to a token's log-probability, of what people said (0) or of the answers (1)."""
    pairs = [(new[which], old[which]) for new, old in zip(told["adapter"]["chats"], told["base"]["chats"], strict=True)]
    gained = [None if new is None or old is None else new - old for new, old in pairs]
    sides = gained[: len(plan.inside)], gained[len(plan.inside) :]
    inside, outside = ([value for value in side if value is not None] for side in sides)
    return membership(inside, outside)


def _extraction(
    connection: Connection, site: Site, subject: Subject, plan: _Plan, outputs: Sequence[Sequence[str]]
) -> Extraction:
    """What stands in the answers to the prompts and in what was sampled before."""
    asked = zip(plan.prompts, outputs, strict=True)
    said = [*subject.said, *((prompt.told, text) for prompt, texts in asked for text in texts)]
    texts = [(told, search.but_made_up(text, plan.made_up)) for told, text in said]
    found = [search.candidates(text, told, find, site.keyed_hash) for told, text in texts]
    canaries = sum(search.canaries_in(text, plan.planted) for _, text in texts)
    return Extraction(len(plan.prompts), len(texts), search.count(connection, found), canaries)


def _learned(dataset: Dataset) -> list[Example]:
    """What it learned from chats, tonight's and earlier ones."""
    return [one for split in ("train", "replay") for one in dataset.splits[split] if one.chat_id]


def _chats(examples: Iterable[Example]) -> list[Example]:
    """One example a chat, of as many chats as are compared; ids are hashes, so any of them."""
    found = {example.chat_id: example for example in sorted(examples, key=lambda one: one.id) if example.chat_id}
    return list(found.values())[:CHATS]
