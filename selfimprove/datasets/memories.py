"""Facts that are told to the model with a question instead of trained into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from selfimprove import postgres
from selfimprove.datasets.example import content_id
from selfimprove.datasets.routes.route import Lesson
from selfimprove.models.embed import DIMENSIONS, embedding_model_id
from selfimprove.postgres import Connection

NEAREST = 3  # facts that go with a question


@dataclass(frozen=True, slots=True)
class Recalled:
    """A fact with the question it answered, in redacted words, and its cosine to what was asked."""

    id: str
    question: str
    fact: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that holds, with the embedding of its question."""

    id: str
    chat_id: str
    question: str
    fact: str
    said_at: datetime
    vector: NDArray[np.float32]


def nearest(connection: Connection, vector: Sequence[float] | NDArray[Any], k: int = NEAREST) -> list[Recalled]:
    """The k facts that are most like a question with this embedding; those that were superseded are not among them."""
    given = {"vector": as_text(vector), "model": embedding_model_id(), "limit": k}
    return [Recalled(**row) for row in connection.execute(postgres.queries("routes").nearest, given)]


def are_any(connection: Connection) -> bool:
    """Whether any fact holds that the present embedding model can find."""
    given = {"model": embedding_model_id()}
    return connection.execute(postgres.queries("routes").are_any, given).fetchone() is not None


def line(facts: Iterable[tuple[str, str]]) -> str:
    """What a system line says of questions and facts."""
    return "\n".join(["What you know:", *(f"- {question} {fact}" for question, fact in facts)])


def key(question: str, fact: str) -> str:
    """The text by whose embedding a fact is found: with its question it is found more often than alone."""
    return f"{question} {fact}"


def remember(connection: Connection, found: Iterable[tuple[Lesson, Sequence[float] | NDArray[Any]]]) -> None:
    """Keep facts, each with the embedding of its key."""
    rows = [
        {
            "id": content_id(["memory", one.example_id]), "chat_id": one.chat_id, "example_id": one.example_id,
            "question": one.question, "fact": one.fact, "embedding": as_text(vector), "model": embedding_model_id(),
            "said_at": one.said_at,
        }
        for one, vector in found
    ]  # fmt: skip
    connection.cursor().executemany(postgres.queries("routes").remember, rows)


def drop(connection: Connection) -> None:
    """Drop the facts of lessons that belong elsewhere now."""
    connection.execute(postgres.queries("routes").drop)


def valid(connection: Connection) -> list[Known]:
    """The facts that hold, the oldest first; those whose question has no embedding are compared by its words alone."""
    rows = connection.execute(postgres.queries("routes").valid).fetchall()
    return [Known(**{**row, "vector": from_text(row["vector"])}) for row in rows]


def supersede(connection: Connection, successors: Mapping[str, str]) -> None:
    """Mark facts, by id, as superseded by a chat."""
    rows = [{"id": id, "chat_id": chat_id} for id, chat_id in successors.items()]
    connection.cursor().executemany(postgres.queries("routes").supersede, rows)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every fact, the newest first."""
    return connection.execute(postgres.queries("routes").facts).fetchall()


def as_text(vector: Sequence[float] | NDArray[Any]) -> str:
    """A vector as pgvector reads it."""
    return orjson.dumps(np.asarray(vector, np.float32), option=orjson.OPT_SERIALIZE_NUMPY).decode()


def from_text(text: str | None) -> NDArray[np.float32]:
    """A vector as pgvector writes it; zeros for none."""
    return np.array(orjson.loads(text), np.float32) if text else np.zeros(DIMENSIONS, np.float32)
