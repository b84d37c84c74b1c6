"""While an experiment runs, both of its voices answer some questions once more, unheard, when nobody else is answered.

Both are asked anew, and what the client was answered is not used: who hears an answer may break it off, and what was
heard would be judged by another measure than what was not. What is kept is which rules object to either answer; the
texts are not, nor is it of which chat they are.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from selfimprove.chats.chat import Message
from selfimprove.errors import AnswerBroken, ModelUnavailable, SelfImproveError
from selfimprove.gateway.ask import Ask, Piece
from selfimprove.gateway.plan import Rivals
from selfimprove.gateway.stream import merged

log = logging.getLogger("selfimprove.gateway")
WAITING = 20  # questions; the oldest is dropped for a newer one
SEEN = 20_000  # chats that are not drawn again
LOOK_SECONDS = 0.02  # so soon is it seen that somebody asks
TRIES = 3  # of a question, each broken off because somebody else asked
MOST_TOKENS = 512  # of an answer that nobody hears
LONGEST = 8000  # characters of a request; the rules read all of it, in this process
LASTING = frozenset({"looping", "other_language"})  # what more tokens would not have mended
BROKEN = "not_a_number"  # not a rule's name: the answer broke off, since the model computed none


@dataclass(frozen=True, slots=True)
class Shadowed:
    """What rules object to in two answers to one question, and whether these are the same."""

    experiment: str
    challenger: tuple[str, ...]
    control: tuple[str, ...]
    is_same: bool


@dataclass(frozen=True, slots=True)
class _Question:
    rivals: Rivals
    ask: Ask
    text: str
    tries: int = 1


class Shadows:
    """Questions that wait until nobody is answered; `runs` names the experiment that does, `note` stores what came of
    one, in a thread.
    """

    def __init__(
        self, say: Callable[[Ask], AsyncIterator[Piece]], is_busy: Callable[[], bool], runs: Callable[[], str],
        note: Callable[[Shadowed], None],
    ) -> None:  # fmt: skip
        self._say, self._is_busy, self._runs, self._note = say, is_busy, runs, note
        self._waiting: deque[_Question] = deque(maxlen=WAITING)
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._forgotten = 0

    def offer(self, root: str, rivals: Rivals, ask: Ask, messages: Sequence[Message]) -> None:
        """A question that was drawn: the first one of a chat, which is counted once, and none that tools may answer."""
        is_plain = not (ask.tools or ask.is_call) and bool(messages) and messages[-1].role == "user"
        if not is_plain or root in self._seen or sum(len(message.content) for message in messages) > LONGEST:
            return
        self._seen[root] = None
        if len(self._seen) > SEEN:
            self._seen.popitem(last=False)
        asked = replace(ask, max_tokens=min(ask.max_tokens, MOST_TOKENS), top_logprobs=None, goes_on=False)
        self._waiting.append(_Question(rivals, asked, messages[-1].content))

    def forget(self) -> None:
        """Drop all questions, also the one that is being answered: one of their chats was forgotten."""
        self._waiting.clear()
        self._forgotten += 1

    async def turn(self) -> None:
        """Have the oldest question answered, if nobody asks anything; it waits again where somebody comes."""
        while self._waiting and self._waiting[0].rivals.experiment != self._runs():
            self._waiting.popleft()
        if not self._waiting or self._is_busy():
            return
        question, forgotten = self._waiting.popleft(), self._forgotten
        try:
            found = await self._unless_disturbed(self._answered(question))
        except ModelUnavailable:
            return  # it leaves, or one of the two does: the next questions will tell
        except SelfImproveError as exc:
            log.info("Two answers could not be compared: %s", type(exc).__name__)
            return
        if found is not None:
            await self._keep(found)
        elif question.tries < TRIES and len(self._waiting) < WAITING and forgotten == self._forgotten:
            self._waiting.appendleft(replace(question, tries=question.tries + 1))

    async def _unless_disturbed(self, answered: Coroutine[Any, Any, Shadowed | None]) -> Shadowed | None:
        """What comes of it; None where somebody came meanwhile, also while the question was still read."""
        task, forgotten = asyncio.create_task(answered), self._forgotten
        try:
            while not task.done() and not self._is_busy() and forgotten == self._forgotten:
                await asyncio.wait([task], timeout=LOOK_SECONDS)
            return task.result() if task.done() else None
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])

    async def _answered(self, question: _Question) -> Shadowed | None:
        """Both answers, in one batch, and what the rules say of them."""
        rivals = question.rivals
        asks = [
            replace(question.ask, id=f"{question.ask.id}-shadow-{at}", slot=slot)
            for at, slot in enumerate((rivals.challenger, rivals.control))
        ]
        said: tuple[list[Piece], list[Piece]] = ([], [])
        async with aclosing(merged({at: self._whole(ask) for at, ask in enumerate(asks)})) as pieces:
            async for at, piece in pieces:
                if piece is None:
                    flaws = [(BROKEN,) if at == mine else () for mine in (0, 1)]
                    return Shadowed(rivals.experiment, flaws[0], flaws[1], is_same=False)
                said[at].append(piece)
        return await asyncio.to_thread(_compared, question, said)

    async def _whole(self, ask: Ask) -> AsyncIterator[Piece | None]:
        """The pieces of an answer; None where it broke off, since the model computed what is not a number."""
        try:
            async for piece in self._say(ask):
                yield piece
        except AnswerBroken:
            yield None

    async def _keep(self, found: Shadowed) -> None:
        try:
            await asyncio.to_thread(self._note, found)
        except (SelfImproveError, psycopg.Error) as exc:
            log.info("What two answers came to was not stored: %s", type(exc).__name__)


def _compared(question: _Question, said: Sequence[Sequence[Piece]]) -> Shadowed:
    """Where a limit cut one of them off, only what more tokens would not have mended counts, of either."""
    from selfimprove.critiques.exchange import Exchange
    from selfimprove.critiques.find import find

    texts = ["".join(piece.text for piece in pieces) for pieces in said]
    is_cut = any(piece.finish == "length" for pieces in said for piece in pieces)
    found = [tuple(one.rule for one in find(Exchange(question.text, text))) for text in texts]
    flaws = [tuple(rule for rule in rules if rule in LASTING or not is_cut) for rules in found]
    return Shadowed(question.rivals.experiment, flaws[0], flaws[1], is_same=texts[0] == texts[1])
