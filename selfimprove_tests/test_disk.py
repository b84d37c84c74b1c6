"""Nothing counts as written that the disk did not take."""

import errno
import fcntl
import os
import sys
from pathlib import Path

import pytest

from selfimprove import disk


def test_what_was_written_is_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("fdatasync", "fsync"):
        monkeypatch.setattr(os, name, lambda handle: asked.append(os.fstat(handle).st_ino), raising=False)
    file = tmp_path / "file"
    file.write_text("said")
    disk.sync_file(file)
    disk.sync_folder(tmp_path)
    assert asked == [file.stat().st_ino, tmp_path.stat().st_ino]


def test_on_a_mac_the_drive_empties_its_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "fcntl", lambda handle, what: asked.append((handle, what)))
    disk.sync(7)
    assert asked == [(7, 51)]


def test_a_volume_that_cannot_empty_its_cache_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    failures = [errno.ENOTSUP, errno.EIO]

    def fails(handle: int, _: int) -> None:
        raise OSError(failures.pop(0), "no")

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(fcntl, "fcntl", fails)
    monkeypatch.setattr(os, "fsync", asked.append)
    disk.sync(7)
    assert asked == [7]
    with pytest.raises(OSError, match="no"):
        disk.sync_folder(tmp_path)
    assert asked == [7], "a disk that is broken is no volume that cannot"


def test_a_disk_that_fails_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.sync_file(tmp_path / "gone")
    with pytest.raises(OSError, match="Bad file descriptor"):
        disk.sync(10_000)
