"""Files go, rows stay, and nothing that a rollback, a gate or a reader needs is touched."""

import fcntl
import os
import shutil
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from selfimprove.adapters import table
from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.desk import LOCK
from selfimprove.adapters.files import folder_of, in_use, verified_folder
from selfimprove.adapters.prune import DATASETS, prune
from selfimprove.adapters.retain import FORMER, NIGHTS
from selfimprove.errors import AdapterCorrupt, AdapterPruned, AdaptersInUse, RollbackRefused, TrainingBusy
from selfimprove.postgres import Connection
from selfimprove.promotion import promote
from selfimprove.settings import Settings
from selfimprove_tests.adapters.make import add_dataset, kept
from selfimprove_tests.datasets.house import connect_to

LAST = date(2026, 6, 30)


class House:
    """Adapters of one a night, the oldest first, some of which were champion."""

    def __init__(self, settings: Settings) -> None:
        assert settings.database_url
        self.home, self.connect = settings.home, connect_to(settings.database_url)
        with self.connect() as connection:
            add_dataset(connection)

    def learn(self, ago: int, *, decided: str = "reject") -> Adapter:
        """An adapter of so many nights ago, with a report and a decision."""
        night = LAST - timedelta(days=ago)
        made = kept(self.home, content=f"of {ago}", night=night)
        with self.connect() as connection:
            table.insert(connection, made, "run")
            connection.execute("update adapters set created_at = %s where id = %s", (night, made.id))
            _report(connection, made)
            if decided:
                _decide(connection, made, decided)
        return made

    def crown(self, ago: int) -> Adapter:
        """One that became champion."""
        made = self.learn(ago, decided="promote")
        with self.connect() as connection:
            connection.execute(
                "insert into promotions (action, adapter_id, replaced, report_id, night)"
                " values ('promoted', %s, (select id from champion), %s, %s)",
                (made.id, made.id, made.night),
            )
        return made

    def prune(self, keep: int = 0, *, dry_run: bool = False) -> list[str]:
        """Ids of what went."""
        found = prune(self.connect, self.home, keep, dry_run=dry_run)
        return [held.id for held, _ in found.adapters]

    def read(self, adapter: Adapter) -> Adapter:
        with self.connect() as connection:
            return table.read(connection, adapter.id)


def _report(connection: Connection, made: Adapter) -> None:
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values (%s, %s, %s, 'c', 'c', 'a', 'b', '{}', 'run')",
        (made.id, made.night, made.id),
    )


def _decide(connection: Connection, made: Adapter, word: str) -> None:
    connection.execute(
        "insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, spent, run_id)"
        " values (%s, %s, %s, %s, '[]', '[]', 0, 0, 'run')",
        (made.id, made.id, made.night, word),
    )


@pytest.fixture
def house(settings: Settings) -> House:
    return House(settings)


def test_files_go_and_the_row_says_so(house: House) -> None:
    old, new = house.learn(1), house.learn(0)
    assert house.prune(keep=1) == [old.id]
    assert not folder_of(old).exists()
    assert verified_folder(house.read(new))
    with pytest.raises(AdapterPruned, match=rf"{old.id} was pruned on .*selfimprove adapters list"):
        verified_folder(house.read(old))
    assert house.prune(keep=1) == []


def test_a_dry_run_changes_nothing(house: House) -> None:
    old = house.learn(0)
    assert house.prune(dry_run=True) == [old.id]
    assert verified_folder(house.read(old))
    assert house.prune() == [old.id]


def test_trained_again_it_is_there_again(house: House) -> None:
    old = house.learn(0)
    house.prune()
    again = kept(house.home, content="of 0", night=old.night)
    assert again.id == old.id
    with house.connect() as connection:
        table.insert(connection, again, "another run")
    assert verified_folder(house.read(old))


