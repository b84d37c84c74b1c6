"""How well a search finds what it should: recall at k and mean reciprocal rank (Manning et al., IR, chapter 8)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

import orjson

from selfimprove import postgres
from selfimprove.curation.find_similar import find_similar
from selfimprove.datasets import memories
from selfimprove.datasets.memories import key
from selfimprove.models.embed import embedding_model_id
from selfimprove.postgres import Connection

DEPTHS = (1, 5, 10)
NAMES = ("Amira", "Bruno", "Celia", "Dorian", "Edda", "Fabio", "Greta", "Hanno")
# What is told of a person, and how it is asked for: facts of one line differ in the person and the value alone.
TOLD = {
    "{name} keeps the spare key under {value}.": "Where can I find the extra key that {name} has?",
    "{name} is allergic to {value}.": "Which food must {name} not eat?",
    "{name}'s dentist is {value}.": "Who looks after the teeth of {name}?",
    "{name} plays {value} on Tuesdays.": "What does {name} do every Tuesday?",
    "{name} learned to swim in {value}.": "Where did {name} take swimming lessons?",
    "{name} wants {value} for a birthday present.": "What should I give {name}?",
    "{name} parks the van at {value}.": "Where does {name} leave the car?",
    "{name} waters the plants with {value}.": "How are the flowers of {name} kept alive?",
}
# How the same was asked when it was told, for memories, which keep a fact with its question.
ASKED_BEFORE = (
    "Under what does {name} hide the second key?", "What is {name} allergic to?",
    "What is the name of {name}'s dentist?", "Which game does {name} play on Tuesdays?",
    "In which water did {name} learn to swim?", "What does {name} want for the birthday?",
    "Where is the van of {name} parked?", "What does {name} water the plants with?",
)  # fmt: skip
VALUES = (
    "the blue flowerpot", "walnuts", "the old harbour", "Doctor Lindqvist", "chess", "a telescope", "the mill pond",
    "rain water", "strawberries", "the north gate",
)  # fmt: skip

Search = Callable[[str, int], Sequence[str]]  # a question and how many: ids, the best first
Embed = Callable[[Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something told, and a question that it alone answers."""

    id: str
    text: str
    question: str
    asked_before: str = ""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What was found for one question, the best first, and what should have been."""

    found: tuple[str, ...]
    relevant: frozenset[str]


def recall_at(k: int, rankings: Collection[Ranking]) -> float:
    """The mean share of what is relevant that is among the first k; 0 without questions."""
    shares = [len(one.relevant & set(one.found[:k])) / len(one.relevant) for one in rankings]
    return sum(shares) / len(shares) if shares else 0.0


def mrr(rankings: Collection[Ranking]) -> float:
    """The mean of 1 / the place of the first relevant one, 0 where it was not found."""
    places = [next((at for at, id_ in enumerate(one.found, 1) if id_ in one.relevant), 0) for one in rankings]
    return sum(1 / place for place in places if place) / len(places) if places else 0.0


def facts(seed: int = 0) -> list[Fact]:
    """Facts on several people each: the same seed gives the same ones."""
    draw = Random(seed)
    lines = [(*line, before) for line, before in zip(TOLD.items(), ASKED_BEFORE, strict=True)]
    return [
        Fact(
            f"seeded-{number}", told.format(name=name, value=draw.choice(VALUES)), asked.format(name=name),
            before.format(name=name),
        )
        for number, ((told, asked, before), name) in enumerate(product(lines, NAMES))
    ]  # fmt: skip


def rank(search: Search, seeded: Sequence[Fact], depth: int = max(DEPTHS)) -> list[Ranking]:
    """What the search finds for the question of each fact."""
    return [Ranking(tuple(search(fact.question, depth)), frozenset({fact.id})) for fact in seeded]


def measure(rankings: Collection[Ranking]) -> dict[str, float]:
    """The figures of a set of questions."""
    recalls = {f"recall@{k}": round(recall_at(k, rankings), 4) for k in DEPTHS}
    return {"questions": len(rankings), **recalls, "mrr": round(mrr(rankings), 4)}


def of_chats(connection: Connection, embed: Embed, seed: int = 0) -> dict[str, float]:
    """Figures of `chats search` on seeded facts among the chats that are there; what was seeded is taken back."""
    seeded, queries = facts(seed), postgres.queries("retrieval")
    vectors, asked = embed([fact.text for fact in seeded]), embed([fact.question for fact in seeded])
    known = {fact.question: vector for fact, vector in zip(seeded, asked, strict=True)}
    connection.execute(queries.mark)
    try:
        with connection.cursor() as cursor:
            rows = [_row(fact, vector) for fact, vector in zip(seeded, vectors, strict=True)]
            for query in (queries.chat, queries.redacted, queries.filtered, queries.embedding):
                cursor.executemany(query, rows)
        rankings = rank(lambda text, limit: _search(connection, text, limit, known), seeded)
        others = connection.execute(queries.others).fetchone() or {"chats": 0}
    finally:
        connection.execute(queries.take_back)
    return {**measure(rankings), "other_chats": others["chats"]}


def of_memories(connection: Connection, embed: Embed, seed: int = 0) -> dict[str, float]:
    """Figures of `memories.nearest` on seeded facts among those that are there; what was seeded is taken back.

    Each was told with another question than it is looked for with; a superseded twin of each must not be found.
    """
    seeded, queries = facts(seed), postgres.queries("retrieval")
    keys, asked = embed([key(one.asked_before, one.text) for one in seeded]), embed([one.question for one in seeded])
    known = {fact.question: vector for fact, vector in zip(seeded, asked, strict=True)}
    others = len(memories.valid(connection))
    connection.execute(queries.mark)
    try:
        with connection.cursor() as cursor:
            rows = [_row(fact, vector) for fact, vector in zip(seeded, keys, strict=True)]
            for query in (queries.chat, queries.route, queries.memory, queries.twin_route, queries.twin):
                cursor.executemany(query, rows)
        found = rank(lambda text, k: [one.id for one in memories.nearest(connection, known[text], k)], seeded)
    finally:
        connection.execute(queries.take_back)
    return {**measure(found), "other_memories": others}


def _search(connection: Connection, text: str, limit: int, known: dict[str, Any]) -> list[str]:
    """The installed search, with a vector that was made with all the others."""
    return [one.chat_id for one in find_similar(connection, text, limit, lambda _: known[text][None])]


def _row(fact: Fact, vector: Any) -> dict[str, Any]:
    return {
        "id": fact.id,
        "messages": orjson.dumps([{"role": "user", "content": fact.text}]).decode(),
        "question": fact.asked_before,
        "fact": fact.text,
        "vector": orjson.dumps(vector, option=orjson.OPT_SERIALIZE_NUMPY).decode(),
        "model": embedding_model_id(),
    }
