"""A conversation: what was said, who is asked, and what may be done about the last answer."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from selfimprove.talk.line import Answer, Line, Message, Question

WHOEVER = "selfimprove"  # the model's name that means: whoever answers now


@dataclass(slots=True)
class Conversation:
    """Grows with each exchange; `chats` are the ids under which the gateway keeps it, with those of comparisons."""

    line: Line
    model: str = WHOEVER
    system: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    turns: list[Message] = field(default_factory=list)
    last: Answer | None = None
    chats: set[str] = field(default_factory=set)
    name: str = field(default_factory=lambda: uuid.uuid4().hex)

    def begin_anew(self) -> None:
        """Forget what was said here; the gateway does not."""
        self.turns, self.last, self.chats, self.name = [], None, set(), uuid.uuid4().hex

    @contextmanager
    def ask(self, text: str) -> Iterator[Iterator[str]]:
        """The pieces of the answer; what there is of it when the block ends, in whatever way, was said."""
        asked: Message = {"role": "user", "content": text}
        with self.line.ask(Question([*self._before(), asked], self.model, self.name, self.options)) as (answer, pieces):
            self.chats.add(answer.chat_id)
            try:
                yield pieces
            finally:
                if answer.text:
                    self.turns += [asked, {"role": "assistant", "content": answer.text}]
                    self.last = answer

    @contextmanager
    def ask_another(self, model: str) -> Iterator[tuple[Answer, Iterator[str]]]:
        """Another's answer to the last question; it is a chat of its own, since it is no second try of this one."""
        name = f"{self.name} {model.encode('utf-8', 'replace').hex()} {len(self.turns)}"
        question = Question(self._before()[:-1], model, name, self.options)
        with self.line.ask(question) as (answer, pieces):
            self.chats.add(answer.chat_id)
            yield answer, pieces

    def _before(self) -> list[Message]:
        system: list[Message] = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, *self.turns]
