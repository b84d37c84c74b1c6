"""The report in Dagster: in its own night, after a night that broke off, and by hand."""

import dagster as dg
import pytest

from selfimprove import postgres
from selfimprove.adapters.leftovers import no_training
from selfimprove.errors import ModelBroken
from selfimprove.models.base import Base
from selfimprove.reports import table
from selfimprove.reports.assets import NIGHT_RUN, morning_report
from selfimprove.reports.checks import is_readable
from selfimprove.resources import Database, Home, LanguageModel
from selfimprove_tests.reports.rows import found, night, stage


@dg.asset
def redacted_chats() -> None:
    """A stage that breaks."""
    raise ValueError("the key is missing")


class Gone(LanguageModel):
    """A base model whose files are not there any more: pages are written without it."""

    def base(self) -> Base:
        raise ModelBroken(folder="gone", reason="there is no such folder")


class House:
    """Runs on one Dagster instance, one database and one state folder."""

    def __init__(self, url, home, instance):
        self.url, self.home, self.instance = url, home, instance

    def run(self, *assets, **options):
        gone = Gone(name="gone", home=str(self.home))
        resources = {"database": Database(url=self.url), "home": Home(folder=str(self.home)), "language_model": gone}
        return dg.materialize(
            list(assets), resources=resources, instance=self.instance, raise_on_error=False, **options
        )

    def report(self, **options):
        """The report's run, and what it stored."""
        result = self.run(morning_report, is_readable, **options)
        with postgres.connect(self.url) as connection:
            return result, table.newest(connection)


@pytest.fixture
def house(database, tmp_path):
    with dg.DagsterInstance.ephemeral() as instance:
        yield House(database, tmp_path / "home", instance)


def test_the_report_of_a_promoted_night(house, connection):
    night(connection, house.home, "r1")
    connection.commit()
    result, report = house.report(tags={NIGHT_RUN: "r1"})
    assert result.success
    assert all(check.passed for check in result.get_asset_check_evaluations())
    (made,) = result.asset_materializations_for_node("morning_report")
    assert made.metadata["outcome"].value == report.outcome == "promoted"
    assert made.metadata["sentence"].value == report.sentence
    assert (report.run_id, made.metadata["path"].value) == ("r1", str(report.path))
    assert report.path.parent == house.home / "reports"


def test_it_ends_with_giving_back_room(house, connection):
    night(connection, house.home, "r1")
    connection.commit()
    left = house.home / "datasets" / ("e" * 64)
    left.mkdir(parents=True)
    (left / "train.jsonl").write_text("12345")
    result, _ = house.report(tags={NIGHT_RUN: "r1"})
    (made,) = result.asset_materializations_for_node("morning_report")
    assert made.metadata["pruned_bytes"].value == 5
    assert not left.exists()


def test_a_training_under_way_fails_no_report(house, connection):
    night(connection, house.home, "r1")
    connection.commit()
    left = house.home / "datasets" / ("e" * 64)
    left.mkdir(parents=True)
    with no_training(house.home):
        result, _ = house.report(tags={NIGHT_RUN: "r1"})
    (made,) = result.asset_materializations_for_node("morning_report")
    assert (result.success, made.metadata["pruned_bytes"].value, left.exists()) == (True, 0, True)


@pytest.mark.parametrize("named", ["<script>x</script>", "../../../../tmp/page"])
def test_a_tag_that_names_no_run_writes_nothing(house, named):
    result, report = house.report(tags={NIGHT_RUN: named})
    assert not result.success
    assert report is None
    assert not (house.home / "reports").exists()


def test_after_a_night_that_broke_off_the_step_is_named(house, connection):
    broken = house.run(redacted_chats)
    _, report = house.report(tags={NIGHT_RUN: broken.run_id})
    assert (report.run_id, report.outcome) == (broken.run_id, "failed")
    assert report.sentence.endswith("redacted chats: ValueError: the key is missing.")
    assert connection.execute("select state from alerts").fetchone()["state"] == "new"


def test_by_hand_it_tells_of_the_newest_night(house, connection):
    stage(connection, "r1", "chat_logs", 3, {})
    found(connection, "r1", None, "Nothing to learn: no new chats.")
    connection.commit()
    first, report = house.report()
    again, _ = house.report()
    assert (first.success, again.success, report.run_id) == (True, True, "r1")
    assert report.outcome == "nothing_to_learn"


def test_a_report_that_was_changed_fails_its_check(house, connection):
    stage(connection, "r1", "chat_logs", 3, {})
    connection.commit()
    _, report = house.report()
    report.path.write_text("promoted, honestly")
    result = house.run(morning_report, is_readable, selection=dg.AssetSelection.checks_for_assets(morning_report))
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert "was changed" in check.description


def test_without_any_report_the_check_fails(house):
    result = house.run(morning_report, is_readable, selection=dg.AssetSelection.checks_for_assets(morning_report))
    (check,) = result.get_asset_check_evaluations()
    assert (check.passed, check.description) == (False, "there is no morning report")
