"""A night's routes: read what was decided, assign what is new, and write it with the dataset."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from selfimprove.datasets import memories
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.memories import Known
from selfimprove.datasets.prompts import normalise
from selfimprove.datasets.routes import table
from selfimprove.datasets.routes.assign import Assigned, Means, assign, lessons
from selfimprove.datasets.routes.classify import shipped
from selfimprove.datasets.routes.learn import taught
from selfimprove.datasets.routes.route import LEFT_OUT, Lesson, Where, lesson
from selfimprove.datasets.routes.supersede import Said, superseded
from selfimprove.datasets.split import Splits, without
from selfimprove.postgres import Connection

Connect = Callable[[], AbstractContextManager[Connection]]
NOTHING = Assigned((), {})


@dataclass(frozen=True, slots=True)
class Place:
    """Where routes are kept, for which base model, and how new lessons are assigned; without means none are."""

    connect: Connect
    base_model: str
    means: Callable[[], AbstractContextManager[Means | None]]
    tell: Callable[[str], None]


def routed(place: Place, splits: Splits, rule: Rule) -> tuple[Splits, Assigned]:
    """The splits without what belongs elsewhere than in the weights, and what was newly assigned; tests stay."""
    ids = [one.example.id for one in splits.train]
    with place.connect() as connection:
        before = table.stored(connection, place.base_model, ids)
        known, said = memories.valid(connection), table.corrections(connection)
    all_ = lessons(splits.train)
    new = [one for one in all_ if one.example_id not in before]
    old = (one for one in all_ if one.example_id in before and before[one.example_id].where == "weights")
    learned = {normalise(one.fact) for one in old}
    assigned = NOTHING
    if new:
        with place.means() as means:
            model = taught(shipped(), said.rows, said.wheres, said.ids) if said.ids else shipped()
            assigned = assign(new, model, means, rule.most_tried, facts=known, taught=learned) if means else NOTHING
        place.tell(_summary(assigned))
    where: dict[str, Where] = {id: one.where for id, one in before.items()}
    where |= {one.lesson.example_id: one.where for one in assigned.routes}
    for elsewhere, reason in LEFT_OUT.items():
        if elsewhere == "memory" and not rule.memories_answer:
            continue
        gone = {id for id in ids if where.get(id) == elsewhere}
        splits = without(splits, lambda c, gone=gone: c.example.id in gone, reason)  # type: ignore[misc]
    return splits, assigned


def keep(
    connection: Connection, base_model: str, assigned: Assigned, chosen: Sequence[Chosen], considered: Sequence[str]
) -> None:
    """Write new routes and facts, and mark facts of which people said otherwise later.

    `considered` are the chats that were read, `chosen` what they teach.
    """
    table.drop_stale(connection, considered, [one.example.id for one in chosen])
    table.write(connection, base_model, assigned.routes)
    facts: list[Lesson] = [one.lesson for one in assigned.routes if one.where == "memory"]
    memories.remember(connection, [(one, assigned.keys[one.example_id]) for one in facts])
    memories.drop(connection)
    if valid := memories.valid(connection):
        vectors = {one.lesson.example_id: one.vector for one in assigned.routes if one.vector is not None}
        memories.supersede(connection, corrected(valid, chosen, vectors))


def corrected(
    facts: Sequence[Known], chosen: Sequence[Chosen], vectors: Mapping[str, Sequence[float]]
) -> dict[str, str]:
    """The facts that were corrected, and by which chat; who does not speak for the owner corrects none that does."""
    capped = {one.chat_id for one in chosen if one.has_cap}
    owners, others = list[Said](), list[Said]()
    for one in chosen:
        if one.example.kind == "correction":
            vector = vectors.get(one.example.id)
            said = Said(lesson(one), None if vector is None else np.array(vector, np.float32))
            (others if one.has_cap else owners).append(said)
    doubtful = [fact for fact in facts if fact.chat_id in capped]
    return {**superseded(doubtful, others), **superseded(facts, owners)}


def _summary(assigned: Assigned) -> str:
    counts = Counter(f"{one.where} ({one.reason})" for one in assigned.routes)
    told = ", ".join(f"{n} {name}" for name, n in counts.most_common())
    return f"Where {len(assigned.routes)} new lessons belong: {told or 'nobody asked'}."