def test_champions_that_a_rollback_or_a_gate_may_need_stay(house: House) -> None:
    """Old ones count for the rollback, recent ones for the gates; the first of all is the anchor."""
    anchor, *old = [house.crown(400 - ago) for ago in range(FORMER + 3)]
    before, after = house.crown(NIGHTS + 2), house.crown(NIGHTS - 1)
    champion = house.crown(0)
    stay = {anchor.id, champion.id, before.id, after.id, *(one.id for one in old[-(FORMER - 2) :])}
    assert house.prune() == [one.id for one in reversed(old) if one.id not in stay]
    assert len(old) - (FORMER - 2) == 4


def test_a_champion_of_an_earlier_night_is_what_gates_meet(house: House) -> None:
    """Who answered thirty nights ago was promoted long before that, and is pushed out of a rollback's reach since."""
    house.crown(300)
    reigned = house.crown(200)
    recent = [house.crown(FORMER + 5 - ago) for ago in range(FORMER + 4)]
    assert house.prune() == []
    assert verified_folder(house.read(reigned))
    assert len(recent) > FORMER


def test_vetoed_ones_may_go_but_not_pinned_ones(house: House) -> None:
    house.crown(400)
    vetoed, pinned = house.crown(300), house.learn(200)
    with house.connect() as connection:
        promote.veto(connection, "it forgot my name")
        table.pin(connection, pinned.id[:9], "a good one")
    house.crown(150)
    assert house.prune() == [vetoed.id]
    with house.connect() as connection:
        assert table.unpin(connection, pinned.id) == (pinned.id, True)
        assert table.unpin(connection, pinned.id) == (pinned.id, False)
    assert house.prune() == [pinned.id]
    with house.connect() as connection, pytest.raises(AdapterPruned):
        table.pin(connection, pinned.id, "too late")


@pytest.mark.parametrize("decided", ["", "promote"])
def test_whatever_waits_for_a_decision_or_its_promotion_stays(house: House, decided: str) -> None:
    waits = house.learn(300, decided=decided)
    house.learn(0)
    assert waits.id not in house.prune()


def test_both_sides_of_a_running_experiment_stay(house: House) -> None:
    control, challenger = house.learn(400), house.learn(300)
    house.crown(200)
    with house.connect() as connection:
        connection.execute(
            "insert into experiments (id, promotion_id, challenger, control, share, level, ratio, ends_at)"
            " select 'e', id, %s, %s, 0.5, 0.05, 2, now() from promotions",
            (challenger.id, control.id),
        )
    assert house.prune() == []
    with house.connect() as connection:
        connection.execute("update experiments set outcome = 'stopped'")
    assert house.prune() == [challenger.id, control.id]


def test_nothing_is_pruned_while_something_reads(house: House) -> None:
    old = house.learn(0)
    with in_use([folder_of(old), None]), pytest.raises(AdaptersInUse, match=f"{old.id} is being read"):
        house.prune()
    assert verified_folder(house.read(old))
    assert house.prune() == [old.id]


