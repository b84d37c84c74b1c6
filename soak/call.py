"""One client's requests over HTTP, and how each of them ended."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from soak.books import Books, Reacted, Sent

LONGEST = aiohttp.ClientTimeout(total=120)
GONE = (aiohttp.ClientError, ConnectionError)
NOT_KEPT = b": this exchange is not kept"
DONE = "[DONE]"


class Caller:
    """Talks to the gateway, and writes down what it was told."""

    def __init__(self, session: aiohttp.ClientSession, address: str, books: Books) -> None:
        self._session, self._address, self.books = session, address, books

    async def ask(self, sent: Sent, body: dict[str, Any], headers: dict[str, str], leave_after: int = 0) -> Sent:
        """A chat completion; with `leave_after` the client is gone after so many pieces of the stream."""
        self.books.sent.append(sent)
        sent.began = time.monotonic()
        sent.texts = [""] * sent.choices
        try:
            async with self._post("/v1/chat/completions", body, headers) as response:
                await self._read(sent, response, leave_after)
        except TimeoutError:
            sent.detail = "no end after two minutes"
        except GONE as exc:
            sent.outcome, sent.detail = "lost", type(exc).__name__
        sent.ended = time.monotonic()
        return sent

    async def react(self, reacted: Reacted, body: dict[str, Any]) -> bool:
        """Feedback; whether it was acknowledged. What is wrong is a complaint at once."""
        began, reacted.tries = time.monotonic(), reacted.tries + 1
        try:
            async with self._post("/v1/feedback", body) as response:
                answer = await response.json()
                if response.status in (200, 202):
                    reacted.status = answer["status"]
                    return True
                detail = f"{response.status} {answer}"
        except TimeoutError:
            detail = "no end after two minutes"
        except GONE as exc:
            if self._is_explained(began):
                return False
            detail = type(exc).__name__
        self.books.complain(f"feedback by {reacted.by}: {detail}")
        return False

    async def embed(self, texts: list[str]) -> None:
        """Embeddings of some texts, in their number."""
        began, found = time.monotonic(), "answered"
        try:
            async with self._post("/v1/embeddings", {"model": "selfimprove", "input": texts}) as response:
                answer = await response.json()
                if response.status != 200 or len(answer["data"]) != len(texts):
                    found = f"{response.status}"
        except TimeoutError:
            found = "no end after two minutes"
        except GONE as exc:
            found = "lost" if self._is_explained(began) else type(exc).__name__
        self.books.embedded[found] += 1
        if found not in ("answered", "lost"):
            self.books.complain(f"embeddings: {found}")

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        return self._session.post(f"{self._address}{path}", json=body, headers=headers, timeout=LONGEST)

    def _is_explained(self, began: float) -> bool:
        return self.books.is_explained(Sent("", (), began=began, ended=time.monotonic()))

    async def _read(self, sent: Sent, response: aiohttp.ClientResponse, leave_after: int) -> None:
        if response.status != 200:
            error = (await response.json()).get("error", {})
            is_due = response.status == 503 and int(response.headers.get("retry-after", 0)) >= 1
            sent.outcome = "refused" if is_due and error.get("code") == "model_unavailable" else "wrong"
            sent.detail = f"{response.status} {error.get('message')}"
            return
        told = [response.headers.get(f"x-selfimprove-{name}", "") for name in ("completion", "chat", "adapter")]
        sent.id, sent.chat, sent.adapter = told
        if sent.streamed:
            await self._stream(sent, response, leave_after)
        else:
            self._whole(sent, await response.json(), response)

    def _whole(self, sent: Sent, answer: dict[str, Any], response: aiohttp.ClientResponse) -> None:
        for choice in answer["choices"]:
            sent.texts[choice["index"]] = choice["message"]["content"]
        is_whole = all(choice["finish_reason"] for choice in answer["choices"]) and answer["id"] == sent.id
        sent.outcome, sent.detail = ("answered", "") if is_whole else ("wrong", "half a completion")
        if "x-selfimprove-kept" in response.headers:
            self.books.complain(f"{sent.id} was answered and not kept")

    async def _stream(self, sent: Sent, response: aiohttp.ClientResponse, leave_after: int) -> None:
        pieces, finished = 0, set[int]()
        async for event in self._events(sent, response):
            if event == DONE:
                is_whole = len(finished) == sent.choices
                sent.outcome, sent.detail = ("answered", "") if is_whole else ("wrong", "no end before [DONE]")
                return
            if "error" in event:
                due = event["error"].get("code") == "model_unavailable"
                sent.outcome, sent.detail = "broken" if due else "wrong", f"in mid-stream: {event['error']['message']}"
                return
            for choice in event["choices"]:
                sent.texts[choice["index"]] += choice["delta"].get("content") or ""
                finished.update({choice["index"]} if choice["finish_reason"] else ())
            pieces += 1
            if pieces == leave_after:
                response.close()
                sent.outcome = "cut"
                return
        sent.detail = "the stream ended without [DONE]"

    async def _events(self, sent: Sent, response: aiohttp.ClientResponse) -> AsyncIterator[Any]:
        async for line in response.content:
            if line.startswith(b"data: "):
                data = line[6:].strip().decode()
                yield data if data == DONE else json.loads(data)
            elif line.startswith(NOT_KEPT):
                self.books.complain(f"{sent.id} was answered and not kept")


async def patience(sent: Sent | None, chance: float) -> None:
    """What a client waits after a failure before it asks again."""
    await asyncio.sleep(0.3 + chance * (1.0 if sent is None or sent.outcome == "lost" else 1.5))
