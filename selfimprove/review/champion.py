"""Who answers, taken back by a person: veto or roll back; each asks once more and says who answers then."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from selfimprove.errors import ChampionMissing, ChangedMeanwhile
from selfimprove.gateway.guard import needs
from selfimprove.postgres import Connection
from selfimprove.promotion import promote
from selfimprove.promotion import table as promotion
from selfimprove.review import show, voices
from selfimprove.review.house import House

ACTS = {"veto": "Never let it answer again", "rollback": "Go back"}
CAN_ACT = [Depends(needs("admin"))]


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The pages that ask, and the acts."""
    found = router()

    @found.get("/champion/{act}", dependencies=CAN_ACT)
    def ask(act: str) -> Response:
        with house.read() as connection:
            champion = promotion.champion(connection)
            if champion is None or act not in ACTS:
                raise ChampionMissing(action="take back")
            back = promote.before(connection, champion["id"])
            who = voices.read(connection, house.settings, house.signs())
        return show.page("champion.html.j2", here="nights", act=act, button=ACTS[act], goes_to=back, **who)

    @found.post("/champion/veto", dependencies=CAN_ACT)
    def veto(seen: Annotated[str, Form()], reason: Annotated[str, Form()] = "") -> Response:
        with house.act() as connection:
            _insist(connection, seen)
            promote.veto(connection, reason.strip())
        return RedirectResponse("/", 303)

    @found.post("/champion/rollback", dependencies=CAN_ACT)
    def rollback(seen: Annotated[str, Form()]) -> Response:
        with house.act() as connection:
            _insist(connection, seen)
            promote.rollback(connection)
        return RedirectResponse("/", 303)

    return found


def _insist(connection: Connection, seen: str) -> None:
    """That whoever answers is whom the person saw, until the transaction ends."""
    promotion.lock(connection)
    champion = promotion.champion(connection)
    if champion is None or champion["id"] != seen:
        raise ChangedMeanwhile(what="Who answers has changed")
