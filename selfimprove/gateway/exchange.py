"""The nouns that the day keeps: an exchange, a reaction to one, and the thread of which it is a part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from selfimprove.chats.chat import Message
from selfimprove.gateway.ask import BASE

# how a request stands to what was asked before: nothing like it, the next turn of a chat, the same question again
# after an answer to it, or another question in the place of one that was answered
Relation = Literal["new", "next", "retry", "edit"]
# `cancelled`: the client went away before the end; `failed`: nobody answered, or not to the end
Ending = Literal["stop", "length", "tool_calls", "cancelled", "failed"]
# `unknown`: no such answer was ever given; `pending`: it may have been, and counts once the database says so;
# `full`: the spool takes nothing more
Reacted = Literal["kept", "pending", "unknown", "full"]


@dataclass(frozen=True, slots=True)
class Thread:
    """The chat that a request goes on with, and the place of its answer among that chat's messages.

    A second answer, or another question in an older one's place, begins a chat of its own: `root` is the chat that all
    of these began as, and by it a person's conversation keeps to one adapter. `of` is the completion that is asked for
    again or whose question was edited.
    """

    chat_id: str
    position: int
    root: str
    relation: Relation = "new"
    of: str | None = None
    parent: str | None = None
    asked: str = ""  # keyed hash of all that was said before the answer
    who: str = ""  # as in `Keeper.chat_of`
    guest: str | None = None  # likewise


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, None where nobody gave one; `messages` are all that the client sent, in house form.

    `others`: the further answers, where several were asked for. `arm`: of an experiment that is under way. A bare call
    of a tool is an empty answer that ends in "tool_calls".
    """

    id: str  # of the completion, as the client was told
    thread: Thread
    messages: tuple[Message, ...]
    answer: str | None
    at: datetime  # when it was asked, with its time zone
    ending: Ending = "stop"
    others: tuple[str, ...] = ()
    user: str | None = None
    model: str = ""  # the base model or upstream's model that answered
    slot: str = BASE  # the adapter's id, or "upstream"
    arm: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    first_token_seconds: float | None = None
    seconds: float | None = None

    @property
    def has_answer(self) -> bool:
        """Whether anything was said: a bare call of a tool says nothing."""
        return self.answer is not None and (self.ending != "tool_calls" or bool(self.answer.strip()))


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a person says of an answer, which is named by its completion's id or by what was said.

    `completion` and `choice` name it; or `messages`, which end with the answer; or the `answer`'s text alone.
    `thumbs` is -1 or 1, `rating` in [-1, 1], `correction` the answer that would have been right. `who` is as in
    `Keeper.chat_of`; the keeper fills in the answer's place, as far as it knows it.
    """

    at: datetime
    completion: str | None = None
    choice: int = 0
    messages: tuple[Message, ...] = ()
    answer: str | None = None
    thumbs: int | None = None
    rating: float | None = None
    comment: str | None = None
    correction: str | None = None
    source: str = "gateway"
    who: str = ""
    chat_id: str | None = None
    position: int | None = None


class Keeper(Protocol):
    """Whoever keeps what is said by day, so that it survives."""

    def chat_of(
        self, messages: Sequence[Message], given: str | None = None, who: str = "", guest: str | None = None
    ) -> Thread:
        """Which chat a request goes on with: cheap, in memory.

        `given` is what the client calls its conversation (header x-selfimprove-chat, or metadata), and wins where it
        fits; `who` tells clients and users apart, so that nobody goes on with another's chat. `guest` is the token that
        asks, where its word is not the owner's: nor does it go on with another's whose id it came to know.
        """
        ...

    async def keep(self, exchange: Exchange) -> bool:
        """Whether it is on disk, for good, when this returns; False where the spool is full or the disk fails."""
        ...

    async def react(self, reaction: Reaction) -> Reacted:
        """Keep what a person said of an answer; as durable as `keep`."""
        ...
