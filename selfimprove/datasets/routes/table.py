"""Routes in Postgres, and what people said of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.datasets import memories
from selfimprove.datasets.routes.features import NAMES, SPREAD, VERSION
from selfimprove.datasets.routes.route import Lesson, Route, Where
from selfimprove.errors import RouteUnknown
from selfimprove.postgres import Connection

PLACES: Mapping[Where, str] = {"memory": "in a memory", "weights": "in the weights", "nowhere": "nowhere"}


class Stored(NamedTuple):
    """Where an example belongs, why, and who said so."""

    where: Where
    reason: str
    decided_by: str


class Corrections(NamedTuple):
    """What people said: example ids, rows (n, d) as a model sees them, and where each belongs."""

    ids: list[str]
    rows: NDArray[np.float64]
    wheres: list[Where]


def stored(connection: Connection, base_model: str, ids: Sequence[str]) -> dict[str, Stored]:
    """What was decided of examples before, and still counts."""
    given = {"base_model": base_model, "ids": list(ids), "features": VERSION}
    rows = connection.execute(postgres.queries("routes").stored, given)
    return {row["example_id"]: Stored(row["route"], row["reason"], row["decided_by"]) for row in rows}


def write(connection: Connection, base_model: str, routes: Iterable[Route]) -> None:
    """Keep routes, but for those of which a person has decided."""
    rows = [{**_row(route), "base_model": base_model, "features": VERSION} for route in routes]
    connection.cursor().executemany(postgres.queries("routes").write, rows)


def drop_stale(connection: Connection, chats: Sequence[str], examples: Sequence[str]) -> None:
    """Drop routes and facts of chats that were read again and teach something else now."""
    connection.execute(postgres.queries("routes").drop_stale, {"chats": list(chats), "examples": list(examples)})


def corrections(connection: Connection) -> Corrections:
    """What people said of routes, as a model learns from it."""
    rows = connection.execute(postgres.queries("routes").corrections, {"features": VERSION}).fetchall()
    seen = [
        [*(row["features"].get(name, 0.0) for name in NAMES), *(SPREAD * memories.from_text(row["vector"]))]
        for row in rows
    ]
    return Corrections([row["example_id"] for row in rows], np.array(seen), [row["route"] for row in rows])


def overrule(connection: Connection, beginning: str, where: Where) -> Lesson:
    """A person decides where the example belongs whose id begins so; returns what it teaches.

    Raises:
        RouteUnknown: none or several examples that were routed have such an id.
    """
    rows = connection.execute(postgres.queries("routes").like, {"id": beginning}).fetchall()
    if len(rows) != 1:
        raise RouteUnknown(id=beginning, found="No example" if not rows else "More than one example")
    row = rows[0]
    score = 0.0 if where == "weights" else 1.0
    given = {"example_id": row["example_id"], "route": where, "score": score}
    connection.execute(postgres.queries("routes").overrule, given)
    memories.drop(connection)
    return Lesson(row["example_id"], row["chat_id"], (), row["question"], row["fact"], row["said_at"])


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every route, the newest first."""
    return connection.execute(postgres.queries("routes").list).fetchall()


def _row(route: Route) -> dict[str, Any]:
    one = route.lesson
    return {
        "example_id": one.example_id, "chat_id": one.chat_id, "route": route.where, "score": route.score,
        "reason": route.reason, "decided_by": route.decided_by, "evidence": Jsonb(dict(route.evidence)),
        "question": one.question, "fact": one.fact, "said_at": one.said_at,
        "vector": memories.as_text(route.vector) if route.vector is not None else None,
    }  # fmt: skip
