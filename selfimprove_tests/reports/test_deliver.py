"""Alerts reach real receivers: as one digest, again after a failure, not for ever, and never twice the same target."""

import email
import socket
from datetime import UTC, datetime, timedelta
from email import policy

import pytest

from selfimprove.reports import alerts
from selfimprove.reports.alerts import Alert
from selfimprove.reports.deliver import BACK_OFF, MOST, QUIET, deliver, standing
from selfimprove.reports.send import send
from selfimprove_tests.reports.receivers import mail_server, tar_pit, web_hook

# apprise imports a module that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

URL = "http://127.0.0.1:3000/runs/r1"
GATE = Alert("r1", "eval_report", "keeps_core", "core fell (value -0.04, limit -0.03)", URL)
STEP = Alert("r1", "lora_adapter", "", "the loss became nan", URL)
NOW = datetime(2031, 5, 2, 7, 30, tzinfo=UTC)


def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def stored(connection):
    rows = connection.execute("select * from alerts order by id")
    return [(row["asset"], row["state"], row["attempts"]) for row in rows]


def test_without_a_target_alerts_are_kept_and_not_sent_later(connection):
    alerts.record(connection, [GATE])
    assert deliver(connection, [], NOW) == "kept"
    assert stored(connection) == [("eval_report", "kept", 1)]
    assert deliver(connection, ["json://127.0.0.1:1"], NOW + timedelta(days=1)) is None


def test_one_message_to_a_web_hook_tells_all(connection):
    alerts.record(connection, [GATE, STEP])
    with web_hook() as (port, received):
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW) == "sent"
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW + timedelta(days=1)) is None
    (body,) = received
    assert body["title"] == "selfimprove: 2 alerts"
    for words in ("eval_report", "keeps_core", "-0.04", "lora_adapter", URL):
        assert words in body["message"]


def test_a_mail_arrives_in_its_lines(connection):
    alerts.record(connection, [GATE, STEP])
    with mail_server() as (port, received):
        target = f"mailto://127.0.0.1:{port}?mode=insecure&from=night@example.org&to=owner@example.org"
        assert deliver(connection, [target], NOW) == "sent"
    mail = email.message_from_string(received[0], policy=policy.default)
    assert mail["subject"] == "selfimprove: 2 alerts"
    lines = mail.get_body(("plain",)).get_content().splitlines()
    assert [line for line in lines if line in (URL, "")] == [URL, "", URL], "run together, nobody can read them"
    assert any(line.endswith("core fell (value -0.04, limit -0.03)") for line in lines)


def test_a_failed_delivery_is_told_and_tried_again_when_its_time_has_come(connection):
    alerts.record(connection, [GATE])
    with web_hook(status=500) as (port, refused):
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW) == "failed"
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW + timedelta(seconds=59)) is None
    assert len(refused) == 1
    found = standing(connection)
    assert (found["failing"], found["given_up"], found["next_at"]) == (1, 0, NOW + BACK_OFF[0])
    assert found["problem"].startswith("json: Failed to send JSON")
    with web_hook() as (port, received):
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW + BACK_OFF[0]) == "sent"
    assert len(received) == 1
    assert standing(connection)["failing"] == 0


def test_it_is_tried_later_and_later_and_then_given_up_until_a_person_asks(connection):
    alerts.record(connection, [GATE])
    url, now, waits = f"json://127.0.0.1:{closed_port()}", NOW, []
    for _ in range(MOST):
        assert deliver(connection, [url], now) == "failed"
        waits.append(standing(connection)["next_at"])
        now = waits[-1] or now
    assert [b - a for a, b in zip([NOW, *waits], waits[:-1], strict=False)] == list(BACK_OFF)
    assert (standing(connection)["failing"], standing(connection)["given_up"]) == (0, 1)
    assert deliver(connection, [url], now + timedelta(days=30)) is None
    with web_hook() as (port, received):
        assert deliver(connection, [f"json://127.0.0.1:{port}"], now, insist=True) == "sent"
    assert len(received) == 1


