"""Embeddings in OpenAI's form: what is asked, how much of it, and who is gone before it is answered."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from starlette.responses import Response
from starlette.types import Send

from selfimprove.gateway import wire
from selfimprove.gateway.parts import Embed
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.stream import Working, send_whole
from selfimprove.models.embed import DIMENSIONS, LONGEST, embedding_model_id

SLICE = 64  # rows, written in 1.5 ms; then it is the turn of whoever else is answered
MOST = 1_200_000  # characters of a request that are read: 300000 tokens, as with OpenAI
TOKENS = "Tokens of another model mean nothing to this one; send texts (LangChain: check_embedding_ctx_length=False)."
TOO_MUCH = f"The texts are too long for one request: {MOST} characters in all, of each its first {LONGEST}, are read."


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request is answered, and all of it that is held while it waits."""

    texts: tuple[str, ...]  # as far as they are read
    form: str


def asked(body: Mapping[str, Any]) -> Asked:
    """What is wanted.

    Raises:
        Refusal: 400, it has another form, or is more than one request may ask for.
    """
    if isinstance(given := body.get("input"), list) and given and isinstance(given[0], int | list):
        raise Refusal(400, TOKENS, param="input", code="unsupported_content")
    found = wire.read(wire.EmbeddingsRequest, body)
    if found.dimensions not in (None, DIMENSIONS):
        raise Refusal(400, f"The embeddings have {DIMENSIONS} dimensions.", param="dimensions", code="invalid_value")
    whole = [found.input] if isinstance(found.input, str) else found.input
    texts = tuple(text[:LONGEST] for text in whole)
    if sum(map(len, texts)) > MOST:
        raise Refusal(400, f"{TOO_MUCH} Send fewer at a time.", param="input", code="too_many_texts")
    return Asked(texts, found.encoding_format or "float")


def answer(embed: Embed, wanted: Asked) -> Response:
    """The response, which does its work while it is sent: nobody works for a client that went away."""

    async def work(send: Send) -> None:
        vectors = np.ascontiguousarray(await embed(wanted.texts), np.float32)
        body = await _written(vectors, wanted)
        await send_whole(send, 200, {"content-type": "application/json"}, body)

    return Working(work)


async def _written(vectors: NDArray[np.float32], wanted: Asked) -> bytes:
    count = sum(len(text) // 4 + 1 for text in wanted.texts)
    usage = {"prompt_tokens": count, "total_tokens": count}
    around = orjson.dumps({"object": "list", "model": embedding_model_id(), "usage": usage, "data": []})
    rows: list[bytes] = []
    for first in range(0, len(vectors), SLICE):
        rows += (_row(at, vector, wanted.form) for at, vector in enumerate(vectors[first : first + SLICE], first))
        await asyncio.sleep(0)
    return around.removesuffix(b"]}") + b",".join(rows) + b"]}"


def _row(at: int, vector: NDArray[np.float32], form: str) -> bytes:
    told = b64encode(vector.astype("<f4").tobytes()).decode() if form == "base64" else vector
    row = {"object": "embedding", "index": at, "embedding": told}
    return orjson.dumps(row, option=orjson.OPT_SERIALIZE_NUMPY)
