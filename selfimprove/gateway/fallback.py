"""Another server answers while the house's own model is not there, such as while a night has its memory."""

import re
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from selfimprove.gateway.ask import BASE
from selfimprove.gateway.parts import NAME, Answerer, Health


class Fallback:
    """The Answerer that asks the house, and the other one where the house cannot answer."""

    def __init__(self, house: Answerer, other: Answerer) -> None:
        self._house, self._other = house, other

    async def answer(self, request: Request, body: dict[str, Any], raw: bytes) -> Response:
        """See Answerer."""
        is_there = (await self._house.health()).ok
        return await (self._house if is_there else self._other).answer(request, body, raw)

    async def health(self) -> Health:
        """Whether one of them can answer, and what is wrong with the house: well with a detail, the other answers."""
        house = await self._house.health()
        return house if house.ok or not (await self._other.health()).ok else Health(True, house.detail)

    async def models(self) -> list[dict[str, Any]]:
        """The house's."""
        return await self._house.models()


def is_ours(base_model: str) -> Callable[[str], bool]:
    """Whether a model's name is one of this house: its own, its base model's, an adapter's id or its beginning."""
    names, id = (NAME, BASE, base_model), re.compile("[0-9a-f]{8,64}")
    return lambda name: name in names or id.fullmatch(name) is not None
