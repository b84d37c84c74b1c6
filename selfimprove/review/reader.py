"""Who reads a page: it has links to where he may go alone, and lets whoever came by a cookie give it back."""

from contextvars import ContextVar
from dataclasses import dataclass

from fastapi import Request

from selfimprove.gateway import login
from selfimprove.gateway.guard import OWNER, Scope, Visitor


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is answered now, None where nobody was let in, and whether a cookie let him in."""

    visitor: Visitor | None
    came_by_cookie: bool = False

    def may(self, scope: Scope) -> bool:
        """Whether links to what takes this scope lead anywhere."""
        return self.visitor is not None and self.visitor.may(scope)


READER: ContextVar[Reader] = ContextVar("READER", default=Reader(OWNER))  # noqa: B039 - it is frozen


def reader(request: Request) -> Reader:
    """A cookie let in who came neither by a token that a program sends, nor as whoever is at a machine without any."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    has_token = visitor is not None and visitor.id != OWNER.id
    by_hand = "authorization" in request.headers
    return Reader(visitor, has_token and login.COOKIE in request.cookies and not by_hand)
