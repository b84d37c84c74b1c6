"""A keeper that keeps nothing, and says so of every exchange."""

import uuid
from collections.abc import Sequence

from selfimprove.chats.chat import Message
from selfimprove.gateway.exchange import Exchange, Reacted, Reaction, Thread


class Unkept:
    """The Keeper of tests that keep nothing, or note what they are given."""

    def chat_of(
        self, messages: Sequence[Message], given: str | None = None, who: str = "", guest: str | None = None
    ) -> Thread:
        """Every request begins a chat."""
        chat_id = uuid.uuid4().hex
        return Thread(chat_id, len(messages), chat_id)

    async def keep(self, exchange: Exchange) -> bool:
        """Never."""
        return False

    async def react(self, reaction: Reaction) -> Reacted:
        """Never either."""
        return "full"
