"""What needs a person, each with where to go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from selfimprove.gateway.guard import Scope
from selfimprove.review.words import counted


@dataclass(frozen=True, slots=True)
class Need:
    """One thing; `step` says what to do, `link` where on these pages, with `word` on it, for whoever has the scope."""

    tone: Literal["bad", "open", "plain"]
    says: str
    step: str = ""
    link: str = ""
    word: str = ""
    scope: Scope = "review"


def needed(read: Mapping[str, Any]) -> Iterator[Need]:
    """The most pressing first."""
    if read["silent_hours"] is not None:
        said = f"No night has ended for {read['silent_hours']:.0f} hours."
        yield Need("bad", said, "Start what is down with `selfimprove up`; `selfimprove doctor` tells what is.")
    yield from _alerts(read)
    if waits := read["waits"]:
        said = "A new model passed every test and waits for your yes."
        yield Need("open", said, "", f"/approval/{waits['report_id']}", "Decide", "admin")
    if experiment := read["experiment"]:
        ends = f"until {experiment['ends_at'].day} {experiment['ends_at']:%B} at the latest"
        said = f"The new model is being compared with the one before it, {ends}. If it does worse, it goes by itself."
        yield Need("plain", said, "`selfimprove experiments show` has the numbers.")
    if read["unrated"]:
        said = counted(read["unrated"], "answer") + " could be good or bad: your word would teach most."
        yield Need("plain", said, "", "/review", "Rate a few")


def _alerts(read: Mapping[str, Any]) -> Iterator[Need]:
    delivery = read["delivery"]
    if lost := delivery["given_up"] + delivery["failing"]:
        state = "was given up" if not delivery["failing"] else "is tried again"
        said = f"{counted(lost, 'alert')} could not be delivered, which {state}: {delivery['problem']}"
        yield Need("bad", said, "Check SELFIMPROVE_ALERT_URLS, then `selfimprove reports alerts --send`.")
    if recent := read["figures"]["alerts"]:
        yield Need("open", f"{counted(recent, 'alert')} in the last two days.", "", "#alerts", "Read")
