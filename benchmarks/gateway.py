"""What the gateway adds to a direct call to the same upstream, with every exchange on disk before its answer ends; in
the same run the least that could keep anything (servers/relay.py) and LiteLLM's proxy in its place, where that can be
installed; then a thousand idle streams at once.

Requests come 100 a second whatever happens (open loop), to each in turn, from one process; upstream, gateway and
proxy have a process each. Figures are milliseconds.

Run: python benchmarks/gateway.py [--seconds 20] [--no-litellm] [--full]
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

RATE, STREAMS = 100, 1000
LITELLM = "litellm[proxy]==1.106.2"
SAID = "Where do I find the charger of the electric bicycle, and how long does it take to load it? " * 4
ANSWER = "It is in the shed, on the shelf to the left of the door, and a full charge takes four and a half hours. " * 4
TOKENS = 20
MODEL = "stub"
SERVERS: dict[str, int] = {}  # pids by address
ANSWERED: Counter[str] = Counter()  # requests that each address was sent
KEY = f"sk-{secrets.token_hex(16)}"  # LiteLLM asks for one; the gateway has none, and lets in whoever is here


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each request, and milliseconds of CPU time that the server took for one."""

    seconds: list[float]
    cpu: float


Found = dict[str, Measured]


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
            with relay(home, upstream) as least:
                urls = {"direct": upstream, "gateway": ours, "relay": least}
                plain = asyncio.run(compared(urls, count, stream=False))
            streamed = asyncio.run(compared({"direct": upstream, "gateway": ours}, count, stream=True))
            idle = asyncio.run(idle_streams(ours))
            kept = stored(home, ANSWERED.pop(ours) + STREAMS)
        theirs = litellm(home, upstream, count // 2) if with_litellm else "not asked for"
    return told(plain, streamed, idle, kept, theirs)


def told(plain: Found, streamed: Found, idle: str, kept: str, theirs: Found | str) -> int:
    """Print the table; 1 where a limit is missed."""
    load = round(os.getloadavg()[0], 1)
    print(f"{f'ms at {RATE} requests/s, load {load}':34} {'p50':>8} {'p99':>8} {'CPU':>8}   limit")
    direct = plain["direct"].seconds
    print(f"{'direct':34} {quantile(direct, 50):8.2f} {quantile(direct, 99):8.2f}\nadded by")
    over, _ = row("gateway, whole answers", plain, "gateway", "1 and 5 ms")
    least, _ = row("a relay that syncs, and no more", plain, "relay", "")
    late = quantile(plain["gateway"].seconds, 99) - quantile(direct, 99)
    first, _ = row("gateway, first streamed token", streamed, "gateway", "1 ms at p50")
    print(f"the gateway adds {over / least:.2f} times what the relay does")
    held = over <= 1 and late <= 5 and first <= 1 and idle.startswith("all") and kept.startswith("all")
    if isinstance(theirs, str):
        print(f"LiteLLM's proxy: {theirs}")
    else:
        name = next(name for name in theirs if name.startswith("LiteLLM"))
        again, cpu = row("gateway, in turn with", theirs, "gateway", "")
        lite, their_cpu = row(name, theirs, name, "the gateway adds a fifth of it")
        print(f"the gateway takes {again / lite:.3f} of its time, {cpu / their_cpu:.3f} of its CPU time")
        held = held and again <= lite / 5
    print(f"{STREAMS} idle streams: {idle}; exchanges stored: {kept}; {disk()}")
    return 0 if held else 1


def disk() -> str:
    """What an fsync takes here, which no answer that is kept can end before."""
    from selfimprove.disk import sync

    times = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(200):
            os.write(file.fileno(), b"x" * 2000)
            start = time.perf_counter()
            sync(file.fileno())
            times.append(time.perf_counter() - start)
            time.sleep(0.005)
    return f"an fsync alone takes {quantile(times, 50):.2f} and {quantile(times, 99):.2f} ms"


def row(title: str, found: Found, name: str, limit: str) -> tuple[float, float]:
    """Print a row; what is added at p50, and the CPU time of a request."""
    over = [quantile(found[name].seconds, q) - quantile(found["direct"].seconds, q) for q in (50, 99)]
    print(f"{title:34} {over[0]:8.2f} {over[1]:8.2f} {found[name].cpu:8.2f}   {limit}")
    return over[0], found[name].cpu


async def compared(urls: dict[str, str], count: int, *, stream: bool) -> Found:
    """What each request took, by whom it went to; in turn, so that what else the machine does meets all alike."""
    clients = {name: Client(url) for name, url in urls.items()}
    for client in clients.values():
        await asyncio.gather(*(client.ask(stream=stream) for _ in range(50)))
    times: dict[str, list[float]] = {name: [] for name in urls}
    before = {name: cpu_seconds(url) for name, url in urls.items()}
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
    for name, url in urls.items():
        clients[name].close()
        ANSWERED[url] += count + 50
    return {
        name: Measured(times[name], (cpu_seconds(url) - before[name]) / count * 1000) for name, url in urls.items()
    }


def cpu_seconds(url: str) -> float:
    """CPU time of a server and its children up to now."""
    server = psutil.Process(SERVERS[url])
    spent = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(one.user + one.system for one in spent)


class Client:
    """Connections to one server that are used again; as little work as HTTP/1.1 allows."""

    def __init__(self, url: str) -> None:
        self.host, _, port = url.removeprefix("http://").partition(":")
        self.port = int(port)
        self.idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, *, stream: bool, said: str = SAID) -> float:
        """Seconds to the end of the answer, or to the first token of a stream."""
        body = json.dumps({"model": MODEL, "stream": stream, "messages": [{"role": "user", "content": said}]}).encode()
        while self.idle and self.idle[-1][0].at_eof():  # a server that keeps idle connections for five seconds
            self.idle.pop()[1].close()
        reader, writer = self.idle.pop() if self.idle else await asyncio.open_connection(self.host, self.port)
        head = (
            f"POST /v1/chat/completions HTTP/1.1\r\nHost: {self.host}:{self.port}\r\nAuthorization: Bearer {KEY}\r\n"
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
    ANSWERED[url] += 200
    alive = sum(not reader.at_eof() for reader, _ in open_)
    for _, writer in open_:
        writer.close()
    good = sum(header.startswith(b"HTTP/1.1 200") for header in began)
    word = "all held" if good == alive == STREAMS else f"{alive} held of {good} begun"
    return f"{word}, other answers in {quantile(beside, 50):.2f} ms at p50 meanwhile"


async def stub(port: int) -> None:
    """An upstream that answers at once, the least that any could take; whoever says "wait" is told one word only."""
    head = {"id": "chatcmpl-1", "created": 1, "model": MODEL}
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
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
                writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
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
    given = {"HOME": home, "GATEWAY_PORT": port, "UPSTREAM_URL": f"{upstream}/v1", "UPSTREAM_MODEL": MODEL}
    more = {f"SELFIMPROVE_{name}": str(value) for name, value in given.items()}
    command = [sys.executable, "-m", "selfimprove", "gateway", "run"]
    with process(command, f"http://127.0.0.1:{port}/healthz", more):
        yield f"http://127.0.0.1:{port}"


@contextmanager
def relay(home: Path, upstream: str) -> Iterator[str]:
    """The least in front of the stub, on the gateway's disk."""
    port = free_port()
    script = str(Path(__file__).parent / "servers" / "relay.py")
    command = [sys.executable, script, str(port), upstream.rpartition(":")[2], str(home / "relay")]
    with process(command, f"http://127.0.0.1:{port}/v1/models"):
        yield f"http://127.0.0.1:{port}"


def litellm(home: Path, upstream: str, count: int) -> Found | str:
    """The same against LiteLLM's proxy and, in turn with it, the gateway; or why it cannot be had."""
    python = Path(tempfile.gettempdir()) / "selfimprove-litellm"
    if not (python / "bin" / "litellm").exists() and (why := install(python)):
        return why
    database = prisma(python, home)
    port = free_port()
    config = home / "litellm.json"
    rows = [{"model_name": MODEL, "litellm_params": {
        "model": f"openai/{MODEL}", "api_base": f"{upstream}/v1", "api_key": "none"}}]
    config.write_text(json.dumps({"model_list": rows, "litellm_settings": {"telemetry": False}}))
    more = {"LITELLM_MASTER_KEY": KEY, **({"DATABASE_URL": database} if database else {})}
    command = [str(python / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port),
               "--num_workers", "1"]
    name = f"LiteLLM, {'with Postgres' if database else 'without its log'}"
    with gateway(home, upstream) as ours, process(command, f"http://127.0.0.1:{port}/health/liveliness", more):
        urls = {"direct": upstream, "gateway": ours, name: f"http://127.0.0.1:{port}"}
        return asyncio.run(compared(urls, count, stream=False))


def install(folder: Path) -> str:
    """A virtual environment of its own with LiteLLM; why not, where that fails."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    done = subprocess.run(
        [str(folder / "bin" / "pip"), "install", "-q", LITELLM, "prisma"], capture_output=True, text=True, check=False
    )
    return f"cannot be installed ({(done.stderr.strip().splitlines() or ['?'])[-1][:120]})" if done.returncode else ""


def prisma(python: Path, home: Path) -> str:
    """The URL of a database for its log; none where Prisma's engine, a binary that it downloads, cannot be had."""
    import psycopg

    from selfimprove import logins, postgres

    schema = next((python / "lib").glob("python*/site-packages/litellm/proxy/schema.prisma"))
    path = {"PATH": f"{python / 'bin'}:{os.environ['PATH']}"}
    made = subprocess.run(
        [str(python / "bin" / "prisma"), "generate", "--schema", str(schema)], env={**os.environ, **path},
        capture_output=True, timeout=300, check=False,
    )
    if made.returncode:
        return ""
    owner = postgres.login(home, logins.OWNER)
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("create database litellm")
        host = connection.info.host
    password = logins.password_file(home, logins.OWNER).read_text().strip().rsplit(":", 1)[1]
    return f"postgresql://{logins.OWNER}:{password}@localhost/litellm?host={host}"


def stored(home: Path, expected: int) -> str:
    """How many exchanges are in Postgres, once all are or a minute has gone by."""
    from selfimprove import postgres

    found, deadline = 0, time.monotonic() + 60
    while found < expected and time.monotonic() < deadline:
        with postgres.connect(postgres.login(home, "pipeline")) as connection:
            row = connection.execute("select count(*) as n from exchanges").fetchone()
        assert row is not None
        found = int(row["n"])
        time.sleep(0.2)
    return f"{'all' if found == expected else 'not all'} {found} of {expected}"


@contextmanager
def process(command: list[str], url: str, more: dict[str, str] | None = None) -> Iterator[None]:
    """A server, from its first answer on until the block ends."""
    import urllib.request

    environment = {**os.environ, **(more or {})}
    with open(os.path.join(tempfile.gettempdir(), "si-bench.log"), "ab") as log:
        child = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    SERVERS["/".join(url.split("/")[:3])] = child.pid
    try:
        for _ in range(1200):
            try:
                urllib.request.urlopen(url, timeout=2).close()
                break
            except OSError:
                if child.poll() is not None:
                    raise RuntimeError(f"{command} ended") from None
                time.sleep(0.1)
        yield
    finally:
        with suppress(ProcessLookupError):
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
