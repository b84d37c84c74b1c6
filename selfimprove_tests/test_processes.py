"""Who is asked to end takes its children along, also those it leaves behind."""

import subprocess
import sys
import time

import psutil
import pytest

from selfimprove import processes

CHILD = "import time; time.sleep(300)"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {CHILD!r}])
print(child.pid, flush=True)
child.wait()
"""
PATIENT = """
import os, signal, time
def end(*_):
    time.sleep(2)  # as one that has work to finish
    os.write(1, b"finished\\n")
    os._exit(0)
signal.signal(signal.SIGTERM, end)
os.write(1, b"ready\\n")  # unlike print, it may be interrupted
time.sleep(300)
"""


def started(code: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_a_child_that_its_parent_leaves_behind_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 120.0)
    parent, child = started(PARENT)
    before = time.monotonic()
    with parent:
        processes.stop([parent.pid])
    left = processes.find(int(child))
    assert left is None or left.status() == psutil.STATUS_ZOMBIE
    assert time.monotonic() - before < 60, "who nobody will ask any more is not waited for as long as who was asked"


def test_who_was_asked_may_finish() -> None:
    process, _ = started(PATIENT)
    with process:
        processes.stop([process.pid])
        assert process.stdout is not None
        assert process.stdout.read() == "finished\n"
    assert process.returncode == 0
