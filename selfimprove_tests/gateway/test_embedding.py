"""Embeddings as they are told: exactly, a slice at a time, and with no more of a request held than is read."""

import asyncio
import json
import random
import tracemalloc
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from selfimprove.gateway import embedding
from selfimprove.gateway.refusal import Refusal
from selfimprove.models.embed import DIMENSIONS, LONGEST, embedding_model_id
from selfimprove_tests.gateway.served import Served, lengths

MEBIBYTE = 2**20


class Asking:
    """One request of a client, past any socket: what it sends, and what it is told."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self.status, self.body = pieces, 0, b""

    async def receive(self) -> dict[str, Any]:
        piece = next(self._pieces, None)
        if piece is None:
            await asyncio.sleep(60)
        return {"type": "http.request", "body": piece, "more_body": piece != b""}

    async def send(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


def answered(vectors: Any, form: str) -> tuple[dict[str, Any], int]:
    """What a client is told, and how often it was the turn of others meanwhile."""
    turns = 0

    async def embed(_: Sequence[str]) -> Any:
        return vectors

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async def ask() -> bytes:
        asking, beside = Asking(iter(())), asyncio.create_task(others())
        await asyncio.sleep(0)
        wanted = embedding.asked({"input": ["abcd"] * len(vectors), "encoding_format": form})
        await embedding.answer(embed, wanted)({"type": "http"}, asking.receive, asking.send)
        beside.cancel()
        return asking.body

    told: dict[str, Any] = json.loads(asyncio.run(ask()))
    return told, turns


@pytest.mark.parametrize("form", ["float", "base64"])
@pytest.mark.parametrize("many", [1, embedding.SLICE, embedding.SLICE + 1, 2048])
def test_every_number_is_told_as_it_is_and_others_have_their_turns_meanwhile(form: str, many: int) -> None:
    vectors = np.random.default_rng(7).normal(size=(many, DIMENSIONS)).astype(np.float32)
    told, turns = answered(vectors, form)
    rows = [row["embedding"] for row in told["data"]]
    read = [np.frombuffer(b64decode(row), "<f4") for row in rows] if form == "base64" else np.array(rows, np.float32)
    assert np.array_equal(read, vectors)
    assert [(row["object"], row["index"]) for row in told["data"]] == [("embedding", at) for at in range(many)]
    assert (told["object"], told["model"], told.keys()) == ("list", embedding_model_id(), {*told, "data", "usage"})
    assert told["usage"] == {"prompt_tokens": 2 * many, "total_tokens": 2 * many}
    assert turns >= -(-many // embedding.SLICE)


def test_vectors_that_lie_otherwise_in_memory_are_told_alike() -> None:
    vectors = np.random.default_rng(8).normal(size=(3, DIMENSIONS)).astype(np.float32)
    assert answered(np.asfortranarray(vectors.astype(np.float64)), "float")[0] == answered(vectors, "float")[0]


def test_of_a_text_its_beginning_is_read_and_counted() -> None:
    wanted = embedding.asked({"input": ["m" * 2_000_000, "m" * LONGEST, "mm"], "user": "u" * 1_000_000})
    assert [len(text) for text in wanted.texts] == [LONGEST, LONGEST, 2]
    assert embedding.asked({"input": "é" * (LONGEST + 1)}).texts == ("é" * LONGEST,)
    full = ["m" * LONGEST] * (embedding.MOST // LONGEST)
    assert len(embedding.asked({"input": full}).texts) == len(full)
    with pytest.raises(Refusal, match="Send fewer"):
        embedding.asked({"input": [*full, "m" * 2_000_000]})


def long_body() -> Iterator[bytes]:
    """Eight texts of two million characters and a field that nobody knows, never whole on this side."""
    word = random.Random(9).choice("abcdefgh").encode()
    yield b'{"input": ['
    for at in range(8):
        yield (b", " if at else b"") + b'"'
        for _ in range(2):
            yield word * 1_000_000
        yield b'"'
    yield b'], "unknown": "' + b"x" * 500_000 + b'"}'
    yield b""


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def test_who_waits_holds_no_more_than_is_read(tmp_path: Path, traced: None) -> None:
    served, held = Served(tmp_path), []

    async def embed(texts: Sequence[str]) -> Any:
        held.append(tracemalloc.get_traced_memory()[0])
        return await lengths(texts)

    served.app.state.parts = replace(served.parts, embed=embed)
    headers = [(b"host", b"127.0.0.1:4646"), (b"content-type", b"application/json")]
    scope = {
        "type": "http", "method": "POST", "path": "/v1/embeddings", "raw_path": b"/v1/embeddings", "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "headers": headers,
        "server": ("127.0.0.1", 4646), "client": ("127.0.0.1", 50000),
    }  # fmt: skip

    async def ask(pieces: Iterator[bytes]) -> Asking:
        asking = Asking(pieces)
        await served.app(dict(scope), asking.receive, asking.send)
        return asking

    short = asyncio.run(ask(iter([b'{"input": ["m"]}', b""])))
    long = asyncio.run(ask(long_body()))
    assert (short.status, long.status) == (200, 200)
    assert held[1] - held[0] < MEBIBYTE
    assert json.loads(long.body)["usage"]["prompt_tokens"] == 8 * (LONGEST // 4 + 1)
