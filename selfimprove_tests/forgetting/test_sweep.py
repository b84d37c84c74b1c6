"""Files go too, also when the process that forgot was killed before it came to them."""

import fcntl
import hashlib

import orjson

from selfimprove.forgetting.sweep import sweep
from selfimprove.reports import table as reports
from selfimprove_tests.forgetting.conftest import Past
from selfimprove_tests.forgetting.house import SECRET, files_that_hold
from selfimprove_tests.forgetting.test_forget import forgotten


def test_datasets_weights_and_quotations_are_gone_and_the_rest_stays(past: Past) -> None:
    home, house = past.house.home, past.house
    receipt = forgotten(past)  # killed here
    assert (home / "adapters" / past.champion).exists()
    [file] = sweep(house.connection, home)
    assert {path.name for path in (home / "adapters").iterdir()} == {past.clean}
    assert {path.name for path in (home / "datasets").iterdir()} == {"data of first", "data of third"}
    assert orjson.loads(file.read_bytes()) == orjson.loads(orjson.dumps(receipt.as_json()))
    assert file == home / "receipts" / receipt.name
    assert sweep(house.connection, home) == []


def test_a_page_that_quoted_it_still_tells_the_decision(past: Past) -> None:
    forgotten(past)
    sweep(past.house.connection, past.house.home)
    page = reports.of_run(past.house.connection, "second")
    untouched = reports.of_run(past.house.connection, "first")
    assert page
    assert untouched
    assert reports.unreadable(page) is None
    assert "forgotten on 2031-05-03" in page.path.read_text()
    assert "nobody but I" in untouched.path.read_text()
    assert page.sha256 == hashlib.sha256(page.path.read_bytes()).hexdigest()


def test_what_a_night_wrote_behind_our_back_goes_at_the_next_start(past: Past) -> None:
    home = past.house.home
    forgotten(past)
    sweep(past.house.connection, home)
    for folder in (home / "datasets" / "data of second", home / "datasets" / ".data of second.ab12"):
        folder.mkdir()
        (folder / "train.jsonl").write_text(SECRET)
    sweep(past.house.connection, home)
    assert list(files_that_hold(home, SECRET)) == []


def test_half_written_weights_and_pages_are_removed_with_it(past: Past) -> None:
    home = past.house.home
    draft = home / "work" / "training" / "abc"
    draft.mkdir(parents=True)
    (home / "work" / "training.lock").touch()
    (draft / "checkpoint.safetensors").write_text(SECRET)
    (home / "reports" / "tmp1.draft").write_text(SECRET)
    forgotten(past)
    sweep(past.house.connection, home)
    assert list(files_that_hold(home, SECRET)) == []


def unfinished(past: Past) -> int:
    row = past.house.connection.execute("select count(*) as n from receipts where swept_at is null").fetchone()
    assert row
    return int(row["n"])


def test_what_is_still_there_is_told_and_tried_again(past: Past) -> None:
    home, told = past.house.home, list[str]()
    forgotten(past)
    folder = home / "datasets" / "data of second"
    folder.rename(home / "moved")
    folder.symlink_to(home / "moved")  # which nothing follows to delete what is there
    [file] = sweep(past.house.connection, home, told.append)
    assert told == [f"{folder} could not be removed."]
    assert (unfinished(past), file.exists()) == (1, True)
    folder.unlink()
    assert sweep(past.house.connection, home, told.append) == [file]
    assert (unfinished(past), len(told)) == (0, 1)


def test_a_training_under_way_keeps_its_own_and_is_told(past: Past) -> None:
    home, told = past.house.home, list[str]()
    draft = home / "work" / "training" / "abc"
    draft.mkdir(parents=True)
    (draft / "checkpoint.safetensors").write_text(SECRET)
    forgotten(past)
    with (home / "work" / "training.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        sweep(past.house.connection, home, told.append)
        assert told == [f"A training is under way, and keeps what it has half-written in {draft.parent}."]
        assert (unfinished(past), draft.exists()) == (1, True)
    sweep(past.house.connection, home, told.append)
    assert (unfinished(past), draft.exists(), len(told)) == (0, False, 1)


def test_a_url_that_leads_elsewhere_is_left_alone(past: Past) -> None:
    elsewhere = past.house.home / "precious"
    elsewhere.mkdir()
    past.house.connection.execute("update adapters set url = %s where id = %s", (elsewhere.as_uri(), past.heir))
    forgotten(past)
    sweep(past.house.connection, past.house.home)
    assert elsewhere.exists()
