"""Answers that broke off because the model computed what is not a number, counted by who gave them."""

from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator

from selfimprove.errors import AnswerBroken
from selfimprove.gateway.ask import Ask, Piece, Voice

MOST = 3  # in a row: then it is no accident
WHY = f"{MOST} of its answers in a row were broken off, as it computed what is not a number."


class Counted:
    """The Voice that passes on what another says."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._in_a_row: Counter[str] = Counter()
        self.under_way = 0  # answers

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        """See Voice."""
        pieces = self._voice.say(ask)
        self.under_way += 1
        try:
            async for piece in pieces:
                if piece.finish:
                    self._in_a_row.pop(ask.slot, None)
                yield piece
        except AnswerBroken:
            self._in_a_row[ask.slot] += 1
            raise
        finally:
            self.under_way -= 1
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()  # whoever leaves stops the work at once

    def are_too_many(self, slot: str) -> bool:
        """Whether a slot's answers break off; then they are counted anew."""
        if self._in_a_row[slot] < MOST:
            return False
        del self._in_a_row[slot]
        return True
