"""Who is asked to end takes its children along, also those it leaves behind."""

import os
import signal
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


def test_who_has_just_begun_is_known_by_its_words_and_its_mark() -> None:
    """Python goes on as soon as the system has begun to exchange the program, before its words can be read."""
    for turn in range(100):
        process = subprocess.Popen(["/bin/sleep", "300"], env={"TURN": str(turn)})
        try:
            if turn % 2:
                assert processes.has_argument(process.pid, "300")
            else:
                assert processes.marked("TURN", str(turn)) == [process.pid]
        finally:
            process.kill()
            process.wait()


def test_nobody_sees_one_end_that_it_started(monkeypatch: pytest.MonkeyPatch) -> None:
    parent, child = started(PARENT)
    killed: list[int] = []
    kill = psutil.Process.kill
    monkeypatch.setattr(psutil.Process, "kill", lambda process: (killed.append(process.pid), kill(process)))
    with parent:
        processes.kill([int(child), parent.pid])
    assert killed == [parent.pid, int(child)]
    left = processes.find(int(child))
    assert left is None or left.status() == psutil.STATUS_ZOMBIE


def start_something(done: list[str]) -> None:
    with processes.undisturbed():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("started")
    done.append("went on")


def test_who_asks_for_the_end_waits_until_a_start_is_over() -> None:
    done: list[str] = []
    with processes.interruptible():
        with pytest.raises(KeyboardInterrupt):
            start_something(done)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    assert done == ["started"]


def test_ends_of_children_are_told_at_once_and_their_lack_in_time() -> None:
    with processes.ends_of_children() as ends:
        assert ends(0.05) == []
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3); raise SystemExit(3)"])
        assert ends(60.0) == [(child.pid, 3 << 8)]
        child.returncode = 3
        assert ends(0.05) == []


def test_a_port_that_is_listened_on_does_not_pass_to_children():
    """Else one that outlives the gateway keeps the port, and whoever asks why it is taken is told to stop the child."""
    listens = "import os, sys; print(os.path.exists(f'/dev/fd/{sys.argv[1]}'))"
    with processes.listening("127.0.0.1", 0) as made:
        command = [sys.executable, "-c", listens, str(made.fileno())]
        found = subprocess.run(command, capture_output=True, text=True, check=True, close_fds=False)
    assert found.stdout == "False\n"
