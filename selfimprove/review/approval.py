"""A person's word on a promotion that waits for it."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import RedirectResponse

from selfimprove.errors import NothingWaits
from selfimprove.gateway.guard import needs
from selfimprove.privacy.vault import Vault
from selfimprove.promotion import approve, record
from selfimprove.promotion import table as promotion
from selfimprove.promotion.decision import Word
from selfimprove.promotion.standing import oldest
from selfimprove.review import show, table
from selfimprove.review.house import House

CAN_ACT = [Depends(needs("admin"))]


def routes(house: House, router: Callable[[], APIRouter]) -> APIRouter:
    """The question with what the tests said, and the answer."""
    found = router()

    @found.get("/approval/{report}", dependencies=CAN_ACT)
    def approval(report: str) -> Response:
        with house.read() as connection:
            waits = next(iter(approve.waiting(connection, report)), None)
            if waits is None:
                raise NothingWaits(name=" of that report")
            decision = promotion.stored(connection, waits["report_id"])
            night = next(iter(table.rows(connection, "night_of_adapter", id=waits["adapter_id"])), None)
            most = oldest(promotion.margins_of(connection, waits["created_at"]), waits=True)
        filled: dict[str, Any] = {"waits": waits, "decision": decision, "night": night, "most_hours": most}
        return show.page("approval.html.j2", here="nights", **filled)

    @found.post("/approval/{report}", dependencies=CAN_ACT)
    def answer(
        report: str, word: Annotated[Literal["yes", "no"], Form()], reason: Annotated[str, Form()] = "",
    ) -> Response:
        with house.act() as connection:
            sign = record.signer(Vault.open(house.settings.home, connection))
            if word == "no":
                approve.decline(connection, report, reason.strip(), sign)
                return RedirectResponse("/", 303)
            decision = approve.approve(connection, report, sign)
        if decision.decision is Word.PROMOTE:
            return RedirectResponse("/", 303)
        return show.page("refused.html.j2", status=409, here="nights", reasons=decision.reasons)

    return found
