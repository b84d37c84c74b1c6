"""Model work in a child: its results, its errors, its death, and its parent's."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from selfimprove.errors import AdapterMismatch, ModelWorkFailed
from selfimprove.models.serve import Event
from selfimprove.models.worker import SENTENCES, Worker, call, warm

ACT = "selfimprove_tests.models.jobs:act"


def _gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


def test_result_progress_and_memory_come_back(caplog: pytest.LogCaptureFixture) -> None:
    events: list[Event] = []
    with caplog.at_level("INFO"):
        result = call(ACT, {"act": "echo", "text": "grüß dich\n"}, log=events.append)
    assert re.fullmatch(rf"{ACT} worked for \d+\.\d\d s in 1 jobs, with \d+ MB at most", caplog.messages[-1])
    assert result["echo"] == "grüß dich\n"
    assert events == [{"step": 0}, {"step": 1}, {"step": 2}]
    assert result["memory"]["peak_rss"] > 2**20
    assert result["memory"]["peak_mlx"] < 2**10, "this job computes nothing"
    assert result["memory"]["blas"]


def test_a_job_larger_than_a_pipe_holds_arrives_whole() -> None:
    text = "x" * 2**20
    assert call(ACT, {"act": "echo", "text": text})["echo"] == text


def test_an_error_for_the_user_keeps_its_class_and_details() -> None:
    with pytest.raises(AdapterMismatch, match="it is for another model") as caught:
        call(ACT, {"act": "refuse"})
    assert caught.value.details == {"folder": "here", "reason": "it is for another model"}


def test_any_other_error_is_a_failure_with_its_last_line() -> None:
    with pytest.raises(ModelWorkFailed, match="exit code 1; it last said: ValueError: nobody expects this"):
        call(ACT, {"act": "fail"})


@pytest.mark.parametrize(
    ("name", "said"), [("SIGKILL", "SIGKILL, often the machine ran out of memory"), ("SIGSEGV", "SIGSEGV;")]
)
def test_a_child_that_dies_is_a_failure_with_its_signal(name: str, said: str) -> None:
    with pytest.raises(ModelWorkFailed, match=said) as caught:
        call(ACT, {"act": "die", "signal": name})
    assert "last words" in str(caught.value)


def test_a_module_that_does_not_exist_is_a_failure() -> None:
    with pytest.raises(ModelWorkFailed, match="No module named"):
        call("selfimprove_tests.models.nowhere:act", {})


def test_a_child_killed_from_outside_is_a_failure(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def kill(_: Event) -> None:
        os.kill(int(pid_file.read_text()), signal.SIGKILL)

    with pytest.raises(ModelWorkFailed, match="SIGKILL"):
        call(ACT, {"act": "sleep", "pid_file": str(pid_file)}, log=kill)


def test_a_log_that_raises_takes_the_child_along(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    def stop(_: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(ACT, {"act": "sleep", "pid_file": str(pid_file)}, log=stop)
    assert _gone(int(pid_file.read_text()))


def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    job = {"act": "sleep", "pid_file": str(pid_file)}
    script = f"from selfimprove.models.worker import call; call({ACT!r}, {job!r}, log=print)"
    with subprocess.Popen([sys.executable, "-u", "-c", script], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert "started" in parent.stdout.readline()
        child = int(pid_file.read_text())
        assert psutil.pid_exists(child)
        parent.kill()
    assert _gone(child)


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


def test_a_warm_worker_is_ready_before_it_is_called_and_none_is_left_behind() -> None:
    before = _children()
    with warm():
        assert _children() == before, "nothing is at work yet"
        first = call(ACT, {"act": "pid"})["pid"]
        (second,) = _children() - before
        assert call(ACT, {"act": "pid"})["pid"] == second, "the next one got ready meanwhile"
    assert _children() == before
    assert call(ACT, {"act": "pid"})["pid"] not in (first, second)
    assert _children() == before


def test_a_warm_worker_that_died_waiting_is_replaced() -> None:
    before = _children()
    with warm():
        call(ACT, {"act": "pid"})
        (first,) = _children() - before
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)  # psutil calls it gone while its threads still end
        assert call(ACT, {"act": "pid"})["pid"] != first


def test_a_worker_does_one_job_after_another_and_tells_of_all_at_its_end(caplog: pytest.LogCaptureFixture) -> None:
    worker = Worker()
    try:
        said = [worker.do(ACT, {"act": "pid"})["pid"] for _ in range(3)]
        with pytest.raises(AdapterMismatch):
            worker.do(ACT, {"act": "refuse"})
        assert worker.do(ACT, {"act": "pid"})["pid"] == said[0] == said[2]
    finally:
        with caplog.at_level("INFO"):
            worker.close()
            worker.close()
    assert [" in 4 jobs, " in message for message in caplog.messages] == [True]
    assert not worker.is_alive


def test_language_models_are_spared_pytorch_and_sentence_models_have_it() -> None:
    assert call(ACT, {"act": "finds", "module": "torch"})["finds"] is False
    worker = Worker(SENTENCES)
    try:
        assert worker.do(ACT, {"act": "finds", "module": "torch"})["finds"] is True
    finally:
        worker.close()
