"""What is remembered is told with a question like it, in the form that nights try, and nobody waits long for it."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from selfimprove.chats.chat import Message
from selfimprove.datasets import memories
from selfimprove.datasets.memories import Recalled
from selfimprove.datasets.routes.try_out import told as tried
from selfimprove.errors import DatabaseDown, ModelWorkFailed
from selfimprove.gateway import metrics
from selfimprove.gateway.recall import Recall, template, told
from selfimprove.models.base import resolve
from selfimprove.models.embed import DIMENSIONS, embedding_model_id
from selfimprove.postgres import Connection
from selfimprove_tests.critiques.rows import add_chat
from selfimprove_tests.gateway.said import as_gateway

FACT = Recalled("a", "What is our pump?", "The pump is a Grundfos.", 0.9)
PUMP, LAMP = "which pump do we have?", "which lamp do we have?"


async def by_words(texts: Sequence[str]) -> Any:
    """Embeddings of two words."""
    return np.array([[1.0 * ("pump" in text), 1.0 * ("lamp" in text), *[0.01] * (DIMENSIONS - 2)] for text in texts])


def asked(*texts: str, system: str | None = None) -> tuple[dict[str, Any], ...]:
    said = tuple({"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts))
    return ({"role": "system", "content": system}, *said) if system else said


@pytest.fixture
def remembered(connection: Connection, database: str) -> str:
    chat_id = add_chat(connection, datetime(2026, 5, 4, tzinfo=UTC).date(), "u: x", "a: y")
    connection.execute(
        "insert into routes (example_id, chat_id, base_model, route, score, reason, decided_by, features, evidence,"
        " question, fact, said_at) values ('e', %s, 'b', 'memory', 1, '', 'rules', '', '{}', %s, %s, now())",
        [chat_id, FACT.question, FACT.fact],
    )
    vector = memories.as_text(asyncio.run(by_words([FACT.question]))[0])
    connection.execute(
        "insert into memories (id, chat_id, example_id, question, fact, embedding, model, said_at)"
        " values ('m', %s, 'e', %s, %s, %s, %s, now())",
        [chat_id, FACT.question, FACT.fact, vector, embedding_model_id()],
    )
    connection.commit()
    return database


def recalling(recall: Recall, work: Callable[[], Any]) -> Any:
    """What comes of work while the recall knows whether there is anything."""

    async def lives() -> Any:
        recall._are_any = await asyncio.to_thread(recall._look)
        return await work()

    return asyncio.run(lives())


def unrecalled(why: str) -> float:
    """How often nothing was looked up for want of time."""
    return metrics.REGISTRY.get_sample_value("selfimprove_unrecalled_total", {"why": why}) or 0.0


def test_the_fact_that_is_most_like_the_last_question_is_told(remembered: str) -> None:
    recall = Recall(by_words, as_gateway(remembered), deadline=30)
    found = recalling(recall, lambda: recall.facts(asked("hello", "hi", PUMP)))
    assert [(one.question, one.fact) for one in found] == [(FACT.question, FACT.fact)]
    messages = recalling(recall, lambda: recall.tell(asked(PUMP)))
    assert messages[0] == {"role": "system", "content": f"What you know:\n- {FACT.question} {FACT.fact}"}


def test_nothing_is_told_that_is_not_like_the_question_or_is_not_wanted(remembered: str) -> None:
    recall = Recall(by_words, as_gateway(remembered), deadline=30)
    for messages in (
        asked(LAMP), asked(PUMP, "a Grundfos", LAMP), asked(f"{PUMP} #no-rag"), asked(f"{PUMP} #private"),
        asked("#no-train from here on", "all right", PUMP), asked("  "), (), ({"role": "user", "content": None},),
    ):  # fmt: skip
        assert recalling(recall, lambda messages=messages: recall.tell(messages)) == messages  # type: ignore[misc]


def test_where_nothing_is_remembered_nobody_waits(database: str) -> None:
    async def never(texts: Sequence[str]) -> Any:
        raise AssertionError

    recall = Recall(never, as_gateway(database))
    assert recalling(recall, lambda: recall.tell(asked(PUMP))) == asked(PUMP)


def test_an_answer_does_not_wait_for_what_is_slow_and_few_wait_at_a_time(remembered: str) -> None:
    begun: list[str] = []

    async def slow(texts: Sequence[str]) -> Any:
        begun.extend(texts)
        await asyncio.sleep(60)
        return await by_words(texts)

    recall = Recall(slow, as_gateway(remembered), deadline=0.02)

    async def many() -> float:
        started = time.perf_counter()
        assert await asyncio.gather(*(recall.facts(asked(PUMP)) for _ in range(20))) == [[]] * 20
        return time.perf_counter() - started

    before = {why: unrecalled(why) for why in ("late", "busy")}
    assert recalling(recall, many) < 30
    assert len(begun) == 4
    assert {why: unrecalled(why) - count for why, count in before.items()} == {"late": 4, "busy": 16}


def test_what_came_in_time_or_was_not_asked_for_is_not_counted_as_missed(remembered: str) -> None:
    recall = Recall(by_words, as_gateway(remembered), deadline=30)
    before = unrecalled("late"), unrecalled("busy")
    for messages in (asked(PUMP), asked(LAMP), asked(f"{PUMP} #no-rag"), asked("  ")):
        recalling(recall, lambda messages=messages: recall.tell(messages))  # type: ignore[misc]
    assert (unrecalled("late"), unrecalled("busy")) == before


@pytest.mark.parametrize("failure", [ModelWorkFailed(function="f", ending="e", line="l"), OSError(5, "gone")])
def test_what_fails_is_no_obstacle(remembered: str, failure: Exception) -> None:
    async def failing(texts: Sequence[str]) -> Any:
        raise failure

    recall = Recall(failing, as_gateway(remembered), deadline=5)
    assert recalling(recall, lambda: recall.tell(asked(PUMP))) == asked(PUMP)


def test_while_the_database_is_down_what_was_known_of_it_stands(remembered: str) -> None:
    def down() -> Any:
        raise DatabaseDown(reason="it is shut")

    recall = Recall(by_words, as_gateway(remembered), deadline=5)
    recalling(recall, lambda: recall.tell(asked(PUMP)))
    recall._connect = down
    assert recall._look()
    assert recalling(recall, lambda: recall.tell(asked(PUMP))) == asked(PUMP)


@pytest.mark.parametrize("system", [None, "You are kind."])
def test_it_is_told_in_the_form_that_nights_try(system: str | None) -> None:
    messages = asked("hello", "hi", PUMP, system=system)
    house = [Message(turn["role"], turn["content"]) for turn in messages]
    as_tried = [{"role": m.role, "content": m.content} for m in tried(house, [(FACT.question, FACT.fact)])]
    assert list(told(messages, [FACT], in_question=False)) == as_tried


def test_where_the_template_refuses_a_system_prompt_it_stands_in_the_question() -> None:
    first, *others = told(asked("hello", "hi", PUMP), [FACT], in_question=True)
    assert first == {"role": "user", "content": f"What you know:\n- {FACT.question} {FACT.fact}\n\nhello"}
    assert others == list(asked("hello", "hi", PUMP)[1:])


def test_whether_a_template_refuses_a_system_prompt_is_asked_of_the_template(tmp_path: Path) -> None:
    folder = resolve("tiny", tmp_path).folder
    assert template({"folder": str(folder)}, None) == {"refuses": False}
    copy = tmp_path / "model"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.safetensors"))
    refusing = "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ messages[0].content }}"
    for file in copy.glob("chat_template*"):
        file.unlink()
    config = orjson.loads((copy / "tokenizer_config.json").read_bytes()) | {"chat_template": refusing}
    (copy / "tokenizer_config.json").write_bytes(orjson.dumps(config))
    assert template({"folder": str(copy)}, None) == {"refuses": True}