def test_a_target_that_took_it_is_not_told_again_when_another_failed(connection):
    alerts.record(connection, [GATE])
    down = f"json://127.0.0.1:{closed_port()}"
    with web_hook() as (port, received):
        urls = [f"json://127.0.0.1:{port}", down]
        assert deliver(connection, urls, NOW) == "failed"
        assert deliver(connection, urls, NOW + BACK_OFF[0]) == "failed"
        alerts.record(connection, [STEP])
        assert deliver(connection, urls, NOW + BACK_OFF[0] + BACK_OFF[1]) == "failed"
    assert [body["title"] for body in received] == ["selfimprove: 1 alert", "selfimprove: 1 alert"]
    assert "lora_adapter" in received[1]["message"]
    assert "eval_report" not in received[1]["message"]


def test_a_target_that_never_comes_to_an_end_is_given_up():
    with tar_pit() as port:
        assert send("title", "body", f"json://127.0.0.1:{port}/", 0.3) == "json: it was not taken within 0.3 seconds"


def test_a_target_that_is_no_url_is_a_failure_that_keeps_its_password(connection):
    alerts.record(connection, [GATE])
    with web_hook() as (port, received):
        assert deliver(connection, [f"json://127.0.0.1:{port}", "nonsense:swordfish@x"], NOW) == "failed"
    assert len(received) == 1
    assert standing(connection)["problem"] == "nonsense: this is no address that apprise understands"


def test_a_storm_is_one_digest_and_the_next_one_waits(connection):
    storm = [Alert(f"r{n}", f"asset{n % 13}", "is_whole", f"row {n} is lost", URL) for n in range(300)]
    with web_hook() as (port, received):
        url = f"json://127.0.0.1:{port}"
        alerts.record(connection, storm[:299])
        assert deliver(connection, [url], NOW) == "sent"
        alerts.record(connection, storm[299:])
        assert deliver(connection, [url], NOW + timedelta(minutes=1)) is None
        alerts.record(connection, [GATE])
        assert deliver(connection, [url], NOW + QUIET) == "sent"
    first, second = (body["message"] for body in received)
    assert [body["title"] for body in received] == ["selfimprove: 299 alerts", "selfimprove: 2 alerts"]
    assert "asset0, check is_whole: row 286 is lost" in first
    assert "(23 times since" in first
    assert first.endswith("… and 3 more: `selfimprove reports alerts`")
    assert "row 299 is lost" in second
    assert "core fell" in second


def test_a_clock_that_ran_ahead_silences_nobody_after_a_digest(connection):
    ahead = NOW + timedelta(days=40)
    with web_hook() as (port, received):
        url = f"json://127.0.0.1:{port}"
        alerts.record(connection, [GATE])
        assert deliver(connection, [url], ahead) == "sent"
        alerts.record(connection, [STEP])
        assert deliver(connection, [url], ahead + QUIET - timedelta(seconds=1)) is None, "that clock may be right"
        assert deliver(connection, [url], NOW) == "sent"
        alerts.record(connection, [Alert("r2", "lora_adapter", "", "it went on", URL)])
        assert deliver(connection, [url], NOW + timedelta(minutes=1)) is None, "a digest has just gone out"
        assert deliver(connection, [url], NOW + QUIET) == "sent"
    assert len(received) == 3


def test_a_clock_that_ran_ahead_holds_no_attempt_back(connection):
    alerts.record(connection, [GATE])
    down = f"json://127.0.0.1:{closed_port()}"
    assert deliver(connection, [down], NOW + timedelta(days=40)) == "failed"
    assert deliver(connection, [down], NOW) == "failed"
    assert standing(connection)["next_at"] == NOW + BACK_OFF[1]
    assert deliver(connection, [down], NOW + BACK_OFF[1] - timedelta(seconds=1)) is None, "from then on as ever"
    with web_hook() as (port, received):
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW + BACK_OFF[1]) == "sent"
    assert len(received) == 1


def test_two_senders_at_once_tell_it_once(connection, database):
    from selfimprove import postgres

    alerts.record(connection, [GATE])
    connection.commit()
    with web_hook() as (port, received), postgres.connect(database) as other:
        assert deliver(connection, [f"json://127.0.0.1:{port}"], NOW) == "sent"
        assert deliver(other, [f"json://127.0.0.1:{port}"], NOW) is None
    assert len(received) == 1
