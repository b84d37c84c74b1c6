"""The tagger asked ahead of its use: it reads the texts that come next while the rules read these."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self

from selfimprove.privacy.names.tagger import Find, insist
from selfimprove.privacy.redact import Span


class Ahead:
    """A finder that can be told what will be asked, and remembers what it found in the last `most` different texts.

    It remembers under keyed hashes, never the texts. What the finder raises is raised when the texts are asked for.
    """

    def __init__(self, find: Find, key: Callable[[bytes], str], most: int = 20_000) -> None:
        self._find, self._key, self._most = find, key, most
        self._known: dict[str, list[Span]] = {}
        self._coming: deque[Future[None]] = deque()
        self._reader = ThreadPoolExecutor(1, "tagger")

    def __enter__(self) -> Self:
        """Close it when done."""
        return self

    def __exit__(self, *_: object) -> None:
        """Drop what was looked at and not asked for."""
        self._reader.shutdown(cancel_futures=True)

    def look(self, texts: Sequence[str]) -> None:
        """Let the finder read these as soon as it is free."""
        self._coming.append(self._reader.submit(self._learn, list(texts)))

    def __call__(self, texts: Sequence[str]) -> list[list[Span]]:
        """The spans of each text; raises what the finder raises."""
        names = self._names(texts)
        while (found := self._answers(names)) is None and self._coming:
            self._coming.popleft().result()
        return found or self._reader.submit(self._asked, texts).result()

    def _answers(self, names: Sequence[str]) -> list[list[Span]] | None:
        """What is known of the texts of these names, when it is known of all."""
        found = [self._known.get(name) for name in names]
        return None if None in found else [own for own in found if own is not None]

    def _learn(self, texts: Sequence[str]) -> None:
        self._read(texts)

    def _asked(self, texts: Sequence[str]) -> list[list[Span]]:
        fresh = self._read(texts)
        return [fresh[name] for name in self._names(texts)]

    def _read(self, texts: Sequence[str]) -> dict[str, list[Span]]:
        """Ask about the texts that are not known; only the reader's thread does."""
        names = self._names(texts)
        known = {name: self._known[name] for name in names if name in self._known}
        new = {name: text for name, text in zip(names, texts, strict=True) if name not in known}
        found = insist(list(new.values()), self._find(list(new.values()))) if new else []
        fresh = dict(zip(new, found, strict=True))
        self._known.update(fresh)
        for name in list(self._known)[: max(0, len(self._known) - self._most)]:
            del self._known[name]
        return known | fresh

    def _names(self, texts: Sequence[str]) -> list[str]:
        return [self._key(text.encode()) for text in texts]
