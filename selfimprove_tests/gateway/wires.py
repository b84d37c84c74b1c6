"""What llama.cpp's server and Ollama say on the wire, field by field as they document it, and a server that says it."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

LLAMA_ID = "chatcmpl-Yk1vGdMVeFCb9s4ZBSM5AEpPXWZbtcaX"
LLAMA_WHOLE = {
    "choices": [{"finish_reason": "stop", "index": 0, "message": {"role": "assistant", "content": "Hello there"}}],
    "created": 1759331000, "model": "qwen3-4b", "system_fingerprint": "b6653-e74c92e8", "object": "chat.completion",
    "usage": {"completion_tokens": 3, "prompt_tokens": 11, "total_tokens": 14}, "id": LLAMA_ID,
    "timings": {"prompt_n": 11, "prompt_ms": 25.1, "predicted_n": 3, "predicted_ms": 30.2},
}


def llama_chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    chunk = {
        "choices": [{"finish_reason": finish, "index": 0, "delta": delta}], "created": 1759331000, "id": LLAMA_ID,
        "model": "qwen3-4b", "system_fingerprint": "b6653-e74c92e8", "object": "chat.completion.chunk",
    }
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"


LLAMA_STREAM = [
    llama_chunk({"role": "assistant", "content": None}),
    llama_chunk({"content": "Hel"}), llama_chunk({"content": "lo"}),
    llama_chunk({"reasoning_content": "hm"}), llama_chunk({}, "length"),
    b'data: {"choices":[],"created":1759331000,"id":"' + LLAMA_ID.encode() + b'","model":"qwen3-4b","object":'
    b'"chat.completion.chunk","usage":{"completion_tokens":2,"prompt_tokens":11,"total_tokens":13}}\n\n',
    b"data: [DONE]\n\n",
]
LLAMA_ERROR = {"error": {"code": 400, "message": "the request exceeds the available context size", "type": "exceed"}}


def ollama_line(**more: Any) -> bytes:
    line = {"model": "llama3.2", "created_at": "2026-01-05T10:00:00.123456789Z", "done": False, **more}
    return json.dumps(line).encode() + b"\n"


OLLAMA_STREAM = [
    ollama_line(message={"role": "assistant", "content": "Hel"}),
    ollama_line(message={"role": "assistant", "content": "lo"}, logprobs=[
        {"token": "lo", "logprob": -0.25, "bytes": [108, 111], "top_logprobs": [{"token": "lo", "logprob": -0.25}]}]),
    ollama_line(
        message={"role": "assistant", "content": ""}, done=True, done_reason="stop", total_duration=4883583458,
        load_duration=1334875, prompt_eval_count=26, prompt_eval_duration=342546000, eval_count=2, eval_duration=453,
    ),
]  # fmt: skip
OLLAMA_CALL = [
    ollama_line(message={"role": "assistant", "content": "", "tool_calls": [
        {"function": {"name": "weather", "arguments": {"city": "Oslo"}}}]}),
    ollama_line(message={"role": "assistant", "content": ""}, done=True, done_reason="stop", eval_count=9),
]  # fmt: skip
OLLAMA_TAGS = {"models": [{"name": "llama3.2:latest", "model": "llama3.2:latest", "size": 2019393189}]}


@dataclass
class Wire:
    """What is said next: bytes in chunks, then perhaps a break; and what was asked."""

    chunks: list[bytes] = field(default_factory=list)
    status: int = 200
    content_type: str = "application/json"
    breaks: bool = False
    waits: float = 0.0
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    gone: int = 0

    def says(self, *chunks: bytes | dict[str, Any], status: int = 200, stream: str = "", breaks: bool = False,
             waits: float = 0.0) -> None:
        """What the next requests are told."""
        self.chunks = [chunk if isinstance(chunk, bytes) else json.dumps(chunk).encode() for chunk in chunks]
        self.content_type, self.status = stream or "application/json", status
        self.breaks, self.waits = breaks, waits

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Say it."""
        self.asked.append((request.path, dict(request.headers), await request.read()))
        leads = {"location": "/elsewhere"} if 300 <= self.status < 400 else {}
        response = web.StreamResponse(status=self.status, headers={"content-type": self.content_type, **leads})
        response.enable_chunked_encoding()
        await response.prepare(request)
        try:
            for chunk in self.chunks:
                await response.write(chunk)
                await asyncio.sleep(0.005)
            await asyncio.sleep(self.waits)
        except (asyncio.CancelledError, ConnectionError):
            self.gone += 1
            raise
        if self.breaks and request.transport:
            request.transport.abort()
        return response

    async def models(self, request: web.Request) -> web.StreamResponse:
        """OpenAI's and Ollama's lists of models."""
        if request.path.endswith("/tags"):
            return web.json_response(OLLAMA_TAGS)
        return web.json_response({"object": "list", "data": [{"id": "qwen3-4b", "object": "model"}]})


@contextmanager
def speaking(wire: Wire) -> Iterator[str]:
    """The server's address."""
    app = web.Application()
    app.add_routes([web.post("/{path:.*}", wire.answer), web.get("/{path:.*}", wire.models)])
    loop, started = asyncio.new_event_loop(), threading.Event()
    port: list[int] = []

    async def run() -> None:
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port.append(runner.addresses[0][1])
        started.set()
        await stopped.wait()
        await runner.cleanup()

    stopped = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    started.wait()
    try:
        yield f"http://127.0.0.1:{port[0]}"
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()


