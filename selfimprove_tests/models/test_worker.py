"""Model work in a child: its results, its errors, its death, and its parent's."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from selfimprove.errors import AdapterMismatch, ModelWorkFailed
from selfimprove.models.worker import Event, call

JOBS = "selfimprove_tests.models.jobs"


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_result_progress_and_memory_come_back() -> None:
    events: list[Event] = []
    result = call(JOBS, {"act": "echo", "text": "grüß dich\n"}, log=events.append)
    assert result["echo"] == "grüß dich\n"
    assert events == [{"step": 0}, {"step": 1}, {"step": 2}]
    assert result["memory"]["peak_rss"] > 2**20
    assert result["memory"]["peak_mlx"] == 0, "this job never loads MLX"
    assert result["memory"]["blas"]


def test_a_job_larger_than_a_pipe_holds_arrives_whole() -> None:
    text = "x" * 2**20
    assert call(JOBS, {"act": "echo", "text": text})["echo"] == text


def test_an_error_for_the_user_keeps_its_class_and_details() -> None:
    with pytest.raises(AdapterMismatch, match="it is for another model") as caught:
        call(JOBS, {"act": "refuse"})
    assert caught.value.details == {"folder": "here", "reason": "it is for another model"}


def test_any_other_error_is_a_failure_with_its_last_line() -> None:
    with pytest.raises(ModelWorkFailed, match="exit code 1; it last said: ValueError: nobody expects this"):
        call(JOBS, {"act": "fail"})


@pytest.mark.parametrize(
    ("name", "said"), [("SIGKILL", "SIGKILL, often the machine ran out of memory"), ("SIGSEGV", "SIGSEGV;")]
)
def test_a_child_that_dies_is_a_failure_with_its_signal(name: str, said: str) -> None:
    with pytest.raises(ModelWorkFailed, match=said) as caught:
        call(JOBS, {"act": "die", "signal": name})
    assert "last words" in str(caught.value)


def test_a_module_that_does_not_exist_is_a_failure() -> None:
    with pytest.raises(ModelWorkFailed, match="No module named"):
        call("selfimprove_tests.models.nowhere", {})


def test_a_child_killed_from_outside_is_a_failure(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def kill(_: Event) -> None:
        os.kill(int(pid_file.read_text()), signal.SIGKILL)

    with pytest.raises(ModelWorkFailed, match="SIGKILL"):
        call(JOBS, {"act": "sleep", "pid_file": str(pid_file)}, log=kill)


def test_a_log_that_raises_takes_the_child_along(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def stop(_: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(JOBS, {"act": "sleep", "pid_file": str(pid_file)}, log=stop)
    assert _gone(int(pid_file.read_text()))


def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    job = {"act": "sleep", "pid_file": str(pid_file)}
    script = f"from selfimprove.models.worker import call; call({JOBS!r}, {job!r}, log=print)"
    with subprocess.Popen([sys.executable, "-u", "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert "started" in parent.stdout.readline()
        child = int(pid_file.read_text())
        assert psutil.pid_exists(child)
        parent.kill()
    assert _gone(child)
