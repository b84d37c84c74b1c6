"""Who may do what: every route declares the scope that it needs."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import HTTPException, Security
from fastapi.requests import HTTPConnection
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

Scope = Literal["chat", "feedback", "review", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
bearer = HTTPBearer(
    auto_error=False, description="A token of `selfimprove tokens add`; on loopback none is needed while there is none."
)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks: a token's id and name, and what it may; admin may everything."""

    id: str
    name: str
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        """Whether the visitor has the scope."""
        return scope in self.scopes or "admin" in self.scopes

    @property
    def guest(self) -> str | None:
        """The id of a token whose word is not the owner's, as `tokens.owners` has it; None of the owner."""
        return None if self.may("review") else self.id


OWNER = Visitor("", "owner", frozenset(SCOPES))  # at this machine, as long as no token was made


def needs(scope: Scope) -> Callable[..., Awaitable[Visitor]]:
    """A dependency that lets in who has the scope: `dependencies=[Depends(needs("review"))]`, or for the visitor
    `visitor: Annotated[Visitor, Depends(needs("chat"))]`.

    Raises:
        HTTPException: 401 without a token, 403 with one that lacks the scope.
    """

    async def check(
        connection: HTTPConnection, _: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)] = None
    ) -> Visitor:
        return require(scope, getattr(connection.state, "visitor", None))

    return check


def require(scope: Scope, visitor: Visitor | None) -> Visitor:
    """The visitor, where there is one who has the scope.

    Raises:
        HTTPException: as of `needs`.
    """
    if visitor is None:
        raise HTTPException(401, "A token is needed: `selfimprove tokens add` makes one.")
    if not visitor.may(scope):
        raise HTTPException(403, f"The token {visitor.name!r} lacks the scope {scope!r}.")
    return visitor
