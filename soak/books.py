"""What clients asked and were told, what was done to the house, and when it was expected to be out of order."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Messages = tuple[tuple[str, str], ...]  # role and content

# answered: to the end, so it must be kept; refused: 503 with Retry-After; broken: a stream that ended in an error;
# cut: the client left; lost: the connection went; wrong: whatever must never be
Outcome = Literal["answered", "refused", "broken", "cut", "lost", "wrong"]
Naming = Literal["id", "messages", "answer"]  # how feedback names its answer
SLACK = 1.0  # seconds after an outage in which what began before may still fail
FAILURES: tuple[Outcome, ...] = ("refused", "broken", "lost")


@dataclass
class Sent:
    """A request, and what came of it. `expected` is how it goes on from what this client was told before."""

    user: str
    messages: Messages
    choices: int = 1
    streamed: bool = False
    greedy: bool = False
    expected: str | None = None  # the relation; None where a failure on the way leaves it open
    chat_expected: str | None = None
    repeats: frozenset[str] = frozenset()  # the exchanges that it may repeat
    began: float = 0.0
    ended: float = 0.0
    outcome: Outcome = "wrong"
    detail: str = ""
    id: str = ""
    chat: str = ""
    adapter: str = ""
    texts: list[str] = field(default_factory=list)

    @property
    def said(self) -> Messages:
        """The conversation with its answer."""
        return (*self.messages, ("assistant", self.texts[0]))


@dataclass
class Reacted:
    """Feedback on an answer: named by id, by all that was said, or by its text alone."""

    on: Sent
    by: Naming
    kind: str  # thumbs, rating, comment or correction
    value: float | None = None
    text: str | None = None
    status: str = ""  # kept or pending, once it was acknowledged
    tries: int = 0


@dataclass
class Outage:
    """From a kill until what was killed is there again."""

    kind: str
    began: float
    ended: float | None = None
    excuses: bool = True  # requests that fail meanwhile

    def covers(self, sent: Sent) -> bool:
        """Whether this explains why a request failed, or why what a client broke off just before was not kept."""
        felt_until = sent.ended + (SLACK if sent.outcome == "cut" else 0.0)
        return self.excuses and self.began <= felt_until and (self.ended is None or sent.began <= self.ended + SLACK)


@dataclass
class Books:
    """All of it, in the order in which it happened."""

    sent: list[Sent] = field(default_factory=list)
    reactions: list[Reacted] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    embedded: Counter[str] = field(default_factory=Counter)
    nights: Counter[str] = field(default_factory=Counter)
    swaps: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)  # of the house, each followed by a new start
    revived: Counter[str] = field(default_factory=Counter)  # killed, and started again by the house itself
    complaints: list[str] = field(default_factory=list)  # what was wrong at once, without any looking up
    began: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=lambda: time.time() - time.monotonic())

    def is_calm(self, start: float, end: float) -> bool:
        """Whether nothing was out of order between two times of the clock on the wall."""
        times = [(one.began, one.ended or float("inf")) for one in self.outages]
        return not any(began < end - self.wall + SLACK and ended > start - self.wall for began, ended in times)

    def tell(self, what: str) -> None:
        """Say on standard error what happens."""
        print(f"{time.monotonic() - self.began:7.1f} s  {what}", file=sys.stderr, flush=True)

    def complain(self, what: str) -> None:
        """Something happened that must not."""
        self.complaints.append(what)
        self.tell(f"WRONG: {what}")

    def of(self, *outcomes: Outcome) -> Iterator[Sent]:
        """The requests that ended so."""
        return (one for one in self.sent if one.outcome in outcomes)

    def killed(self, kind: str, since: float) -> int:
        """How often one of this kind was away at some time since then."""
        return sum(one.kind == kind and (one.ended is None or one.ended >= since) for one in self.outages)

    def is_explained(self, sent: Sent) -> bool:
        """Whether a kill was felt while this was under way."""
        return any(outage.covers(sent) for outage in self.outages)
