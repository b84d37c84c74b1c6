"""What works beside the requests goes on after a round that failed, whatever it failed by."""

import asyncio
import time
from collections.abc import Awaitable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from selfimprove.gateway import outage, outlook, recall, tokens
from selfimprove.gateway.outage import Outage
from selfimprove.gateway.recall import Recall
from selfimprove.gateway.tokens import Known
from selfimprove.reports import watch
from selfimprove.review.keep_watch import keep_watch
from selfimprove.settings import Settings
from selfimprove_tests.gateway.served import lengths


class FailsOnce:
    """What a round does; the first ends as nobody foresaw."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, *_: object) -> None:
        self.times += 1
        if self.times == 1:
            raise OSError(28, "No space left on device")


def goes_on(work: Awaitable[None], done: FailsOnce) -> bool:
    async def live() -> bool:
        task = asyncio.ensure_future(work)
        began = time.monotonic()
        while done.times < 3 and time.monotonic() - began < 2:
            await asyncio.sleep(0.01)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return done.times >= 3

    return asyncio.run(live())


def test_the_watch_looks_again(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    look = FailsOnce()
    monkeypatch.setattr(watch, "look", look)
    assert goes_on(keep_watch(settings, 0.01), look)


def test_experiments_are_looked_at_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    once = FailsOnce()
    monkeypatch.setattr(outlook, "once", once)
    monkeypatch.setattr(outlook, "FIRST", 0.01)
    monkeypatch.setattr(outlook, "HOUR", 0.01)
    assert goes_on(outlook.every_hour(settings), once)
    assert "The experiment could not be looked at: OSError" in caplog.text
    assert "No space" not in caplog.text


def test_tokens_are_followed_again_and_their_uses_not_forgotten(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, noted, exchange = Known(settings.home), list[set[str]](), FailsOnce()
    known.used = {"phone": datetime.now(UTC)}

    def once(_: Settings, used: dict[str, datetime]) -> None:
        noted.append(set(used))
        exchange()

    monkeypatch.setattr(tokens, "_exchange", once)
    monkeypatch.setattr(tokens, "SECONDS", 0.01)
    assert goes_on(tokens.follow(settings, known), exchange)
    assert noted[:3] == [{"phone"}, {"phone"}, set()]


def test_what_is_remembered_is_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    look: Any = FailsOnce()
    monkeypatch.setattr(recall, "LOOK", 0.01)
    monkeypatch.setattr(Recall, "_look", look)
    assert goes_on(Recall(lengths, look).follow(Path), look)


def test_a_fault_is_asked_for_again(settings: Settings) -> None:
    ask = FailsOnce()

    async def fault() -> str:
        ask()
        return ""

    assert goes_on(outage.watch(Outage(settings, "model"), fault, every=0.01), ask)
