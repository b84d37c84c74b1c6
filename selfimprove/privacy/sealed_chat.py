"""A chat as the database holds it: what was said is ciphertext, its size and its feedback's kinds are not."""

from dataclasses import dataclass

from selfimprove.chats.chat import Sealed


@dataclass(frozen=True, slots=True)
class SealedFeedback:
    """One row of feedback; `text` is None where it has none."""

    id: str
    position: int
    kind: str
    value: float | None
    source: str
    text: Sealed | None


@dataclass(frozen=True, slots=True)
class SealedChat:
    """One row of chats with its feedback; `turns` is how many messages `messages` holds."""

    id: str
    turns: int
    messages: Sealed
    feedback: tuple[SealedFeedback, ...] = ()

    @property
    def size(self) -> int:
        """Bytes of ciphertext, feedback included."""
        return sum(len(sealed.ciphertext) for sealed in (self.messages, *(f.text for f in self.feedback if f.text)))
