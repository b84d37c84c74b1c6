"""One exchange while it lasts: what was asked, and what has been answered so far."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from selfimprove.chats.chat import Message
from selfimprove.gateway import metrics
from selfimprove.gateway.ask import BASE, UPSTREAM
from selfimprove.gateway.exchange import Ending, Exchange, Keeper, Thread


@dataclass(slots=True)
class Record:
    """Grows with the answer; `exchange` is what there is of it. `find` tells which chat it is of."""

    id: str
    find: Callable[[], Thread]
    messages: tuple[Message, ...]
    user: str | None = None
    model: str = ""
    slot: str = BASE
    arm: str | None = None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    texts: dict[int, list[str]] = field(default_factory=dict)
    finishes: dict[int, Ending] = field(default_factory=dict)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    started: float = field(default_factory=time.perf_counter)
    first: float | None = None
    is_kept: bool | None = None  # None: nobody was asked to keep it yet
    found: Thread | None = None

    @property
    def thread(self) -> Thread:
        """Which chat it is of; that takes a tenth of a millisecond when it is asked first."""
        if self.found is None:
            self.found = self.find()
        return self.found

    @property
    def voice(self) -> str:
        """Base, adapter or upstream: a label of few values."""
        return self.slot if self.slot in (BASE, UPSTREAM) else "adapter"

    def hear(self, index: int, text: str) -> None:
        """A part of the answer of this index."""
        if self.first is None:
            self.first = time.perf_counter() - self.started
            metrics.labelled(metrics.FIRST_TOKEN, self.voice).observe(self.first)
        self.texts.setdefault(index, []).append(text)

    def count(self, prompt: int, completion: int) -> None:
        """The tokens of one choice; all choices have one prompt."""
        self.prompt_tokens = prompt
        self.completion_tokens = (self.completion_tokens or 0) + completion

    def text(self, index: int) -> str:
        """What one choice has said so far."""
        return "".join(self.texts.get(index, ()))

    def exchange(self, ending: Ending) -> Exchange:
        """All of it, as it ended."""
        count = max((*self.texts, *self.finishes), default=-1) + 1
        answers = [self.text(index) for index in range(count)]  # a bare call of a tool is an empty one
        return Exchange(
            id=self.id, thread=self.thread, messages=self.messages, answer=answers[0] if answers else None, at=self.at,
            ending=ending, others=tuple(answers[1:]), user=self.user, model=self.model, slot=self.slot, arm=self.arm,
            prompt_tokens=self.prompt_tokens, completion_tokens=self.completion_tokens, first_token_seconds=self.first,
            seconds=time.perf_counter() - self.started,
        )

    async def keep(self, keeper: Keeper, ending: Ending | None = None) -> bool:
        """Have it kept, and counted, once; without an ending, as its first choice ended."""
        if self.is_kept is not None:
            return self.is_kept
        self.is_kept, ending = False, ending or self.finishes.get(0, "stop")
        metrics.labelled(metrics.ANSWERS, self.voice, ending).inc()
        metrics.labelled(metrics.TOKENS, self.voice, "prompt").inc(self.prompt_tokens or 0)
        metrics.labelled(metrics.TOKENS, self.voice, "completion").inc(self.completion_tokens or 0)
        self.is_kept = await keeper.keep(self.exchange(ending))
        metrics.labelled(metrics.KEPT, "yes" if self.is_kept else "no").inc()
        return self.is_kept
