"""Who answers which chat, as a value that is exchanged whole."""

from dataclasses import dataclass
from typing import Protocol

from selfimprove.experiments.assign import is_challengers
from selfimprove.gateway.ask import BASE


class Chooser(Protocol):
    """Whoever says which slot answers a chat."""

    def slot(self, chat_id: str) -> str:
        """An adapter's id, or "base": cheap, and the same for a chat until another voice is promoted or taken back."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """The voice that was promoted last and, while an experiment runs, the one before it.

    `earlier` are chats that had begun before the experiment did: they stay with whom they began.
    """

    voice: str = BASE
    control: str | None = None
    experiment: str = ""
    share: float = 1.0
    earlier: frozenset[str] = frozenset()

    def slot(self, chat_id: str) -> str:
        """Who answers this chat."""
        if self.control is None or self.voice == self.control:
            return self.voice
        is_new = chat_id not in self.earlier
        return self.voice if is_new and is_challengers(self.experiment, chat_id, self.share) else self.control

    @property
    def slots(self) -> frozenset[str]:
        """Every slot that may have to answer."""
        return frozenset({self.voice, self.control or self.voice})
