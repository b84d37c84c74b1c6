"""Connections without number leave descriptors for files and the database, and those that ask nothing leave room."""

import json
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from selfimprove.gateway import protocol, room
from selfimprove_tests.gateway.served import Served, serving, until
from selfimprove_tests.gateway.test_gate import CHAT

DESCRIPTORS = 260
GATEWAY = f"""
import resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_NOFILE, (64, {DESCRIPTORS}))
from selfimprove.gateway import room
from selfimprove_tests.gateway.unkept import Unkept
from selfimprove_tests.gateway.served import Served, serving
room.make()
home = Path(sys.argv[1])
class Files(Unkept):
    async def keep(self, exchange):
        with (home / exchange.id).open("w"), (home / "other").open("w"):
            return True
served = Served(home)
served.keeping.keeper = Files()
with serving(served.app) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
LIMITS = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard})); {then}"


@contextmanager
def gateway(home: Path) -> Iterator[str]:
    """One whose process may have few descriptors; it writes a file for each exchange."""
    command = [sys.executable, "-c", GATEWAY, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


def opened(stack: ExitStack, url: str, count: int) -> list[socket.socket]:
    """So many connections, which ask nothing."""
    asked = httpx.URL(url)
    return [stack.enter_context(socket.create_connection((asked.host, asked.port), timeout=10)) for _ in range(count)]


def is_closed(connection: socket.socket, seconds: float = 0.0) -> bool:
    connection.settimeout(max(seconds, 0.001))
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_idle_connections_take_no_file_and_nobodys_turn(tmp_path: Path) -> None:
    with gateway(tmp_path) as url, ExitStack() as stack:
        idle = opened(stack, url, 2 * DESCRIPTORS)
        answer = httpx.post(f"{url}/v1/chat/completions", json=CHAT, timeout=30)
        assert answer.status_code == 200
        assert len(list(tmp_path.iterdir())) == 2, "it was kept"
        assert any(not is_closed(one) for one in idle)
        assert is_closed(idle[0], 5), "who asks nothing for longest goes first"


def test_above_what_there_is_room_for_connections_are_closed_at_once(tmp_path: Path) -> None:
    with gateway(tmp_path) as url, ExitStack() as stack:
        asked = httpx.URL(url)
        said = json.dumps({**CHAT, "stream": True, "messages": [{"role": "user", "content": "!wait"}]}).encode()
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: %d\r\n\r\n" % len(said)
        streams = []
        for _ in range(DESCRIPTORS):
            streams.append(stack.enter_context(socket.create_connection((asked.host, asked.port), timeout=10)))
            streams[-1].sendall(head + said)
        until(lambda: is_closed(streams[-1]), 20)
        lost = [is_closed(one) for one in streams]
        assert not any(lost[: DESCRIPTORS // 4]), "those that came first hold"
        assert lost.count(False) < DESCRIPTORS // 2, "and half of what there is stays free"


def test_connections_that_were_answered_owe_a_request_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol.Bounded, "_owing", {})
    with serving(Served(tmp_path).app) as url, ExitStack() as stack:
        clients = [stack.enter_context(httpx.Client(base_url=url)) for _ in range(3)]
        for client in clients:
            assert client.get("/v1/models").status_code == 200
        until(lambda: len(protocol.Bounded._owing) == 3, 5)
        clients[0].get("/v1/models")
        oldest = [one.client[1] for one in protocol.Bounded._owing if one.client]
        with clients[1].stream("POST", "/v1/chat/completions", json={
            **CHAT, "stream": True, "messages": [{"role": "user", "content": "!slow !slow"}]
        }) as answer:  # fmt: skip
            lines = answer.iter_lines()
            next(lines)
            assert len(protocol.Bounded._owing) == 2, "who is being answered owes nothing"
            assert len(list(lines)) > 2
        assert len(set(oldest)) == 3
    until(lambda: not protocol.Bounded._owing, 5)


def test_the_limit_is_raised_as_far_as_the_system_lets(tmp_path: Path) -> None:
    then = "from selfimprove.gateway import room; room.make(); print(*resource.getrlimit(7), room.for_connections())"
    assert limited(64, 3000, then) == "3000 3000 2800"
    assert limited(64, 300, then) == "300 300 150", "where there are few, half of them are for connections"
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > room.MOST:
        assert limited(64, hard, then) == f"{room.MOST} {hard} {room.MOST - room.KEPT_FREE}"
        assert limited(room.MOST + 1, hard, then) == f"{room.MOST + 1} {hard} {room.MOST - room.KEPT_FREE}"


def test_the_models_process_starts_where_few_files_may_be_open(tmp_path: Path) -> None:
    then = "from selfimprove.models import serve; serve.load('mlx_lm'); print(*resource.getrlimit(7)); "
    then += "resource.setrlimit(7, (99, 1024)); print(*resource.getrlimit(7))"
    assert limited(256, 1024, then).split("\n") == ["1024 1024", "99 1024"]
    (tmp_path / "asks.py").write_text("import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (99, 120))\n")
    then = f"import sys; sys.path.append({str(tmp_path)!r}); from selfimprove.models import serve; serve.load('asks'); "
    assert limited(256, 1024, then + "print(*resource.getrlimit(7))") == "99 120", "what is allowed is given"


def limited(soft: int, hard: int, then: str) -> str:
    """What a process of its own says with such limits of descriptors."""
    code = LIMITS.format(soft=soft, hard=hard, then=then.replace("(7", "(resource.RLIMIT_NOFILE"))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
