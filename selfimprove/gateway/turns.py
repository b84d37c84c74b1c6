"""Whose turn it is with what one at a time may use: the most urgent's, and among equals the first who came."""

import asyncio
import heapq
import itertools


class Turns:
    """A lock that is handed to whoever is most urgent (0) of those who wait, whenever it is given back."""

    def __init__(self) -> None:
        self._is_taken = False
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    async def take(self, urgency: int) -> None:
        """Wait for one's turn; who is cancelled meanwhile has none."""
        if not self._is_taken:
            self._is_taken = True
            return
        mine = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (urgency, next(self._numbers), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was handed over in the same moment
                self.give()
            raise

    def give(self) -> None:
        """It is somebody else's turn."""
        while self._waiting:
            _, _, following = heapq.heappop(self._waiting)
            if not following.done():
                following.set_result(None)
                return
        self._is_taken = False
