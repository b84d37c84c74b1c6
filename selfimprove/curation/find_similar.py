"""Chats that are like a text, by the cosine of their embeddings; redacted text alone goes in and comes out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from numpy.typing import NDArray

from selfimprove import postgres
from selfimprove.chats.chat import Message
from selfimprove.errors import NothingEmbedded
from selfimprove.models.embed import embedding_model_id
from selfimprove.postgres import Connection
from selfimprove.privacy.redact import redact

LEAST_CANDIDATES, MOST_CANDIDATES = 100, 1000  # pgvector's limit is the larger


@dataclass(frozen=True, slots=True)
class Similar:
    """A redacted chat and its cosine to what was looked for, between -1 and 1."""

    chat_id: str
    day: date
    similarity: float
    messages: tuple[Message, ...]


def find_similar(
    connection: Connection, text: str, limit: int, embed: Callable[[Sequence[str]], NDArray[Any]]
) -> list[Similar]:
    """The chats most like the text, the nearest first.

    Raises:
        NothingEmbedded: no chat has an embedding by this model; nothing was loaded to find that out.
    """
    queries, model = postgres.queries("curation"), embedding_model_id()
    if not (connection.execute(queries.embedded, {"model": model}).fetchone() or {})["chats"]:
        raise NothingEmbedded(model=model)
    vector = orjson.dumps(embed(redact([text]).texts)[0], option=orjson.OPT_SERIALIZE_NUMPY).decode()
    candidates = min(MOST_CANDIDATES, max(LEAST_CANDIDATES, 2 * limit))
    connection.execute(queries.widen, {"candidates": candidates})
    rows = connection.execute(queries.nearest, {"vector": vector, "model": model, "limit": limit})
    return [Similar(**{**row, "messages": tuple(Message(**m) for m in row["messages"])}) for row in rows]
