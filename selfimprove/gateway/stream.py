"""A response that does its work while it is sent, and stops it when the client goes away.

What fails before anything was sent is a status; what fails later is the stream's last event, an error.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from selfimprove.gateway import replies
from selfimprove.gateway.refusal import Gone, Refusal, unforeseen

Work = Callable[[Send], Awaitable[None]]
EVENTS = {  # of a stream; a proxy such as nginx would keep it until it is whole
    "content-type": "text/event-stream", "cache-control": "no-cache", "x-accel-buffering": "no",
}  # fmt: skip


class Working(Response):
    """Does its work, which sends the answer; a client that goes away cancels it."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Work until it is done or nobody listens any more."""
        sending, me = _Sending(send), asyncio.current_task()
        assert me is not None
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _: gone.cancelled() or sending.has_ended or me.cancel())
        try:
            await self._work(sending)
        except asyncio.CancelledError:
            if not gone.done() or gone.cancelled():
                raise
            me.uncancel()
        except Refusal as exc:
            if not sending.has_begun:
                raise
            await sending.tell(exc)
        except Gone:
            raise
        except Exception:
            await sending.tell(unforeseen())
            raise
        finally:
            gone.cancel()


class _Sending:
    """Sends, and knows how far that went."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = self.has_ended = False

    async def __call__(self, message: Message) -> None:
        self.has_begun = True
        self.has_ended = message["type"] == "http.response.body" and not message.get("more_body")
        await self._send(message)

    async def tell(self, why: Refusal) -> None:
        """End an answer that has begun with the reason."""
        if self.has_begun and not self.has_ended:
            await self({"type": "http.response.body", "body": replies.event(why.as_json())})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_whole(send: Send, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Send an answer that is complete."""
    await _start(send, status, {**headers, "content-length": str(len(body))})
    await send({"type": "http.response.body", "body": body})


async def send_events(
    send: Send, headers: Callable[[], Mapping[str, str]], events: AsyncGenerator[bytes, None]
) -> None:
    """Send events as they come; nothing is sent before there is a first one, so that its failure is a status."""
    async with aclosing(events):
        first = await anext(events)
        await _start(send, 200, {**headers(), **EVENTS})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        async for event in events:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def merged(iterators: Mapping[int, AsyncIterator[Any]]) -> AsyncGenerator[tuple[int, Any], None]:
    """What several iterators give, each with its key, as it comes; closing this closes them all."""
    queue: asyncio.Queue[tuple[int, Any, BaseException | None]] = asyncio.Queue()

    async def pump(key: int, iterator: AsyncIterator[Any]) -> None:
        try:
            async for item in iterator:
                queue.put_nowait((key, item, None))
            queue.put_nowait((key, None, StopAsyncIteration()))
        except Exception as exc:  # noqa: BLE001 - passed on to whoever reads
            queue.put_nowait((key, None, exc))

    tasks = [asyncio.ensure_future(pump(key, iterator)) for key, iterator in iterators.items()]
    left = len(tasks)
    try:
        while left:
            key, item, ended = await queue.get()
            if isinstance(ended, StopAsyncIteration):
                left -= 1
            elif ended is not None:
                raise ended
            else:
                yield key, item
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    raw = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
