"""Who needs memory is heard, who holds it is seen, and what a killed process left stands in nobody's way."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from selfimprove.errors import GatewayInTheWay
from selfimprove.models import room
from selfimprove.models.base import TINY
from selfimprove.models.memory import GB, PROCESS, Shape, shape_of
from selfimprove.models.training import Plan

PLAN = Plan(steps=2, learning_rate=1e-4, seed=0, batch_tokens=4096, longest=1024)
LARGE = Shape(28, 3072, 8192, 24, 8, 128, 128_256, int(1.8 * GB), 2)  # as Llama 3.2 3B in 4 bits


def quiet(_: str) -> None:
    """Nobody is told."""


def test_the_tiny_model_leaves_room_for_all() -> None:
    assert room.to_train(shape_of(TINY), PLAN, 40_000, 64 * GB) < 2 * GB
    assert PROCESS < room.to_answer(TINY) < GB


def test_adapters_that_are_compared_need_room_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "adapters.safetensors").write_bytes(bytes(1000))
    assert room.to_answer(TINY, [tmp_path, tmp_path / "pruned"]) == room.to_answer(TINY) + 1000


def test_a_training_is_made_to_fit_and_an_unknown_kind_takes_all() -> None:
    assert 8 * GB < room.to_train(LARGE, PLAN, LARGE.trained(16, -1), 64 * GB) < 64 * GB
    assert room.to_train(LARGE, PLAN, LARGE.trained(16, -1), 6 * GB) == 6 * GB
    assert room.to_train(None, PLAN, 0, 6 * GB) == 6 * GB


def test_a_limit_is_what_was_set_or_most_of_the_machine() -> None:
    assert room.limit(4.0) == 4 * GB
    assert room.limit(0) > 0.5 * GB


@pytest.mark.parametrize(("needed", "held", "is_wished"), [(6, 3, True), (6, 2, False), (8, 0.1, True)])
def test_a_wish_is_heard_where_both_do_not_fit(tmp_path: Path, needed: float, held: float, is_wished: bool) -> None:
    with room.asked_for(tmp_path, needed, 8, quiet):
        assert room.wished(tmp_path, held) is is_wished
    assert not room.wished(tmp_path, held)
    assert list((tmp_path / "gateway" / "wishes").iterdir()) == []


def test_wishes_add_up(tmp_path: Path) -> None:
    with room.asked_for(tmp_path, 3, 8, quiet):
        assert not room.wished(tmp_path, 4)
        with room.asked_for(tmp_path, 3, 8, quiet):
            assert room.wished(tmp_path, 4)


def test_what_is_held_is_never_nothing_while_it_changes(tmp_path: Path) -> None:
    hold, seen = room.Hold(tmp_path), list[float]()
    hold.take(7)
    reading = threading.Thread(target=lambda: seen.extend(room.held(tmp_path) for _ in range(2000)))
    reading.start()
    sizes = (7.0, 123456789012.5)
    while reading.is_alive():
        for size in sizes:
            hold.take(size)
    assert set(seen) <= set(sizes)
    hold.release()


def test_what_is_held_is_seen_while_it_is(tmp_path: Path) -> None:
    hold = room.Hold(tmp_path)
    assert room.held(tmp_path) == 0
    hold.take(5)
    hold.take(7)
    assert room.held(tmp_path) == 7
    hold.release()
    hold.release()
    assert room.held(tmp_path) == 0


def test_work_waits_for_who_leaves(tmp_path: Path) -> None:
    hold, told = room.Hold(tmp_path), []
    hold.take(7 * GB)
    began = time.monotonic()
    threading.Timer(0.4, hold.release).start()
    with room.asked_for(tmp_path, 6 * GB, 8 * GB, told.append):
        assert time.monotonic() - began > 0.35
    assert told == ["Waiting for the gateway to give back 7.0 GB: 6.0 of 8.0 GB are needed."]


def test_work_does_not_wait_where_both_fit(tmp_path: Path) -> None:
    hold, told = room.Hold(tmp_path), []
    hold.take(2 * GB)
    with room.asked_for(tmp_path, 6 * GB, 8 * GB, told.append):
        assert told == []
    hold.release()


def test_who_does_not_leave_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "WAIT_SECONDS", 0.3)
    hold = room.Hold(tmp_path)
    hold.take(7 * GB)
    with (
        pytest.raises(GatewayInTheWay, match=r"holds 7\.0 GB .* 6\.0 GB are needed and 8\.0 GB"),
        room.asked_for(tmp_path, 6 * GB, 8 * GB, quiet),
    ):
        pass
    assert not room.wished(tmp_path, 7 * GB)
    hold.release()


def test_a_killed_process_wishes_for_nothing(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys, time\nfrom selfimprove.models import room\n"
        "with room.asked_for(pathlib.Path(sys.argv[1]), 9, 8, print):\n    print('here', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, env=dict(os.environ))
    assert child.stdout is not None
    assert child.stdout.readline() == b"here\n"
    assert room.wished(tmp_path, 1)
    child.kill()
    child.communicate()
    assert not room.wished(tmp_path, 1)
    assert list((tmp_path / "gateway" / "wishes").iterdir()) == []
