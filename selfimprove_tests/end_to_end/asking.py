"""Somebody who asks a house's gateway all the time, from a process of its own, while something else goes on."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from selfimprove.settings import Settings
from selfimprove_tests.gateway.served import until

EVERY = 2.0  # seconds: a night on two cores has work of its own


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question was answered with."""

    status: int
    adapter: str
    retry_after: str
    text: str


class Asking:
    """A thread that asks; `answers` are those so far, the newest last."""

    def __init__(self, url: str) -> None:
        self._url, self._ends = url, threading.Event()
        self.answers: list[Answer] = []
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ask no more."""
        self._ends.set()
        self._thread.join()

    def _work(self) -> None:
        with httpx.Client(base_url=self._url, timeout=60) as client:
            while not self._ends.wait(EVERY):
                said = [{"role": "user", "content": f"Is anybody there at {time.time()}?"}]
                found = client.post("/v1/chat/completions", json={"messages": said, "max_tokens": 4})
                told = [found.headers.get(name, "") for name in ("x-selfimprove-adapter", "retry-after")]
                self.answers.append(Answer(found.status_code, *told, found.text))


@contextmanager
def asking(settings: Settings) -> Iterator[Asking]:
    """A gateway of this house, and somebody who asks it, for as long as the block lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {"HOME": settings.home, "DATABASE_URL": settings.database_url, "GATEWAY_PORT": port,
             "MEMORY_GB": settings.memory_gb}  # fmt: skip
    environment = os.environ | {f"SELFIMPROVE_{name}": str(value) for name, value in given.items()}
    with subprocess.Popen([sys.executable, "-m", "selfimprove", "gateway", "run"], env=environment) as gateway:
        try:
            until(lambda: _is_well(f"http://127.0.0.1:{port}"), 120)
            asker = Asking(f"http://127.0.0.1:{port}")
            try:
                yield asker
            finally:
                asker.close()
        finally:
            gateway.terminate()


def _is_well(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.TransportError:
        return False
