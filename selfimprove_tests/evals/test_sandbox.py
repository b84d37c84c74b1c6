"""Programs that mean harm: each is stopped by the kernel's namespaces, and by the audit hook where there are none."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from selfimprove.evals.sandbox import CAGE, Limits, Outcome, program, run, walls

KERNEL = Limits(seconds=2, hook=False)
HOOK = Limits(seconds=2, namespaces=False)
ABLE = {"network", "processes", "files"} <= set(walls().held)
needs_namespaces = pytest.mark.skipif(not ABLE, reason="this kernel gives no namespaces to this user")
BOTH = [pytest.param(KERNEL, marks=needs_namespaces, id="kernel"), pytest.param(HOOK, id="hook")]


@pytest.fixture
def listener() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("limits", BOTH)
@pytest.mark.parametrize(
    ("code", "tests", "word"),
    [
        ("def add(a, b): return a + b", "assert add(1, 2) == 3", "passed"),
        ("def add(a, b): return a - b", "assert add(1, 2) == 3", "wrong"),
        ("def add(a, b) return a", "assert add(1, 2) == 3", "error"),
        ("def add(a, b): return c", "assert add(1, 2) == 3", "error"),
        ("import sys; sys.exit(0)", "assert False", "error"),
        ("import re, json, math, datetime, statistics, heapq", "assert math.floor(2.5) == 2", "passed"),
        ("open('a', 'w').write('x')", "assert open('a').read() == 'x'", "passed"),
        ("print('x' * 10_000_000)", "", "passed"),
        ("if __name__ == '__main__': input()", "", "passed"),
        ("\ud800\0", "", "error"),
    ],
)
def test_a_program_passes_only_when_its_tests_ran_to_their_end(
    code: str, tests: str, word: str, limits: Limits
) -> None:
    assert run(code, tests, limits).word == word


HOSTILE = {
    "fork bomb": ("import os\nwhile True: os.fork()", {"BlockingIOError", "PermissionError"}),
    "memory bomb": ("x = bytearray(2**32)", {"MemoryError"}),
    "large file": ("open('a', 'wb').write(bytes(2**22))", {"OSError"}),
    "write outside": ("open('OUTSIDE', 'w').write('x')", {"FileNotFoundError", "PermissionError"}),
    "write library": ("import os; open(os.__file__, 'a')", {"PermissionError", "OSError"}),
    "read outside": ("open('/etc/hostname').read()", {"FileNotFoundError", "PermissionError"}),
    "symlink": (
        "import os; os.symlink('/etc/passwd', 'p'); open('p').read()", {"FileNotFoundError", "PermissionError"},
    ),
    "parent's environment": (
        "import os; open(f'/proc/{os.getppid() or 1}/environ', 'rb').read()", {"FileNotFoundError", "PermissionError"},
    ),
    "network": ("import socket; socket.create_connection(('127.0.0.1', PORT), 1)", {"OSError", "PermissionError"}),
    "shell": ("import subprocess; subprocess.run(['/bin/sh'])", {"BlockingIOError", "PermissionError"}),
    "kill all": ("import os; os.kill(-1, 9)", {"ProcessLookupError", "PermissionError"}),
    "new root": ("import os; os.mkdir('d'); os.chroot('d')", {"PermissionError"}),
}  # fmt: skip


@pytest.mark.parametrize("limits", BOTH)
@pytest.mark.parametrize("name", HOSTILE)
def test_what_means_harm_is_refused_and_does_none(name: str, limits: Limits, tmp_path: Path, listener: int) -> None:
    code, refusals = HOSTILE[name]
    outside = tmp_path / "outside"
    outcome = run(code.replace("OUTSIDE", str(outside)).replace("PORT", str(listener)), "", limits)
    assert outcome.word == "error"
    assert outcome.detail in refusals
    assert not outside.exists()


@pytest.mark.parametrize("limits", BOTH)
@pytest.mark.parametrize(
    "code", ["while True: pass", "import time; time.sleep(60)", "import os\nwhile True: os.write(1, bytes(9999))"]
)
def test_what_does_not_end_is_ended(code: str, limits: Limits) -> None:
    start = time.perf_counter()
    assert run(code, "", Limits(0.5, limits.bytes, limits.namespaces, limits.hook)).word == "timed_out"
    assert time.perf_counter() - start < 8


@needs_namespaces
def test_a_session_of_its_own_does_not_outlive_its_time() -> None:
    assert run("import os; os.setsid()\nwhile True: pass", "", Limits(0.5, hook=False)).word == "timed_out"
    caged = [one for one in psutil.process_iter() if str(CAGE) in _arguments(one)]  # another test's may be among them
    _, alive = psutil.wait_procs(caged, timeout=30)
    assert alive == []


def _arguments(process: psutil.Process) -> list[str]:
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()
    return []


@pytest.mark.parametrize("code", ["import os; os._exit(0)", "import os\nwhile True: os.write(3, b'x' * 999)"])
def test_one_that_ends_or_talks_on_its_own_has_not_passed(code: str) -> None:
    assert run(code, "", Limits(1, hook=False)).word == "error"


@pytest.mark.parametrize("limits", BOTH)
def test_the_environment_is_not_there(limits: Limits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SELFIMPROVE_JUDGE_KEY", "told nobody")
    assert run("import os", "assert 'SELFIMPROVE_JUDGE_KEY' not in os.environ", limits).word == "passed"


def test_what_contains_a_program_is_said() -> None:
    assert walls().word == "passed"
    assert run("", "", HOOK).held == ("hook",)
    assert run("", "", Limits(hook=False)).held == (("network", "processes", "files") if ABLE else ())


def test_a_cage_that_cannot_start_gives_no_verdict(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("selfimprove.evals.sandbox.CAGE", tmp_path / "nowhere.py")
    assert run("", "") == Outcome("unavailable", "the cage could not be started here")


@pytest.mark.skipif(sys.platform != "linux", reason="macOS has a sandbox of its own around the cage")
def test_a_cage_that_hangs_is_killed_from_outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stuck = tmp_path / "stuck.py"
    stuck.write_text("while True: pass")
    monkeypatch.setattr("selfimprove.evals.sandbox.CAGE", stuck)
    monkeypatch.setattr("selfimprove.evals.sandbox.GRACE", 0.2)
    assert run("", "", Limits(0.1)).word == "timed_out"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("def f(): pass", "def f(): pass"),
        ("Here it is:\n```python\nx = 1\n```\nand ```y```", "x = 1"),
        ("```\nx = 1\n```\n```python\nx = 2\n```", "x = 1"),
        ("```py\nx = 1", "x = 1"),
    ],
)
def test_the_program_of_an_answer_is_its_first_fenced_block(answer: str, code: str) -> None:
    assert program(answer) == code
