"""What was acknowledged is on disk, whatever happens to the process or the disk; the rest is refused, and loudly."""

import asyncio
import errno
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from selfimprove.chats.chat import Sealed
from selfimprove.errors import SpoolTaken
from selfimprove.gateway import spool as spool_file
from selfimprove.gateway.losses import Losses, read
from selfimprove.gateway.segments import Segments
from selfimprove.gateway.spool import Spool
from selfimprove.privacy import journal
from selfimprove.privacy.journal import Record

CHILD = """
import asyncio, sys
from pathlib import Path
from selfimprove.gateway.segments import Segments
from selfimprove.gateway.spool import Spool
from selfimprove_tests.gateway.test_spool import record

async def main(folder, start):
    spool = Spool(Segments(Path(folder)), lambda reason: None)
    async def one(lane):
        number = start + lane
        while True:
            assert await spool.append(record(number))
            print(number, flush=True)
            number += 8
    await asyncio.gather(*map(one, range(8)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


def record(number: int) -> bytes:
    """A record that says its number; its seal is none."""
    return journal.frame(Record(f"{number:032}", Sealed("k" * 16, b"n" * 12, str(number).encode() * 40)))


def numbers(folder: Path) -> list[int]:
    found = [one for path in sorted(folder.glob("*.spool")) for one in journal.read(path)]
    return [int(one.chat_id) for one in found if isinstance(one, Record)]


def spooled(
    folder: Path, records: Sequence[bytes], sync: Callable[[int], None] = os.fsync, **more: int
) -> tuple[list[bool], list[str]]:
    """What became of records that were given all at once, and what was said of the lost ones."""
    lost: list[str] = []

    async def work() -> list[bool]:
        spool = Spool(Segments(folder, sync), lost.append, **more)
        kept = await asyncio.gather(*map(spool.append, records))
        spool.close()
        spool.segments.close()
        return list(kept)

    return asyncio.run(work()), lost


def test_many_at_once_are_one_write_and_one_fsync(tmp_path: Path) -> None:
    syncs: list[int] = []

    def slow(handle: int) -> None:
        syncs.append(handle)
        time.sleep(0.01)

    kept, lost = spooled(tmp_path, [record(number) for number in range(100)], slow)
    assert (all(kept), lost) == (True, [])
    assert sorted(numbers(tmp_path)) == list(range(100))
    assert len(syncs) < 10


def test_killed_at_random_it_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance, acknowledged = random.Random(5), set[int]()
    for turn in range(4):
        command = [sys.executable, "-c", CHILD, str(tmp_path), str(turn * 10**6)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            acknowledged.add(int(child.stdout.readline()))
            time.sleep(chance.random() / 10)
            child.send_signal(signal.SIGKILL)
            acknowledged |= {int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")}
    found = numbers(tmp_path)
    assert len(acknowledged) > 100
    assert acknowledged - set(found) == set()
    assert len(found) == len(set(found))


def test_a_full_spool_refuses_loudly_and_takes_again_what_it_has_room_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    size = len(record(0))
    with caplog.at_level(logging.ERROR):
        kept, lost = spooled(tmp_path / "a", [record(n) for n in range(10)], limit=4 * size)
    assert sorted(kept) == [False] * 6 + [True] * 4
    assert lost == ["the spool is full"] * 6
    assert len(caplog.messages) == 1
    assert "`selfimprove doctor`" in caplog.messages[0]
    kept, _ = spooled(tmp_path / "b", [record(0)], limit=4 * size)
    assert kept == [True]


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_disk_that_fails_is_no_acknowledgement_and_the_next_file_may_do(tmp_path: Path, number: int) -> None:
    calls: list[int] = []

    def failing(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(number, os.strerror(number))

    async def work() -> list[bool]:
        spool = Spool(Segments(tmp_path, failing), lambda reason: None)
        kept = [await spool.append(record(n)) for n in range(4)]
        spool.close()
        spool.segments.close()
        return kept

    assert asyncio.run(work()) == [True, False, True, True]
    assert numbers(tmp_path) == [0, 2, 3]
    assert len(list(tmp_path.glob("*.spool"))) == 2


def test_a_disk_without_room_leaves_no_files_behind(tmp_path: Path) -> None:
    code = (
        "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600));"
        "from selfimprove_tests.gateway.test_spool import *;"
        "print(*(spooled(Path(sys.argv[1]), [record(n) for n in range(m)]) for m in (1, 9, 1)))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told.count("True") >= 1
    assert "False" in told
    assert "File too large" in told
    assert all(path.stat().st_size <= 600 for path in tmp_path.glob("*.spool"))


def test_a_disk_that_hangs_lets_the_answer_go_unkept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool_file, "PATIENCE", 0.05)
    kept, lost = spooled(tmp_path, [record(1)], lambda handle: time.sleep(0.3))
    assert (kept, lost) == ([False], ["the disk does not answer"])
    assert numbers(tmp_path) == [1]  # not promised, and there


def test_two_processes_do_not_share_a_spool(tmp_path: Path) -> None:
    first = Segments(tmp_path)
    with pytest.raises(SpoolTaken):
        Segments(tmp_path)
    first.close()
    Segments(tmp_path).close()


def test_a_file_is_closed_when_it_stands_alone_and_nothing_is_added_to_it_any_more(tmp_path: Path) -> None:
    segments = Segments(tmp_path)
    segments.write([record(1)])
    [first] = segments.closed()
    segments.write([record(2)])
    assert segments.closed() == [first]  # while that one waits, the next one grows
    segments.write([record(3)])
    segments.remove(first)
    [second] = segments.closed()
    assert numbers(tmp_path) == [2, 3]
    assert segments.size == second.stat().st_size
    segments.close()


def test_what_a_process_left_is_closed_for_the_next_and_numbers_go_on(tmp_path: Path) -> None:
    earlier = Segments(tmp_path)
    earlier.write([record(1)])
    earlier.close()
    (tmp_path / "000000000001 (copy).spool").write_bytes(b"somebody tidied up")
    later = Segments(tmp_path)
    later.write([record(2)])
    assert [path.name for path in later.closed()] == ["000000000001.spool"]
    assert numbers(tmp_path) == [1, 2]
    later.close()


def test_losses_are_counted_over_restarts_in_a_file_that_a_full_disk_can_take(tmp_path: Path) -> None:
    assert read(tmp_path).count == 0
    losses = Losses(tmp_path)
    size = (tmp_path / "gateway" / "not_kept.json").stat().st_size
    losses.lose("the spool is full")
    Losses(tmp_path).lose("No space left on device")
    assert (read(tmp_path).count, read(tmp_path).reason) == (2, "No space left on device")
    assert (tmp_path / "gateway" / "not_kept.json").stat().st_size == size
