"""While the house's own model is away, the other server answers; not a request longer."""

import asyncio
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from selfimprove.gateway.fallback import Fallback
from selfimprove.gateway.parts import Health

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
