"""What the gateway is put together from; day.py does it, tests do it otherwise."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response

from selfimprove.gateway.exchange import Keeper
from selfimprove.gateway.limits import Limits
from selfimprove.gateway.login import Sessions
from selfimprove.gateway.tokens import Known
from selfimprove.settings import Settings

NAME = "selfimprove"  # the model's name that means: whoever answers now


@dataclass(frozen=True, slots=True)
class Health:
    """Whether an answer can be given now, and why not."""

    ok: bool
    detail: str = ""
    retry_after: float = 5.0


class Answerer(Protocol):
    """How chats are answered: by a voice of this house, or by an upstream server."""

    async def answer(self, request: Request, body: dict[str, Any], raw: bytes) -> Response:
        """The response to a chat completion request, which begins to work when it is sent.

        Raises:
            Refusal: it cannot be answered; the exchange is kept as unanswered where it was one.
        """
        ...

    async def health(self) -> Health:
        """Whether an answer can be given now."""
        ...

    async def models(self) -> list[dict[str, Any]]:
        """The models that may be named."""
        ...


Embed = Callable[[Sequence[str]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a request may need."""

    settings: Settings
    answerer: Answerer
    keeper: Keeper
    embed: Embed
    known: Known
    sessions: Sessions
    limits: Limits = field(default_factory=Limits)
