"""One answer of a chat, with what came before it and what was said of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from selfimprove.chats.chat import Message
from selfimprove.critiques.exchange import Exchange
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback


@dataclass(frozen=True, slots=True)
class Answer:
    """`messages` ends with the answer; `reply` is the next user turn; `feedback` is on this answer alone.

    `again`: a person asked for another one ("retry"), or edited the question ("edit").
    """

    chat_id: str
    position: int
    messages: tuple[Message, ...]
    reply: str | None
    feedback: tuple[RedactedFeedback, ...]
    again: str | None = None

    @property
    def exchange(self) -> Exchange:
        """What the rules look at: the last question before the answer, the answer, and the reply."""
        asked = next((m.content for m in reversed(self.messages) if m.role == "user"), "")
        return Exchange(asked, self.messages[-1].content, self.reply)

    @property
    def is_regular(self) -> bool:
        """A system prompt or none, then user and assistant by turns: what every chat template can render."""
        turns = self.messages[1:] if self.messages[0].role == "system" else self.messages
        return len(turns) % 2 == 0 and all(m.role == ("user", "assistant")[i % 2] for i, m in enumerate(turns))

    def instead(self, text: str) -> "Answer":
        """Another answer in this one's place, of which nobody has said anything."""
        messages = (*self.messages[:-1], Message("assistant", text))
        return replace(self, messages=messages, reply=None, feedback=(), again=None)


def answers(chat: RedactedChat) -> Iterator[Answer]:
    """Every assistant turn that was given in the chat, in order."""
    again = dict(chat.again)
    for position, message in enumerate(chat.messages):
        if message.role == "assistant" and position not in chat.inherited and not _calls_tool(chat, position):
            later = (m.content for m in chat.messages[position + 1 :] if m.role == "user")
            on_it = (feedback for feedback in chat.feedback if feedback.position == position)
            said = tuple(feedback for feedback in on_it if not _changes_nothing(feedback, message.content))
            yield Answer(chat.id, position, chat.messages[: position + 1], next(later, None), said, again.get(position))


def contests(answer: Answer) -> Iterator[tuple[RedactedFeedback, str]]:
    """Feedback on the answer that names another one: a correction, or a preference with the answer it was over."""
    for said in answer.feedback:
        text = (said.text or "").strip()
        if said.kind in ("correction", "preference") and text and text != answer.messages[-1].content.strip():
            yield said, text


def rivals(answer: Answer) -> Iterator[Answer]:
    """The other answers that a preference names: the model's own, unlike a correction, which a person wrote."""
    return (answer.instead(text) for said, text in contests(answer) if said.kind == "preference")


def _changes_nothing(feedback: RedactedFeedback, answer: str) -> bool:
    """A correction that was saved as the answer was; else it would speak against what it repeats."""
    return feedback.kind == "correction" and (feedback.text or "").strip() == answer.strip()


def _calls_tool(chat: RedactedChat, position: int) -> bool:
    """A turn that says nothing and calls a tool; the answer comes after the tool's."""
    following = chat.messages[position + 1 : position + 2]
    return not chat.messages[position].content.strip() and any(m.role == "tool" for m in following)
