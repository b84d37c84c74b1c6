"""`selfimprove reports …` for people and for scripts."""

import json

import pytest
from click.testing import CliRunner

from selfimprove import settings as settings_
from selfimprove.errors import MorningReportMissing
from selfimprove.reports import alerts, table
from selfimprove.reports.alerts import Alert
from selfimprove.reports.commands import reports
from selfimprove_tests.reports import nights


@pytest.fixture
def shell(database, connection, monkeypatch):
    """The house as commands see it: what the test wrote is committed before each."""
    monkeypatch.setenv("SELFIMPROVE_DATABASE_URL", database)
    settings_.current.cache_clear()
    yield connection
    settings_.current.cache_clear()


def run(connection, *arguments):
    connection.commit()
    result = CliRunner().invoke(reports, arguments)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


@pytest.fixture
def report(shell, tmp_path):
    made = table.write(tmp_path, nights.rejected())
    table.insert(shell, made)
    return made


def test_the_sentence_and_where_it_is(shell, report):
    assert run(shell, "show") == f"{report.sentence}\n{report.path}\n"
    assert json.loads(run(shell, "show", "--night", "2026-01-06", "--json"))["outcome"] == "rejected"


def test_a_night_without_a_report_names_the_next_step(shell, report):
    with pytest.raises(MorningReportMissing, match=r"of the night of 2020-01-01.*selfimprove reports list"):
        run(shell, "show", "--night", "2020-01-01")


def test_before_the_first_night(shell):
    assert run(shell, "list") == ""
    assert json.loads(run(shell, "list", "--json")) == []
    with pytest.raises(MorningReportMissing, match="selfimprove night"):
        run(shell, "show")


def test_the_list(shell, report):
    assert run(shell, "list") == f"2026-01-06  rejected             {report.sentence}\n"
    (row,) = json.loads(run(shell, "list", "--json"))
    assert row["sha256"] == report.sha256


def test_alerts(shell):
    alerts.record(shell, [Alert("r1", "eval_report", "keeps_core", "core fell", "http://127.0.0.1:3000/runs/r1")])
    assert "new     eval_report, check keeps_core: core fell\nhttp://127.0.0.1:3000/runs/r1" in run(shell, "alerts")
    (row,) = json.loads(run(shell, "alerts", "--json"))
    assert (row["run_id"], row["check_name"], row["state"]) == ("r1", "keeps_core", "new")


@pytest.mark.parametrize("command", ["list", "alerts"])
@pytest.mark.parametrize("limit", ["-1", "0", "99999999999999999999"])
def test_a_number_that_is_none_is_refused(command, limit):
    done = CliRunner().invoke(reports, [command, "--limit", limit])
    assert done.exit_code == 2
    assert "is not in the range 1<=x<=100000" in done.output
