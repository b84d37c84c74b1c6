"""What the gateway adds to a direct call to the same upstream, with every exchange on disk before its answer ends; in
the same run LiteLLM's proxy in its place, where that can be installed; then a thousand idle streams at once.

Requests come 100 a second whatever happens (open loop), to each in turn, from one process; upstream, gateway and
proxy have a process each. Figures are milliseconds.

Run: python benchmarks/gateway.py [--seconds 20] [--no-litellm] [--full]
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RATE, STREAMS = 100, 1000
LITELLM = "litellm[proxy]==1.104.0"
SAID = "Where do I find the charger of the electric bicycle, and how long does it take to load it? " * 4
ANSWER = "It is in the shed, on the shelf to the left of the door, and a full charge takes four and a half hours. " * 4
TOKENS = 20
MODEL = "stub"


def main() -> int:
    """Measure, print one table, and fail where a limit is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--no-litellm", action="store_true")
    parser.add_argument("--full", action="store_true", help="ten times as long")
    parser.add_argument("--stub", type=int)
    asked = parser.parse_args()
    if asked.stub:
        asyncio.run(stub(asked.stub))
        return 0
    return measure(asked.seconds * (10 if asked.full else 1), with_litellm=not asked.no_litellm)


def measure(seconds: float, *, with_litellm: bool) -> int:
    """All of it."""
    with tempfile.TemporaryDirectory(prefix="si-") as folder, running_stub() as upstream:
        home = Path(folder)
        with gateway(home, upstream) as ours:
            count = int(seconds * RATE)
            plain = asyncio.run(compared({"direct": upstream, "gateway": ours}, count, stream=False))
            streamed = asyncio.run(compared({"direct": upstream, "gateway": ours}, count, stream=True))
            idle = asyncio.run(idle_streams(ours))
            kept = stored(home)
        theirs = litellm(home, upstream, count // 2) if with_litellm else "not asked for"
    return told(plain, streamed, idle, kept, theirs)


def told(plain: dict, streamed: dict, idle: str, kept: int, theirs: dict | str) -> int:
    """Print the table; 1 where a limit is missed."""
    over = {q: quantile(plain["gateway"], q) - quantile(plain["direct"], q) for q in (50, 99)}
    first = {q: quantile(streamed["gateway"], q) - quantile(streamed["direct"], q) for q in (50, 99)}
    print(f"{'added, at 100 requests/s':34} {'p50':>8} {'p99':>8}   limit")
    print(f"{'gateway, whole answers':34} {over[50]:8.2f} {over[99]:8.2f}   1 and 5 ms")
    print(f"{'gateway, first streamed token':34} {first[50]:8.2f} {first[99]:8.2f}   1 ms at p50")
    held = over[50] <= 1 and over[99] <= 5 and first[50] <= 1
    if isinstance(theirs, dict):
        lite = {q: quantile(theirs["litellm"], q) - quantile(theirs["direct"], q) for q in (50, 99)}
        again = {q: quantile(theirs["gateway"], q) - quantile(theirs["direct"], q) for q in (50, 99)}
        print(f"{theirs['name']:34} {lite[50]:8.2f} {lite[99]:8.2f}   the gateway beside it {again[50]:.2f} and "
              f"{again[99]:.2f}: {again[50] / lite[50]:.3f} of its p50, at most 0.2")
        held = held and again[50] <= lite[50] / 5
    else:
        print(f"LiteLLM's proxy: {theirs}")
    print(f"{STREAMS} idle streams: {idle}; exchanges kept on disk or in Postgres: {kept}")
    return 0 if held and idle.startswith("all") else 1


async def compared(urls: dict[str, str], count: int, *, stream: bool) -> dict[str, list[float]]:
    """Seconds of each request, by whom it went to; in turn, so that what else the machine does meets all alike."""
    clients = {name: Client(url) for name, url in urls.items()}
    for client in clients.values():
        await asyncio.gather(*(client.ask(stream=stream) for _ in range(50)))
    times: dict[str, list[float]] = {name: [] for name in urls}
    start = time.perf_counter()

    async def one(name: str) -> None:
        times[name].append(await clients[name].ask(stream=stream))

    tasks = []
    for turn in range(count):
        for place, name in enumerate(urls):
            due = start + (turn + place / len(urls)) / RATE
            await asyncio.sleep(max(0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(one(name)))
    await asyncio.gather(*tasks)
    for client in clients.values():
        client.close()
    return times


class Client:
    """Connections to one server that are used again; as little work as HTTP/1.1 allows."""

    def __init__(self, url: str) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, *, stream: bool, said: str = SAID) -> float:
        """Seconds to the end of the answer, or to the first token of a stream."""
        body = json.dumps({"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": said}]}).encode()
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(self.host, self.port)
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer sk-bench\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        start = time.perf_counter()
        writer.write(head.encode() + body)
        header = await reader.readuntil(b"\r\n\r\n")
        assert header.startswith(b"HTTP/1.1 200"), header
        first = await self._read(reader, header, start)
        self.idle.append((reader, writer))
        return first if stream else time.perf_counter() - start

    async def _read(self, reader: asyncio.StreamReader, header: bytes, start: float) -> float:
        length = [line for line in header.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if length:
            await reader.readexactly(int(length[0].split(b":")[1]))
            return time.perf_counter() - start
        first = 0.0
        while size := int((await reader.readline()).strip() or b"0", 16):
            await reader.readexactly(size + 2)
            first = first or time.perf_counter() - start
        await reader.readline()
        return first

    def close(self) -> None:
        """Close what is idle."""
        for _, writer in self.idle:
            writer.close()


async def idle_streams(url: str) -> str:
    """A thousand streams that have begun and say nothing; while they last, others are answered."""
    client = Client(url)
    open_ = []
    for _ in range(STREAMS):
        reader, writer = await asyncio.open_connection(client.host, client.port)
        body = json.dumps({"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "wait"}]}).encode()
        writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % len(body))
        writer.write(body)
        open_.append((reader, writer))
    began = [await reader.readuntil(b"\r\n\r\n") for reader, _ in open_]
    beside = [await client.ask(stream=False) for _ in range(200)]
    alive = sum(not reader.at_eof() for reader, _ in open_)
    ended = await asyncio.gather(*(reader.read() for reader, _ in open_[:1])) if False else []
    for _, writer in open_:
        writer.close()
    good = sum(header.startswith(b"HTTP/1.1 200") for header in began)
    word = "all held" if good == alive == STREAMS else f"{alive} held of {good} begun"
    return f"{word}{'' if not ended else ''}, other answers in {quantile(beside, 50):.2f} ms at p50 meanwhile"


async def stub(port: int) -> None:
    """An upstream that answers at once: the least that any could take. A chat that says "wait" is told one word only."""
    head = {"id": "chatcmpl-" + "0" * 24, "created": 1, "model": MODEL}
    usage = {"prompt_tokens": 80, "completion_tokens": TOKENS, "total_tokens": 80 + TOKENS}
    message = {"role": "assistant", "content": ANSWER}
    whole = json.dumps(
        head | {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": usage}
    ).encode()
    texts = [ANSWER[at :: TOKENS] for at in range(TOKENS)]
    deltas = [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None} for text in texts]
    deltas.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    events = [
        b"data: " + json.dumps(head | {"object": "chat.completion.chunk", "choices": [delta]}).encode() + b"\n\n"
        for delta in deltas
    ]
    events.append(b"data: [DONE]\n\n")
    chunks = [b"%x\r\n%s\r\n" % (len(event), event) for event in events]
    listed = json.dumps({"object": "list", "data": [{"id": MODEL, "object": "model"}]}).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with_length = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        while header := await reader.readuntil(b"\r\n\r\n"):
            size = [line for line in header.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(size[0].split(b":")[1])) if size else b""
            if header.startswith(b"GET"):
                writer.write(with_length % (len(listed), listed))
            elif b'"stream":true' in body.replace(b" ", b""):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                waits = b'"wait"' in body
                for chunk in chunks[:1] if waits else chunks:
                    writer.write(chunk)
                    await asyncio.sleep(0)
                if waits:
                    await asyncio.sleep(600)
                writer.write(b"0\r\n\r\n")
            else:
                writer.write(with_length % (len(whole), whole))

    async def forgiving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            writer.close()

    async with await asyncio.start_server(forgiving, "127.0.0.1", port, backlog=2048) as server:
        await server.serve_forever()


@contextmanager
def running_stub() -> Iterator[str]:
    """The stub's address, while it runs."""
    port = free_port()
    with process([sys.executable, __file__, "--stub", str(port)], f"http://127.0.0.1:{port}/v1/models"):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def gateway(home: Path, upstream: str) -> Iterator[str]:
    """Our gateway in front of the stub, with its own Postgres."""
    port = free_port()
    more = {
        "SELFIMPROVE_HOME": str(home), "SELFIMPROVE_GATEWAY_PORT": str(port), "SELFIMPROVE_UPSTREAM_URL": f"{upstream}/v1",
        "SELFIMPROVE_UPSTREAM_MODEL": MODEL,
    }
    command = [sys.executable, "-m", "selfimprove", "gateway", "run"]
    with process(command, f"http://127.0.0.1:{port}/healthz", more):
        yield f"http://127.0.0.1:{port}"


def litellm(home: Path, upstream: str, count: int) -> dict | str:
    """The same against LiteLLM's proxy and, in turn with it, the gateway; or why it cannot be had."""
    python = Path(os.environ.get("SELFIMPROVE_BENCH_LITELLM", Path(tempfile.gettempdir()) / "selfimprove-litellm"))
    if not (python / "bin" / "litellm").exists():
        if done := install(python):
            return done
    database, why = prisma(python, home, upstream)
    port = free_port()
    config = home / "litellm.json"
    rows = [{"model_name": MODEL, "litellm_params": {
        "model": f"openai/{MODEL}", "api_base": f"{upstream}/v1", "api_key": "none"}}]
    config.write_text(json.dumps({"model_list": rows, "litellm_settings": {"telemetry": False}}))
    more = {"DATABASE_URL": database} if database else {}
    command = [str(python / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port),
               "--num_workers", "1"]
    name = f"LiteLLM's proxy, {'logging to Postgres' if database else 'without its logging: ' + why}"
    with gateway(home, upstream) as ours, process(command, f"http://127.0.0.1:{port}/health/liveliness", more):
        urls = {"direct": upstream, "gateway": ours, "litellm": f"http://127.0.0.1:{port}"}
        return {**asyncio.run(compared(urls, count, stream=False)), "name": name}


def install(folder: Path) -> str:
    """A virtual environment of its own with LiteLLM; why not, where that fails."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    done = subprocess.run(
        [str(folder / "bin" / "pip"), "install", "-q", LITELLM, "prisma"], capture_output=True, text=True, check=False
    )
    return f"cannot be installed ({(done.stderr.strip().splitlines() or ['?'])[-1][:120]})" if done.returncode else ""


def prisma(python: Path, home: Path, upstream: str) -> tuple[str, str]:
    """A database for its logs; what it lacks where there can be none."""
    return "", "Prisma's engine is downloaded when it is first used, and cannot be here"


def stored(home: Path) -> int:
    """Exchanges that are in Postgres or still wait in the spool; the gateway has had its time to store them."""
    from selfimprove import postgres

    with postgres.connect(postgres.login(home, "pipeline")) as connection:
        row = connection.execute("select count(*) as n from exchanges").fetchone()
    assert row is not None
    return int(row["n"])


@contextmanager
def process(command: list[str], url: str, more: dict[str, str] | None = None) -> Iterator[None]:
    """A server, from its first answer on until the block ends."""
    import urllib.request

    environment = {**os.environ, **(more or {})}
    with open(os.path.join(tempfile.gettempdir(), "si-bench.log"), "ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(url, timeout=2).close()
                break
            except OSError:
                if child.poll() is not None:
                    raise RuntimeError(f"{command} ended") from None
                time.sleep(0.1)
        yield
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()


def quantile(seconds: list[float], percent: int) -> float:
    """Milliseconds."""
    return statistics.quantiles(seconds, n=100)[percent - 1] * 1000


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
