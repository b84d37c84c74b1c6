"""Who of this house may answer: the base model and the adapters that are loaded beside it."""

from collections.abc import Callable

from selfimprove.gateway.ask import BASE
from selfimprove.gateway.complete import Chosen
from selfimprove.gateway.parts import NAME, Health
from selfimprove.gateway.plan import Chooser
from selfimprove.gateway.refusal import Refusal

SHORTEST_ID = 8  # an adapter may be named by so many digits of its id


class Local:
    """The Voices of the engine; `name` is the base model's."""

    def __init__(
        self, name: str, chooser: Chooser, slots: Callable[[], frozenset[str]], health: Callable[[], Health]
    ) -> None:
        self._name, self._chooser, self._slots, self._health = name, chooser, slots, health

    def choose(self, name: str, chat_id: str) -> Chosen:
        """See Voices."""
        if name != NAME:
            return Chosen(slot := self._named(name), self._name, slot)
        slot = self._chooser.slot(chat_id)
        return Chosen(slot, self._name, slot, self._chooser.arm(chat_id), self._chooser.rivals(chat_id))

    async def health(self) -> Health:
        """Whether the engine answers."""
        return self._health()

    async def models(self) -> list[str]:
        """Our own name, the base model, and the adapters that are loaded."""
        return [NAME, self._name, *sorted(self._slots() - {BASE})]

    def _named(self, name: str) -> str:
        if name in (BASE, self._name):
            return BASE
        found = [slot for slot in self._slots() if len(name) >= SHORTEST_ID and slot.startswith(name)]
        if len(found) != 1:
            said = "There is no such model; GET /v1/models lists them."
            raise Refusal(404, said, param="model", code="model_not_found")
        return found[0]
