"""What a server leaves that was killed while it started: no house stays down because of it."""

import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from selfimprove import postgres, postmaster

REST = "/a/folder\n1795290107\n5432\n/a/folder\n\n  2189684    491545\nready   \n"


def gone() -> int:
    """The pid of a process that has ended."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "postmaster.pid"


@pytest.mark.parametrize("half", ["", "{pid}", "{pid}\n/a/folder\n1795290107\n5432\n\n\n  2189684    491545\n"])
def test_half_a_file_of_a_server_that_is_gone_is_taken_away(file: Path, half: str) -> None:
    file.write_text(half.format(pid=gone()))
    postmaster.clear(file)
    assert not file.exists()
    postmaster.clear(file)


def test_half_a_file_whose_pid_is_another_program_s_by_now_is_taken_away(file: Path) -> None:
    file.write_text(f"{os.getpid()}\n/a/folder\n")
    postmaster.clear(file)
    assert not file.exists()


def test_a_whole_file_stays_for_the_library_to_judge(file: Path) -> None:
    file.write_text(f"{gone()}\n{REST}")
    postmaster.clear(file)
    assert file.exists()


def test_the_rest_of_a_server_that_is_just_starting_is_waited_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postmaster, "_is_postgres", lambda _: True)
    file.write_text("1\n/a/folder\n")
    writer = threading.Timer(0.3, lambda: file.write_text(f"1\n{REST}"))
    writer.start()
    before = time.monotonic()
    postmaster.clear(file)
    assert time.monotonic() - before >= 0.2
    assert len(file.read_text().splitlines()) == postmaster.WHOLE
    writer.join()


def test_a_house_starts_after_its_server_was_killed_at_its_first_breath(tmp_path: Path) -> None:
    home = tmp_path / "home"
    postgres.embedded(home)
    postgres.stop_embedded(home)
    (home / "postgres" / "postmaster.pid").write_text(f"{gone()}\n{home / 'postgres'}\n1795290107\n5432\n\n\n")
    try:
        assert postgres.embedded(home).get_postmaster_info().is_running()
        assert home in postgres.STARTED, "who started it stops it"
    finally:
        postgres.stop_embedded(home)
