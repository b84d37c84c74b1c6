"""Postgres or the engine is away: who answers then."""

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from selfimprove.adapters.adapter import hashes
from selfimprove.adapters.files import alone
from selfimprove.errors import AdaptersInUse
from selfimprove.gateway import remembered
from selfimprove.gateway.ask import BASE
from selfimprove.promotion.promote import rollback, veto
from selfimprove_tests.experiments.make import enthrone
from selfimprove_tests.gateway.by_day import CHATS, Day, act, down, made, run
from selfimprove_tests.gateway.fake_engine import FakeEngine
from selfimprove_tests.promotion import house as houses


def test_with_postgres_down_the_voice_that_was_confirmed_last_answers(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == champion


def test_who_was_vetoed_does_not_come_back_with_it_because_the_next_one_is_damaged(day: Day) -> None:
    async def live() -> None:
        first, _ = enthrone(day.house, "first")
        second, _ = enthrone(day.house, "second", replaced=first)
        day.commit()
        await day.swap.start()
        assert day.swap.slot(CHATS[0]) == second
        await act(day, veto, "it shouts")
        houses.damage(day.house, first)  # after the veto looked at it
        assert await day.swap.follow()
        assert (day.swap.slot(CHATS[0]), day.swap.state()["refused"] is None) == (BASE, False)

    run(live())
    assert "was changed since it was trained" in (remembered.refused(day.swap.memory) or "")
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == BASE


def test_who_was_taken_back_does_not_go_on_where_the_one_before_is_damaged(day: Day) -> None:
    async def live() -> None:
        first, _ = enthrone(day.house, "first")
        enthrone(day.house, "second", replaced=first)
        day.commit()
        await day.swap.start()
        await act(day, rollback)
        houses.damage(day.house, first)
        assert await day.swap.follow()
        assert (day.swap.slot(CHATS[0]), day.swap.state()["refused"] is None) == (BASE, False)

    run(live())


def test_where_the_disk_is_full_the_new_voice_answers_and_the_one_before_is_not_remembered(
    day: Day, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    first, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    assert day.swap.memory.exists()
    second, _ = enthrone(day.house, "second", replaced=first)
    day.commit()
    with monkeypatch.context() as patch:
        patch.setattr(remembered, "write", full)
        again = day.again()
        run(again.swap.start())
    assert again.swap.slot(CHATS[0]) == second
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == BASE


def test_what_is_remembered_must_be_of_the_adapters_own_id(day: Day) -> None:
    """Who can write to the folder could change the hashes along with the files."""
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    houses.damage(day.house, champion)
    content = orjson.loads(day.swap.memory.read_bytes())
    content["files"][champion] = hashes(Path(content["folders"][champion]))
    day.swap.memory.write_bytes(orjson.dumps(content))
    later = down(day)
    run(later.swap.start())
    assert (later.swap.slot(CHATS[0]), later.engine.loaded) == (BASE, [])


def test_nothing_is_pruned_between_being_verified_and_being_loaded(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    folder = Path(day.house.connection.execute("select url from adapters").fetchone()["url"].removeprefix("file://"))
    seen: list[str] = []

    class Slow(FakeEngine):
        async def load(self, slot: str, folder: Path) -> None:
            try:
                with alone([folder]):
                    seen.append("it could be pruned")
            except AdaptersInUse:
                seen.append("in use")
            await super().load(slot, folder)

    for settings in (day.swap._settings, down(day).swap._settings):  # by Postgres, then as it is remembered
        swap = made(Slow(), settings)
        run(swap.start())
        assert swap.slot(CHATS[0]) == champion
    assert seen == ["in use", "in use"]
    with alone([folder]):
        pass


def test_but_not_with_other_files(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    houses.damage(day.house, champion)
    later = down(day)
    run(later.swap.start())
    assert (later.swap.slot(CHATS[0]), later.engine.loaded) == (BASE, [])


def test_nor_where_they_are_gone_or_nothing_is_remembered(day: Day) -> None:
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == BASE
    champion, _ = enthrone(day.house, "first")
    day.commit()
    run(day.swap.start())
    shutil.rmtree(Path(day.engine.folders[champion]))
    later = down(day)
    run(later.swap.start())
    assert later.swap.slot(CHATS[0]) == BASE


def test_while_postgres_is_away_who_answers_stays(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()

    async def live() -> None:
        await day.swap.start()
        day.swap._settings = replace(day.swap._settings, database_url="postgresql://nobody@127.0.0.1:1/none")
        assert not await day.swap.follow()
        assert day.swap.slot(CHATS[0]) == champion

    run(live())


def test_an_engine_that_is_down_is_waited_for(day: Day) -> None:
    champion, _ = enthrone(day.house, "first")
    day.commit()

    async def live() -> None:
        day.engine.is_up = False
        assert not await day.swap.follow()
        day.engine.is_up = True
        assert await day.swap.follow()
        assert day.swap.slot(CHATS[0]) == champion

    run(live())


@pytest.mark.parametrize("content", [b"null", b"[]", b"7", b'{"adapter": "base"}', b'{"share": {}}', b'"', b""])
def test_a_memory_that_is_none_is_as_good_as_no_memory(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "voice.json"
    file.write_bytes(content)
    assert remembered.read(file, "base") is None
    assert remembered.verified(file, "base") is None
