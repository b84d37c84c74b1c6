"""Why a chat is left out, and what the rules read of it."""

from dataclasses import dataclass, replace

from selfimprove.chats.chat import Message
from selfimprove.privacy.redacted_chat import RedactedChat


@dataclass(frozen=True, slots=True)
class Reason:
    """What happened, the message it happened in (None for the whole chat), and which part of the rule saw it."""

    name: str
    position: int | None = None
    rule: str = ""

    def detail(self) -> dict[str, int | str]:
        """What is known beyond the name; none of the text."""
        position = {} if self.position is None else {"position": self.position}
        return {**position, **({"rule": self.rule} if self.rule else {})}


def taught(chat: RedactedChat) -> tuple[Message, ...]:
    """The messages as a model would learn them: each answer that its owner corrected stands corrected."""
    better = {f.position: f.text for f in chat.feedback if f.kind == "correction" and f.text}
    return tuple(replace(m, content=better.get(i, m.content)) for i, m in enumerate(chat.messages))


def endorsed(chat: RedactedChat) -> frozenset[int]:
    """Positions of answers whose words are the owner's own or that the owner approved."""

    def approves(kind: str, value: float | None) -> bool:
        return kind in ("correction", "preference") or (kind in ("thumbs", "rating") and (value or 0) > 0)

    return frozenset(f.position for f in chat.feedback if approves(f.kind, f.value))


def answers(chat: RedactedChat) -> list[tuple[int, str]]:
    """Positions and texts of the answers, corrections in place; a turn that only calls a tool is not one."""
    messages = taught(chat)
    return [
        (i, m.content)
        for i, m in enumerate(messages)
        if m.role == "assistant" and not (not m.content.strip() and _tool_follows(messages, i))
    ]


def own_answers(chat: RedactedChat) -> list[tuple[int, str]]:
    """The answers that stand by the model's word alone: neither corrected nor approved."""
    approved = endorsed(chat)
    return [(i, text) for i, text in answers(chat) if i not in approved]


def question(chat: RedactedChat, position: int) -> str:
    """What the user said last before the answer at `position`; empty when nothing."""
    return next((m.content for m in reversed(chat.messages[:position]) if m.role == "user"), "")


def _tool_follows(messages: tuple[Message, ...], position: int) -> bool:
    return position + 1 < len(messages) and messages[position + 1].role == "tool"
