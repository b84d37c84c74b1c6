"""What the rooms after this one see of a chat."""

from dataclasses import dataclass
from datetime import date

from selfimprove.chats.chat import Message


@dataclass(frozen=True, slots=True)
class RedactedFeedback:
    """One rating, correction or comment on the answer at `position`; `text` is redacted, None where there is none."""

    position: int
    kind: str
    value: float | None
    text: str | None
    source: str


@dataclass(frozen=True, slots=True)
class RedactedChat:
    """A conversation whose personal data is replaced by typed pseudonyms.

    `inherited`: positions of answers that were given in another chat, from which this one branched off. `again`: of
    answers that a person asked for again ("retry") or whose question a person edited ("edit").
    """

    id: str
    day: date
    messages: tuple[Message, ...]
    feedback: tuple[RedactedFeedback, ...] = ()
    inherited: frozenset[int] = frozenset()
    again: tuple[tuple[int, str], ...] = ()
