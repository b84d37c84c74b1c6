"""Servers of others, started for a test."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai

SECONDS = 120.0  # until it answers


@contextmanager
def beside(
    command: Callable[[int], list[str]], log: Path, ready: str, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The address of what this command starts on a port, once it answers at the path `ready`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with log.open("wb") as said:
        server = subprocess.Popen(command(port), env={**os.environ, **(environment or {})}, stdout=said, stderr=said)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}{ready}", server, log)
        yield url
    finally:
        server.kill()
        server.wait()


def streamed(client: openai.OpenAI, model: str, said: Sequence[Any]) -> str:
    """All that a stream of a few tokens says, greedily."""
    chunks = client.chat.completions.create(model=model, messages=list(said), max_tokens=12, temperature=0, stream=True)
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def _wait(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        assert server.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            if httpx.get(url, timeout=5).status_code < 500:  # 503 while a model is loaded
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
