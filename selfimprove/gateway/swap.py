"""Follow the promotions: the voice that was promoted last answers, and nobody notices the change."""

from pathlib import Path
from typing import TYPE_CHECKING

from selfimprove.gateway.plan import Plan

if TYPE_CHECKING:
    from selfimprove.settings import Settings

SEEN = 20_000  # chats whose voice is kept over the beginning of an experiment


class Swap:
    """The real Chooser. `start` puts back the voice that answered last; `run` then follows the database until it is
    cancelled. Neither needs Postgres to be up.
    """

    def __init__(self, engine: object, settings: "Settings") -> None:
        self._engine = engine
        self._settings = settings
        self._plan = Plan()

    def slot(self, chat_id: str) -> str:
        """An adapter's id or "base" for this chat; cheap, no I/O."""
        return self._plan.slot(chat_id)

    @property
    def plan(self) -> Plan:
        """Who answers now."""
        return self._plan

    @property
    def memory(self) -> Path:
        """The file that remembers the voice which Postgres confirmed last."""
        return self._settings.home / "gateway" / "voice.json"

    async def start(self) -> None:
        """Load the voice remembered, if its files are what they were; the engine is up by then."""

    async def run(self) -> None:
        """Bring whoever is promoted to the engine, until cancelled."""
