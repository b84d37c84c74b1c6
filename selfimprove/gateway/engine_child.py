"""The engine's process: orders go in as lines of JSON, and every answer comes to whoever asked."""

import asyncio
import contextlib
import dataclasses
import itertools
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from selfimprove import errors
from selfimprove.errors import MessagesUnusable, ModelUnavailable, ModelWorkFailed, SelfImproveError
from selfimprove.models import worker
from selfimprove.models.serving import Serving

log = logging.getLogger("selfimprove.gateway")

Event = dict[str, Any]
VOICES = "selfimprove.models.voices"
LINE = 2**26  # bytes of the longest line
ENDED = "the process that answers has ended, and a new one is being started"
READY = 0  # the key of what it says first


class Child:
    """A process that answers, and the requests that wait for it; when it ends, all of them are told so."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._replies: dict[int, asyncio.Queue[Event]] = {READY: asyncio.Queue()}
        self._keys = itertools.count(READY + 1)
        self._last_words = b""
        self.lines = 0  # that it has said
        self.ended, self.quiet = asyncio.Event(), asyncio.Event()
        self._readers = [asyncio.create_task(self._listen()), asyncio.create_task(self._drain())]

    @property
    def under_way(self) -> int:
        """Requests that are not answered to their end."""
        return len(self._replies)

    def ask(self, do: str, **order: Any) -> int:
        """Send an order; its key is that of its answers.

        Raises:
            ModelUnavailable: the process has ended.
            MessagesUnusable: the order cannot be written down.
        """
        if self._is_deaf:
            raise _gone()
        key = next(self._keys)
        self._send({"key": key, "do": do, **order})
        self._replies[key] = asyncio.Queue()
        self.quiet.clear()
        return key

    async def reply(self, key: int) -> Event:
        """The next answer to an order.

        Raises:
            SelfImproveError: what the process raised; ModelUnavailable when it ended.
        """
        event = await self._replies[key].get()
        if "error" in event:
            raise _raised(event["error"])
        return event

    def leave(self, key: int, *, cancel: bool) -> None:
        """No more answers to this order are wanted; with `cancel` the work for it stops."""
        self._replies.pop(key, None)
        if not self._replies:
            self.quiet.set()
        if cancel and not self._is_deaf:
            self._send({"key": key, "do": "cancel"})

    async def do(self, do: str, **order: Any) -> Event:
        """The one answer to an order; errors as of `reply`."""
        key = self.ask(do, **order)
        try:
            event = await self.reply(key)
            return dict(event.get("done") or {})
        finally:
            self.leave(key, cancel=False)

    async def flush(self) -> None:
        """Wait until the process has taken in what was sent, so that nobody sends faster than it reads."""
        with contextlib.suppress(ConnectionError):
            await self._stdin.drain()

    async def kill(self) -> None:
        """End it now, in whatever state it is; who is cancelled meanwhile is heard when it has ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        ending = asyncio.gather(self._process.wait(), *self._readers, return_exceptions=True)
        is_cancelled = False
        while not ending.done():
            try:
                await asyncio.wait([ending])
            except asyncio.CancelledError:
                is_cancelled = True
        if is_cancelled:
            raise asyncio.CancelledError

    @property
    def _is_deaf(self) -> bool:
        """Whether orders would go nowhere: its end of the pipe may be gone before it is known to have ended."""
        return self.ended.is_set() or self._stdin.is_closing()

    @property
    def _stdin(self) -> asyncio.StreamWriter:
        assert self._process.stdin is not None
        return self._process.stdin

    def _send(self, order: Event) -> None:
        try:
            line = orjson.dumps(order)
        except TypeError as exc:  # half a character, or a number of more than 64 bits
            raise MessagesUnusable(reason="a message is not JSON in UTF-8") from exc
        self._stdin.write(line + b"\n")

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            async for line in self._process.stdout:
                self.lines += 1
                event = orjson.loads(line)
                waiting = self._replies.get(event.get("key"))
                if waiting is not None:
                    waiting.put_nowait(event)
        except (ValueError, AttributeError) as exc:  # a line that is too long, or none of ours
            log.error("the model's process is not listened to any more: %s", exc)
        finally:  # nobody may wait for ever
            self.ended.set()
            for waiting in self._replies.values():
                waiting.put_nowait({"error": _gone()})

    async def _drain(self) -> None:
        """Its stderr would fill up otherwise; the last line tells why a model could not be loaded."""
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._last_words = line.strip() or self._last_words

    async def ready(self) -> None:
        """Wait until the model is loaded.

        Raises:
            ModelWorkFailed: the process died meanwhile.
            SelfImproveError: what it raised, such as ModelBroken or ServingTooLarge.
        """
        try:
            await self.reply(READY)
        except ModelUnavailable as exc:
            code = await self._process.wait()
            await asyncio.wait(self._readers)
            line = self._last_words.decode("utf-8", "replace") or "it said nothing"
            raise ModelWorkFailed(function=VOICES, ending=worker.ending(code), line=line) from exc
        finally:
            self.leave(READY, cancel=False)


async def start(folder: Path, serving: Serving) -> Child:
    """A process that has loaded this model; errors as of `Child.ready`."""
    order = orjson.dumps({"folder": str(folder), "serving": dataclasses.asdict(serving)}).decode()
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", VOICES, order, stdin=pipe, stdout=pipe, stderr=pipe, limit=LINE, env=worker.environment()
    )
    child = Child(process)
    try:
        await child.ready()
    except BaseException:
        await child.kill()
        raise
    return child


def _gone() -> SelfImproveError:
    return ModelUnavailable(reason=ENDED, retry_after=5)


def _raised(error: SelfImproveError | Mapping[str, Any]) -> SelfImproveError:
    if isinstance(error, SelfImproveError):
        return error
    raised: SelfImproveError = getattr(errors, error["name"], SelfImproveError)(**error["details"])
    return raised
