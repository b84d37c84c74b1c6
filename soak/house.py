"""A house in a folder of its own, started again whenever it ends, as the system's service manager does."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import aiohttp
import psutil
import psycopg

from selfimprove import postgres, processes, stack
from selfimprove.gateway.engine_child import VOICES
from selfimprove.settings import Settings, read
from soak.books import Books, Outage

RESTART_SECONDS = 1.0  # the systemd unit of `selfimprove service install` waits 30
LONGEST = 180.0  # seconds until whatever was killed must be back
LOOK, LINGERS = 0.2, 60.0
OF_NIGHTS = ("code-server", "daemon")
UNFELT = ("postgres", *OF_NIGHTS)  # whose absence breaks no request
REVIVED = ("gateway", *OF_NIGHTS)  # whom `up` starts again; a gateway alone, and `up`, are the service manager's
QUICK = aiohttp.ClientTimeout(total=3)


class House:
    """`selfimprove up`, or the gateway alone, with ports of its own."""

    def __init__(self, home: Path, books: Books, *, is_whole: bool, database_url: str | None = None) -> None:
        self.books, self.is_whole = books, is_whole
        self._log = home.parent / "house.log"
        ports = {"SELFIMPROVE_PORT": str(_free_port()), "SELFIMPROVE_GATEWAY_PORT": str(_free_port())}
        given = {"SELFIMPROVE_HOME": str(home), "SELFIMPROVE_CRON": "0 0 1 1 *", **ports}
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("SELFIMPROVE_", "DAGSTER_"))}
        self.environment = clean | given | ({"SELFIMPROVE_DATABASE_URL": database_url} if database_url else {})
        self.settings: Settings = read(self.environment)
        self.address = f"http://127.0.0.1:{self.settings.gateway_port}"
        self.starts = 0
        self._is_over = False
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def command(self) -> list[str]:
        """What the service manager runs."""
        return [sys.executable, "-m", "selfimprove", *(("up",) if self.is_whole else ("gateway", "run"))]

    async def keep_up(self) -> None:
        """Start it, and again each time that it ended; runs until `stop`."""
        while not self._is_over:
            began = self._log.stat().st_size if self._log.exists() else 0
            with self._log.open("ab") as log:
                self._process = await asyncio.create_subprocess_exec(
                    *self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    start_new_session=True,
                )
            self.starts += 1
            code = await self._process.wait()
            if not self._is_over:
                self.books.exits[why := self._last_words(began, code)] += 1
                self.books.tell(f"the house is started again: {why}")
                await asyncio.sleep(RESTART_SECONDS)

    async def stop(self) -> list[str]:
        """Let it end by itself, and return what of it is still there after a minute."""
        self._is_over = True
        if self._session:
            await self._session.close()
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            await self._process.wait()
        if not self.is_whole and not self.settings.database_url:
            await asyncio.to_thread(postgres.stop_embedded, self.settings.home)  # whoever started it was killed
        deadline = time.monotonic() + LINGERS
        while (left := self.processes()) and time.monotonic() < deadline:
            await asyncio.sleep(1)
        code = self._process.returncode if self._process else None
        return [*left, *([f"`selfimprove up` with exit code {code}"] if code and self.is_whole else [])]

    def processes(self) -> list[str]:
        """What runs on this house, ended processes that nobody has waited for apart."""
        home, found = str(self.settings.home), []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            words = " ".join(process.info["cmdline"] or [])
            mine = (process.info["environ"] or {}).get("SELFIMPROVE_HOME") == home or home in words
            if mine and process.pid != os.getpid() and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(words)
        return found

    async def is_healthy(self) -> bool:
        """Whether an answer can be given now."""
        self._session = self._session or aiohttp.ClientSession()
        try:
            async with self._session.get(f"{self.address}/healthz", timeout=QUICK) as response:
                return response.status == 200
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return False

    async def _has_pages(self) -> bool:
        """Whether Dagster's pages are there, up to which whoever ends ends the house."""
        self._session = self._session or aiohttp.ClientSession()
        try:
            pages = f"http://127.0.0.1:{self.settings.port}/server_info"
            async with self._session.get(pages, timeout=QUICK) as response:
                return response.status == 200
        except (aiohttp.ClientError, ConnectionError, TimeoutError):
            return False

    async def come_up(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + LONGEST
        while not await self.is_healthy():
            if time.monotonic() > deadline:
                self.books.complain(f"the house did not come up within {LONGEST:.0f} s")
                return
            await asyncio.sleep(LOOK)

    @cached_property
    def url(self) -> str:
        """The database's address, asked for once, while it is up: to ask may start it, to connect later does not."""
        return postgres.url(self.settings)

    def pid(self, kind: str) -> int | None:
        """The process of this kind, None while there is none."""
        if kind == "postgres":
            return stack.postmaster(self.settings)
        if kind == "engine":
            gateway = processes.find(self.pid("gateway"))
            return next((child.pid for child in _children(gateway) if VOICES in _words(child)), None)
        if self.is_whole and kind != "up":
            return stack.services(self.settings)[kind]
        return self._process.pid if self._process and self._process.returncode is None else None

    async def kill(self, kind: str) -> bool:
        """kill -9; whether there was anybody. What it explains lasts until somebody else is in that place."""
        pid, gateway, starts = self.pid(kind), self.pid("gateway"), self.starts
        if pid is None:
            return False
        outage = Outage(kind, time.monotonic(), excuses=kind not in UNFELT)
        if kind in OF_NIGHTS and not await self._has_pages():
            outage.excuses = True  # a house that is not whole yet ends with it, and is started again
        self.books.outages.append(outage)
        self.books.tell(f"kill -9 of {kind}")
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + LONGEST
        while not (await self._is_new(starts, gateway) if kind == "up" else await self._is_back(kind, pid)):
            if time.monotonic() > deadline:
                self.books.complain(f"{kind} did not come back within {LONGEST:.0f} s")
                return True
            await asyncio.sleep(LOOK)
        outage.ended = time.monotonic()
        if kind in REVIVED and self.is_whole:
            outage.excuses = outage.excuses or self.starts > starts  # killed once too often, it was given up
            self.books.revived[kind] += self.starts == starts
        self.books.tell(f"{kind} is back")
        return True

    async def _is_new(self, starts: int, gateway: int | None) -> bool:
        """Whether the house was started again: after `up` alone was killed, the old gateway answers for a while."""
        return self.starts > starts and self.pid("gateway") not in (None, gateway) and await self.is_healthy()

    async def _is_back(self, kind: str, pid: int) -> bool:
        if self.pid(kind) in (None, pid):
            return False
        return await asyncio.to_thread(self._answers) if kind == "postgres" else await self.is_healthy()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def _last_words(self, began: int, code: int) -> str:
        with self._log.open("rb") as log:
            log.seek(began)
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
        told = next((line for line in reversed(lines) if line.startswith("Error: ")), "")
        return told.removeprefix("Error: ").split(";")[0].split(". Its log")[0] or f"exit code {code}"

    async def run(self, *arguments: str) -> tuple[int, str, str]:
        """A command of the house: its exit code, what it printed, and what it said beside that."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "selfimprove", *arguments, env=self.environment, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            out, err = await process.communicate()
        except asyncio.CancelledError:
            process.send_signal(signal.SIGINT)
            await process.communicate()
            raise
        return process.returncode or 0, out.decode().strip(), err.decode().strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(process: psutil.Process | None) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return process.children(recursive=True) if process else []
    return []


def _words(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


