"""What a client may say of an answer, on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from selfimprove.chats.chat import Message
from selfimprove.gateway.exchange import Reaction
from selfimprove.gateway.wire import MOST_MESSAGES, Text, Turn, Wire, house_form

BETTER = "the answer that would have been right; one that says what the answer says counts for nothing"
THUMBS = {"up": 1, "down": -1}


class Feedback(Wire):
    """A person's word on one answer: `id` is its completion's, or `messages` end with it, or `answer` is its text."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    choice: Annotated[int, Field(ge=0, lt=128)] = 0
    messages: Annotated[list[Turn], Field(min_length=1, max_length=MOST_MESSAGES)] | None = None
    answer: Annotated[Text, Field(min_length=1)] | None = None
    thumbs: Literal["up", "down"] | None = None
    rating: Annotated[float, Field(ge=-1, le=1, description="from -1, useless, to 1, perfect")] | None = None
    comment: Annotated[Text, Field(min_length=1)] | None = None
    correction: Annotated[Text, Field(min_length=1, description=BETTER)] | None = None
    user: str | None = None

    @model_validator(mode="after")
    def _says_something_of_something(self) -> "Feedback":
        if (self.id, self.messages, self.answer).count(None) != 2:
            raise ValueError("name the answer by one of id, messages, answer")
        if (self.thumbs, self.rating, self.comment, self.correction).count(None) == 4:
            raise ValueError("say one of thumbs, rating, comment, correction")
        if self.messages and self.messages[-1].role != "assistant":
            raise ValueError("messages end with the answer")
        return self


def reaction(said: Feedback, at: datetime, who: str, source: str = "gateway") -> Reaction:
    """The same as the house keeps it; `who` is what `Keeper.chat_of` was told of this client."""
    messages: tuple[Message, ...] = ()
    if said.messages:
        messages = tuple(house_form([turn.model_dump() for turn in said.messages]))
    return Reaction(
        at=at, completion=said.id, choice=said.choice, messages=messages, answer=said.answer,
        thumbs=THUMBS.get(said.thumbs or ""), rating=said.rating, comment=said.comment, correction=said.correction,
        source=source, who=who,
    )
