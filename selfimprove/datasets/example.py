"""The nouns of the room: a candidate, an example, what was left out, and the rule that decided."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson

from selfimprove.chats.chat import Message, Side
from selfimprove.privacy.redacted_chat import RedactedFeedback

Kind = Literal["correction", "approved", "replay", "synthetic"]
Split = Literal["train", "validation", "fresh", "replay"]
SPLITS: tuple[Split, ...] = ("train", "validation", "fresh", "replay")
RULE_VERSION = "7"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A redacted chat that nothing rejected, with the score of each answer by its position.

    `said_at` is when its last correction was given, or when the chat began: the order of what people said.
    """

    id: str
    day: date
    side: Side
    said_at: datetime
    messages: tuple[Message, ...]
    feedback: tuple[RedactedFeedback, ...]
    scores: Mapping[int, float]
    pinned: bool
    client: str = ""  # which importer or server wrote the chat, and with which token, where it is not the owner's
    user_key: str | None = None  # keyed hash of who spoke
    excluded: bool = False  # a person said never to learn from it


@dataclass(frozen=True, slots=True)
class Example:
    """One training conversation, ending in an answer; `chat_id` is None for replay that no chat supplied.

    `rejected` is the answer that a person replaced by it or did not prefer to it.
    """

    id: str
    chat_id: str | None
    kind: Kind
    messages: tuple[Message, ...]
    score: float | None
    rejected: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """An example with what its split depends on.

    `taught_by` is the source by whose word it is learned, None where no feedback decided; `has_cap`: and that source
    does not speak for the owner. A token that has a cap is one source, whoever its requests name.
    """

    example: Example
    chat_id: str
    day: date
    side: Side
    said_at: datetime
    client: str = ""
    user_key: str | None = None
    taught_by: str | None = None
    has_cap: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A chat that no split holds; `example_id` names the example it would have been, None when it has none."""

    chat_id: str
    day: date
    reason: str
    example_id: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What decides a dataset's content; stored in its manifest.

    `threshold`: an answer is good from this score on. `replay` and `remember`: at most so many of the base model's own
    chats, and of chats learned before. `new_share`: new examples are repeated until they make this share of what is
    shown, at most `most_repeats` times. `most_share`: of what chats teach, one user, client or day supplies no
    more where there are several, but each may supply `uncapped` examples. `most_tried`: at most so many facts a night
    are tried as memories. `memories_answer`: something answers from memories, so that weights need not learn what one
    answers; where nothing does, a fact that no weights learn is answered by nobody. `synthetic`: of
    what is new, at most this share is lessons that the model itself asked for in other words; 0 has it make none.
    `floor`: how likely a lesson is practised again of which nothing was lost, against one of which all was; 1 draws all
    alike. Training begins anew at the base model when the champion used up `drift_share` of what it may be below the
    anchor, when it lost `most_lost` of the own questions that an earlier model passed, or after `most_nights` that went
    on from each other; 0 is never. Then as many as `remember_anew` are practised of either kind.
    """

    threshold: float = 0.7
    replay: int = 1500
    remember: int = 600
    new_share: float = 0.15
    most_repeats: int = 5
    most_share: float = 0.5
    uncapped: int = 50
    seed: int = 0
    most_tried: int = 64
    memories_answer: bool = False
    synthetic: float = 0.0
    floor: float = 0.1
    drift_share: float = 0.5
    most_lost: float = 0.2
    most_nights: int = 30
    remember_anew: int = 3000
    asked: int = 1000


def example(
    chat_id: str | None,
    kind: Kind,
    messages: Sequence[Message],
    score: float | None = None,
    rejected: str | None = None,
) -> Example:
    """An example whose id is the hash of the chat and of what was said."""
    return Example(content_id([chat_id, as_json(messages)]), chat_id, kind, tuple(messages), score, rejected)


def content_id(value: Any) -> str:
    """The first 32 hex digits of sha256 over canonical JSON."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]


def as_json(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Messages in the OpenAI shape."""
    return [{"role": message.role, "content": message.content} for message in messages]


def from_json(messages: Sequence[Mapping[str, Any]]) -> tuple[Message, ...]:
    """Messages out of the OpenAI shape."""
    return tuple(Message(message["role"], message["content"]) for message in messages)


def rule_json(rule: Rule) -> dict[str, Any]:
    """The rule as the manifest keeps it, with the version of the code that applied it."""
    return {"version": RULE_VERSION, **asdict(rule)}
