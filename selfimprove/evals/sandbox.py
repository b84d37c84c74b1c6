"""Run a program that nobody trusts, on its tests, in a process with limits; what cannot be contained here is said."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Word = Literal["passed", "wrong", "error", "timed_out", "unavailable"]

CAGE = Path(__file__).with_name("cage.py")
GRACE = 5.0  # seconds that the cage itself may take on top
ANSWER = 2**16  # bytes read of what the cage tells
_FENCE = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)(?:\n```|\Z)", re.DOTALL)
_ON_MACOS = (
    '(version 1)(allow default)(deny network*)(deny file-write*)(allow file-write* (literal "/dev/null"))'
    '(allow file-write* (subpath (param "HERE")))'
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds on the wall and of CPU, bytes of memory; `namespaces` and `hook` are the two walls of the cage."""

    seconds: float = 5.0
    bytes: int = 2**29
    namespaces: bool = True
    hook: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went; `held` names what the kernel kept away (network, processes, files), and the audit hook."""

    word: Word
    detail: str
    held: tuple[str, ...] = ()


def program(output: str) -> str:
    """The Python of an answer: its first fenced block, all of it where there is none."""
    fenced = _FENCE.search(output)
    return fenced[1] if fenced else output


def run(code: str, tests: str, limits: Limits | None = None) -> Outcome:
    """Whether the tests hold on the code; both are Python, and the tests see the code's names.

    A program that sets out to forge its verdict can: it shares a process with its tests. What it cannot do is harm.
    """
    limits = limits or Limits()
    job = {"code": code, "tests": tests, "seconds": limits.seconds, "bytes": limits.bytes}
    job |= {"namespaces": limits.namespaces, "hook": limits.hook}
    with tempfile.TemporaryDirectory(prefix="selfimprove-cage-") as folder:
        child = subprocess.Popen(
            [*_outer(folder), sys.executable, "-I", "-S", str(CAGE)], cwd=folder, env={}, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            told, _ = child.communicate(json.dumps(job).encode(), timeout=limits.seconds + GRACE)
        except subprocess.TimeoutExpired:
            return Outcome("timed_out", "it took too long")
        finally:
            _end(child)
    return _read(told)


def walls() -> Outcome:
    """What contains a program on this machine, found by running one that does nothing."""
    return run("", "")


def told(found: Outcome) -> str:
    """The same as sentences."""
    if not found.held:
        return f"Programs cannot be contained here: {found.detail or 'nothing holds'}."
    walls = {
        "seatbelt": "no network and no files written elsewhere (the system's sandbox)",
        "network": "no network", "processes": "no other processes", "files": "no files but Python's library",
    }  # fmt: skip
    kept = [text for name, text in walls.items() if name in found.held]
    if not kept:
        return "The kernel gives no namespaces here: programs are held by limits and an audit hook, not by the kernel."
    return f"A program of an answer has {', '.join(kept)}; limits of time and memory; an audit hook."


def _outer(folder: str) -> list[str]:
    """On macOS the system's own sandbox stands around the cage: no network, no file written outside of the folder."""
    here = f"HERE={os.path.realpath(folder)}"
    return ["/usr/bin/sandbox-exec", "-D", here, "-p", _ON_MACOS] if sys.platform == "darwin" else []


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill all of the cage's session that is left."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
    child.communicate()


def _read(told: bytes) -> Outcome:
    try:
        value = json.loads(told[:ANSWER])
    except ValueError:
        return Outcome("unavailable", "the cage could not be started here")
    outer = ("seatbelt",) if sys.platform == "darwin" else ()
    return Outcome(value["word"], value["detail"], (*outer, *value["held"]))
