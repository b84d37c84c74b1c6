"""No night for a day and a half: told by a process that is up all day, and by the doctor, whatever else is down."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from selfimprove import doctor
from selfimprove.reports import table, watch
from selfimprove.reports.table import MorningReport
from selfimprove.review import table as pages
from selfimprove_tests.critiques.rows import add_chat
from selfimprove_tests.reports.receivers import web_hook

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NOW = datetime.now(UTC)


def told(connection, hours: float) -> None:
    """A night was told that long ago."""
    connection.execute(
        "insert into morning_reports (run_id, night, outcome, sentence, url, sha256, created_at)"
        " values (%s, '2031-05-02', 'rejected', 'No.', 'file:///x', '', %s)",
        [f"r{hours}", NOW - timedelta(hours=hours)],
    )
    connection.commit()


def alerts(connection):
    connection.commit()
    rows = connection.execute("select asset, message, state from alerts order by id").fetchall()
    return [(row["asset"], row["state"], row["message"]) for row in rows]


def test_a_house_without_chats_has_nothing_to_fear(connection, settings):
    watch.look(settings, NOW)
    assert alerts(connection) == []


def test_a_night_that_was_told_in_time_is_no_alert(connection, settings):
    told(connection, 35.9)
    told(connection, 200)
    watch.look(settings, NOW)
    assert alerts(connection) == []


def test_a_silence_is_told_once_then_again_after_as_long(connection, settings):
    told(connection, 40)
    with web_hook() as (port, received):
        calling = replace(settings, alert_urls=(f"json://127.0.0.1:{port}",))
        for hours in (0, 1, 20, 33):
            watch.look(calling, NOW + timedelta(hours=hours))
    assert len(received) == 2
    assert "the night: none has ended for 40 hours" in received[0]["message"]
    assert "none has ended for 73 hours" in received[1]["message"]
    assert [(asset, state) for asset, state, _ in alerts(connection)] == [("the night", "sent")] * 2
    assert f"http://127.0.0.1:{settings.gateway_port}/" in received[0]["message"]


@pytest.mark.parametrize(("hours", "silent"), [(40, True), (20, False), (-100, False)])
def test_a_report_that_is_made_anew_by_hand_is_no_night(connection, settings, hours, silent):
    """One that a clock wrote which ran ahead, by 100 hours, is as old from then on as the page that was made anew."""
    told(connection, hours)
    table.insert(connection, MorningReport(f"r{hours}", date(2031, 5, 2), "rejected", "Again.", "file:///x", ""))
    assert table.newest(connection).sentence == "Again."
    watch.look(settings, NOW + timedelta(seconds=5))
    assert bool(alerts(connection)) is silent


def test_a_night_that_a_clock_told_which_ran_ahead_hides_no_silence(connection, settings):
    told(connection, 40)
    told(connection, -24 * 400)
    watch.look(settings, NOW)
    [(_, _, message)] = alerts(connection)
    assert "none has ended for 40 hours" in message
    [found] = doctor._nights(settings)
    assert (found.ok, found.detail) == (False, "last night ended 40 h ago: rejected")
    newest = table.newest(connection)
    assert newest is not None
    assert newest.run_id == "r40"
    assert [row["run_id"] for row in table.mornings(connection, 2)] == ["r40", "r-9600"]
    assert [row["run_id"] for row in pages.nights(connection, 1)] == ["r40"]


def test_before_the_first_night_it_counts_from_the_first_chat(connection, settings):
    add_chat(connection, date(2024, 1, 1), "u: hello", "a: hi")
    connection.commit()
    watch.look(settings, NOW + timedelta(hours=35))
    assert alerts(connection) == []
    watch.look(settings, NOW + timedelta(hours=37))
    assert len(alerts(connection)) == 1


@pytest.mark.parametrize(("cron", "hours"), [
    ("0 2 * * *", 36), ("* * * * *", 36), ("0 2,14 * * *", 36), ("0 2 * * 6", 7 * 24 + 12), ("0 2 * * 1-5", 84),
    ("0 2 * * mon,tue", 6 * 24 + 12), ("* 2 * * 6", 7 * 24 + 12), ("0 2 1 * *", 31 * 24 + 12),
    ("0 2 29 2 *", 1461 * 24 + 12), ("0 2 1 1 *", 365 * 24 + 12),
])  # fmt: skip
def test_a_schedule_is_given_its_longest_pause(cron, hours):
    assert watch.patience(cron) == timedelta(hours=hours)


def test_a_weekly_night_is_no_alert_before_the_next_one_is_late(connection, settings):
    weekly = replace(settings, cron="0 2 * * 6")
    told(connection, 40)
    watch.look(weekly, NOW)
    [found] = doctor._nights(weekly)
    assert (alerts(connection), found.ok) == ([], True)
    watch.look(weekly, NOW + timedelta(hours=141))
    [(_, _, message)] = alerts(connection)
    assert "none has ended for 181 hours" in message


def test_what_waits_is_sent_by_the_watch(connection, settings):
    connection.execute("insert into alerts (run_id, asset, message) values ('r', 'x', 'x: y')")
    connection.commit()
    with web_hook() as (port, received):
        watch.look(replace(settings, alert_urls=(f"json://127.0.0.1:{port}",)), NOW)
    assert len(received) == 1


@pytest.mark.parametrize(("hours", "ok"), [(35, True), (37, False)])
def test_the_doctor_tells_it_with_everything_else_down(connection, settings, hours, ok):
    told(connection, hours)
    [found] = doctor._nights(settings)
    assert (found.ok, found.detail) == (ok, f"last night ended {hours} h ago: rejected")


def test_the_doctor_tells_what_was_not_delivered(connection, settings):
    [found] = doctor._alerts(settings)
    assert found.ok
    connection.execute(
        "insert into alerts (run_id, message, state, attempts, problem) values ('r', 'm', 'failed', 6, 'json: refused')"
    )
    connection.commit()
    [found] = doctor._alerts(settings)
    assert (found.ok, found.detail) == (False, "1 not delivered, tried up to 6 times (json: refused)")
    assert "--send" in found.next_step
