"""While the house's own model is away, the other server answers; not a request longer."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from selfimprove.gateway import answerers
from selfimprove.gateway.fallback import Fallback, is_ours
from selfimprove.gateway.parts import Health
from selfimprove.models import room
from selfimprove.models.base import TINY, Base
from selfimprove.models.memory import GB
from selfimprove_tests.gateway.fake_engine import FakeEngine
from selfimprove_tests.gateway.served import ADAPTER, Served, serving, until
from selfimprove_tests.gateway.test_answerers import Follower
from selfimprove_tests.gateway.wires import LLAMA_WHOLE, Wire, speaking

REQUEST = Request({"type": "http", "headers": []})


class Named:
    """An Answerer that says its name, well or not."""

    def __init__(self, name: str) -> None:
        self.name, self.state = name, Health(True)

    async def answer(self, request: Request, body: dict[str, Any], raw: bytes) -> Response:
        return Response(self.name)

    async def health(self) -> Health:
        return self.state

    async def models(self) -> list[dict[str, Any]]:
        return [{"id": self.name}]


def who(answerer: Fallback) -> str:
    return bytes(asyncio.run(answerer.answer(REQUEST, {}, b"")).body).decode()


def test_the_house_answers_while_it_can() -> None:
    house, other = Named("house"), Named("other")
    both = Fallback(house, other)
    said = []
    for ok in (True, False, True):
        house.state = Health(ok, "" if ok else "its memory is needed")
        said.append(who(both))
    assert said == ["house", "other", "house"]
    assert asyncio.run(both.models()) == [{"id": "house"}]


@pytest.mark.parametrize(
    ("house", "other", "health"),
    [
        (Health(True), Health(False, "it is off"), Health(True)),
        (Health(False, "its memory is needed"), Health(True), Health(True, "its memory is needed")),
        (Health(False, "its memory is needed"), Health(False, "it is off"), Health(False, "its memory is needed")),
    ],
)
def test_it_is_well_while_one_of_them_is(house: Health, other: Health, health: Health) -> None:
    answerers = Named("house"), Named("other")
    answerers[0].state, answerers[1].state = house, other
    assert asyncio.run(Fallback(*answerers).health()) == health


class Speaking(Follower):
    """Follows nothing, and lets who was promoted answer everything."""

    def slot(self, chat_id: str) -> str:
        return self.plan.slot(chat_id)

    def arm(self, chat_id: str) -> None:
        return None

    def rivals(self, chat_id: str) -> None:
        return None

    async def follow(self) -> None:
        await self.start()


def asleep(*_: object, **__: object) -> FakeEngine:
    engine = FakeEngine()
    engine.is_up = False
    return engine


@pytest.mark.parametrize("name", ["selfimprove", "base", "tiny", ADAPTER, ADAPTER[:8]])
def test_while_a_night_has_the_memory_the_other_server_answers_for_whoever_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for what, value in {"Engine": asleep, "Swap": Speaking}.items():
        monkeypatch.setattr(answerers, what, value)
    monkeypatch.setattr(answerers, "resolve", lambda *_: Base("base0", "tiny", TINY, TINY))
    monkeypatch.setattr("selfimprove.gateway.standing_by.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("selfimprove.gateway.standing_by.LINGER_SECONDS", 0.1)
    wire = Wire()
    with speaking(wire) as other:
        wire.says(LLAMA_WHOLE)
        served = Served(tmp_path, FALLBACK_URL=f"{other}/v1", UPSTREAM_MODEL="qwen3-4b")
        assert served.answering is not None
        house = served.answering.house
        assert house is not None
        with serving(served.app) as url:

            def ask() -> httpx.Response:
                said = {"model": name, "messages": [{"role": "user", "content": "hello"}]}
                return httpx.post(f"{url}/v1/chat/completions", json=said)

            until(lambda: house.health().ok)
            with room.asked_for(tmp_path, 20 * GB, 21 * GB, lambda _: None):
                until(lambda: not house.health().ok)
                answer = ask()
                assert answer.json()["choices"][0]["message"]["content"] == "Hello there"
                assert answer.headers["x-selfimprove-adapter"] == served.notebook.kept[-1].slot == "upstream"
                assert json.loads(wire.asked[-1][2])["model"] == "qwen3-4b"
                assert httpx.get(f"{url}/healthz").status_code == 200
            until(lambda: house.health().ok)
            asked = len(wire.asked)
            assert ask().headers["x-selfimprove-adapter"] in (ADAPTER, "base")
            assert len(wire.asked) == asked


def test_a_name_of_the_other_servers_own_is_left() -> None:
    ours = is_ours("tiny")
    assert [name for name in ("gpt-4", "llama3.2", "abcdefg1", "abc123", "ad" * 33, "deadbeef") if ours(name)] == [
        "deadbeef"
    ]
