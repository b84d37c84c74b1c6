"""Who answers which chat, as a value that is exchanged whole."""

from dataclasses import dataclass
from typing import Literal, Protocol

from selfimprove.experiments.assign import is_challengers, is_shadowed
from selfimprove.gateway.ask import BASE

Arm = Literal["challenger", "control"]


@dataclass(frozen=True, slots=True)
class Rivals:
    """The two voices of an experiment."""

    experiment: str
    challenger: str
    control: str


class Chooser(Protocol):
    """Whoever says which slot answers a chat, by the id that its conversation began with (a thread's `root`)."""

    def slot(self, chat_id: str) -> str:
        """An adapter's id, or "base": cheap, and the same for a chat until another voice is promoted or taken back."""
        ...

    def arm(self, chat_id: str) -> Arm | None:
        """What the chat is in the experiment that runs, for the exchange; None outside of one."""
        ...

    def rivals(self, chat_id: str) -> Rivals | None:
        """The two who are to answer the chat's first question unheard; None where it was not drawn."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """The voice that was promoted last and, while an experiment runs, the one before it.

    Of the chats that begin the former answers `share`, and both answer `shadow` unheard. `earlier` are those that had
    begun before the experiment did: they stay with whom they began, and count for nothing.
    """

    voice: str = BASE
    control: str | None = None
    experiment: str = ""
    share: float = 1.0
    earlier: frozenset[str] = frozenset()
    shadow: float = 0.0

    def slot(self, chat_id: str) -> str:
        """Who answers this chat."""
        if self.control is None:
            return self.voice
        return self.voice if self.arm(chat_id) == "challenger" else self.control

    def arm(self, chat_id: str) -> Arm | None:
        """What this chat is in the experiment."""
        if self.control is None or chat_id in self.earlier:
            return None
        return "challenger" if is_challengers(self.experiment, chat_id, self.share) else "control"

    def rivals(self, chat_id: str) -> Rivals | None:
        """The two who are to answer it unheard."""
        if self.control is None or chat_id in self.earlier or not is_shadowed(self.experiment, chat_id, self.shadow):
            return None
        return Rivals(self.experiment, self.voice, self.control)

    @property
    def slots(self) -> frozenset[str]:
        """Every slot that may have to answer."""
        return frozenset({self.voice, self.control or self.voice})