def test_nothing_is_pruned_while_a_training_runs(house: House) -> None:
    old = house.learn(0)
    (house.home / "work").mkdir(exist_ok=True)
    with (house.home / "work" / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(TrainingBusy):
            house.prune()
    assert verified_folder(house.read(old))


def test_what_a_killed_one_left_is_deleted_by_the_next(house: House) -> None:
    old = house.learn(0)
    with house.connect() as connection:
        connection.execute("insert into pruned_adapters (adapter_id, bytes) values (%s, 1)", (old.id,))
    assert folder_of(old).is_dir()
    assert house.prune() == []
    assert not folder_of(old).exists()


def test_who_began_to_read_just_before_it_was_marked_reads_to_the_end(house: House) -> None:
    old, other = house.learn(1), house.learn(0)
    with house.connect() as connection:
        for one in (old, other):
            connection.execute("insert into pruned_adapters (adapter_id, bytes) values (%s, 1)", (one.id,))
    with in_use([folder_of(old)]):
        house.prune()
        assert folder_of(old).is_dir()
        assert not folder_of(other).exists()
    house.prune()
    assert not folder_of(old).exists()


def test_a_rollback_says_that_it_was_pruned_and_passes_it_over(house: House) -> None:
    first, second, third = house.crown(9), house.crown(8), house.crown(7)
    with house.connect() as connection:
        connection.execute("insert into pruned_adapters (adapter_id, bytes) values (%s, 1)", (second.id,))
    with house.connect() as connection, pytest.raises(RollbackRefused, match="its files were pruned to save room"):
        promote.rollback(connection, second.id)
    with house.connect() as connection:
        assert promote.rollback(connection) == first.id
        assert "was pruned on" in str(promote.damage(connection, second.id))
    assert third.id


def test_a_row_that_names_another_folder_costs_nobody_a_file(house: House, tmp_path: Path) -> None:
    old, mine = house.learn(0), tmp_path / "mine"
    mine.mkdir()
    (mine / "letter").write_text("dear")
    with house.connect() as connection:
        connection.execute("update adapters set url = %s where id = %s", (mine.as_uri(), old.id))
    house.prune()
    assert (mine / "letter").read_text() == "dear"


def _aged(path: Path, days: float) -> Path:
    path.mkdir(parents=True)
    (path / "file").write_text("12345")
    then = time.time() - days * 86400
    for each in (path / "file", path):
        os.utime(each, (then, then))
    return path


def test_what_lies_around_goes_when_it_is_old(house: House) -> None:
    work, adapters = house.home / "work", house.home / "adapters"
    old = [_aged(work / "training" / "k", 4), _aged(work / "thing", 4), _aged(adapters / ("f" * 64), 4)]
    young = [_aged(work / "training" / "l", 2), _aged(work / "other", 2), _aged(adapters / ("e" * 64), 2)]
    foreign = _aged(adapters / "my notes", 400)
    house.learn(0)
    found = prune(house.connect, house.home, 1)
    assert {path for path, _ in found.folders} == set(old)
    assert {size for _, size in found.folders} == {5}
    assert all(path.exists() for path in (*young, foreign))
    assert not any(path.exists() for path in old)


def test_the_adapters_of_another_database_are_not_lying_around(house: House) -> None:
    """Who points the house at a new or another database for a night has all adapters when it is back."""
    theirs = _aged(house.home / "adapters" / ("f" * 64), 400)
    assert prune(house.connect, house.home, 0).folders == ()
    assert theirs.is_dir()


def test_exports_of_old_datasets_go_and_drafts_too(house: House) -> None:
    ids = [f"{number:064x}" for number in range(DATASETS + 2)]
    with house.connect() as connection:
        connection.execute("delete from datasets")
        for number, id in enumerate(ids):
            add_dataset(connection, id)
            connection.execute(
                "update datasets set created_at = %s where id = %s", (LAST + timedelta(days=number), id)
            )
    for id in ids:
        _aged(house.home / "datasets" / id, 0)
    draft = _aged(house.home / "datasets" / f".{ids[-1]}.0123abcd", 4)
    under_way = _aged(house.home / "datasets" / f".{ids[-1]}.4567abcd", 2)
    gone = {path for path, _ in prune(house.connect, house.home, 0).folders}
    assert gone == {draft, *(house.home / "datasets" / id for id in ids[:2])}
    assert (house.home / "datasets" / ids[2]).is_dir()
    assert under_way.is_dir()


def test_a_missing_folder_is_no_error(house: House) -> None:
    old = house.learn(0)
    shutil.rmtree(folder_of(old))
    assert house.prune() == [old.id]
    with pytest.raises(AdapterCorrupt):
        verified_folder(house.read(old))


def test_room_is_counted(house: House) -> None:
    size = sum(file.stat().st_size for file in folder_of(house.learn(0)).iterdir())
    assert prune(house.connect, house.home, 0).bytes == size
