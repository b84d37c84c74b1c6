"""The books of the four daily stages."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from selfimprove.chats import days
from selfimprove.chats.days import STAGES, Rejection, Stage, StageDay
from selfimprove.postgres import Connection

DAY = date(2026, 3, 1)
CHAT = "insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed) "
CHAT += "values (%s, 'test', %s, now(), 2, 'train', %s, 'k', '', '')"

THUMB = "insert into feedback (id, chat_id, position, kind, source) values ('f', %s, 1, 'thumbs', 'test')"


def closed(stage: Stage, day: date = DAY) -> StageDay:
    return StageDay(stage, day, "f", "1", {"in": 2, "out": 1, "rejected": {"too_short": 1}}, "run")


def clean(connection: Connection) -> list[date]:
    return [row["day"] for row in connection.execute("select day from clean_days order by day")]


def test_only_days_with_chats_or_closed_before_are_worked_on(connection: Connection) -> None:
    connection.execute(CHAT, ("a" * 32, DAY, "d"))
    days.close(connection, closed("chat_logs", DAY - timedelta(1)))
    asked = [DAY + timedelta(n) for n in range(-3, 3)]
    assert days.with_chats(connection, asked) == [DAY - timedelta(1), DAY]
    assert days.with_chats(connection, []) == []


def test_a_fingerprint_changes_with_content_and_feedback_and_is_empty_without_chats(connection: Connection) -> None:
    seen = [days.fingerprint(connection, DAY)]
    connection.execute(CHAT, ("a" * 32, DAY, "d"))
    seen.append(days.fingerprint(connection, DAY))
    connection.execute("update chats set digest = 'e'")
    seen.append(days.fingerprint(connection, DAY))
    connection.execute(THUMB, ("a" * 32,))
    seen.append(days.fingerprint(connection, DAY))
    assert seen[0] == ""
    assert len(set(seen)) == 4


def test_closing_stores_the_counts_and_reads_back(connection: Connection) -> None:
    days.close(connection, closed("filtered_chats"))
    assert days.read(connection, "filtered_chats", [DAY]) == [closed("filtered_chats")]
    assert days.read(connection, "chat_logs", [DAY]) == []


def test_a_fingerprint_is_the_same_for_one_day_and_for_all(connection: Connection) -> None:
    for number, day in enumerate([DAY, DAY, DAY + timedelta(1)]):
        connection.execute(CHAT, (f"{number}" * 32, day, "d"))
    connection.execute(THUMB, ("1" * 32,))
    rows = connection.execute("select day, chats, fingerprint from day_fingerprints order by day").fetchall()
    assert [(row["day"], row["chats"]) for row in rows] == [(DAY, 2), (DAY + timedelta(1), 1)]
    assert [row["fingerprint"] for row in rows] == [days.fingerprint(connection, row["day"]) for row in rows]


def test_unchanged_days_passed_by_the_same_rules_and_hold_what_they_held(connection: Connection) -> None:
    connection.execute(CHAT, ("a" * 32, DAY, "d"))

    def unchanged(rule_version: str = "1") -> list[date]:
        return [*days.unchanged(connection, "chat_logs", rule_version, [DAY])]

    days.close(connection, replace(closed("chat_logs"), fingerprint=days.fingerprint(connection, DAY)))
    assert unchanged() == []
    days.set_verdict(connection, "chat_logs", DAY, False)
    assert unchanged() == []
    days.set_verdict(connection, "chat_logs", DAY, True)
    assert (unchanged(), unchanged("2")) == ([DAY], [])
    connection.execute(THUMB, ("a" * 32,))
    assert unchanged() == []


def test_a_verdict_is_kept_until_the_stage_or_an_earlier_one_runs_again(connection: Connection) -> None:
    connection.execute(CHAT, ("a" * 32, DAY, "d"))
    for stage in STAGES:
        days.close(connection, replace(closed(stage), fingerprint=days.fingerprint(connection, DAY)))
        days.set_verdict(connection, stage, DAY, True)
    assert clean(connection) == [DAY]
    days.close(connection, closed("filtered_chats"))
    passed = {stage: days.read(connection, stage, [DAY])[0].passed for stage in STAGES}
    assert passed == {"chat_logs": True, "redacted_chats": True, "filtered_chats": None, "critique_scores": None}
    assert clean(connection) == []


def test_closing_a_day_leaves_other_days_alone(connection: Connection) -> None:
    other = DAY + timedelta(1)
    for day in (DAY, other):
        days.close(connection, closed("critique_scores", day))
        days.set_verdict(connection, "critique_scores", day, True)
    days.close(connection, closed("chat_logs"))
    assert [row.passed for row in days.read(connection, "critique_scores", [DAY, other])] == [None, True]


def test_rejections_are_stored_with_reason_and_cleared_by_stage_and_day(connection: Connection) -> None:
    for letter in "ab":
        connection.execute(CHAT, (letter * 32, DAY, "d"))
    rows = [Rejection("a" * 32, "too_short", {"characters": 3}), Rejection("b" * 32, "near_duplicate", {}, "a" * 32)]
    days.reject(connection, "filtered_chats", DAY, "1", rows)
    days.clear(connection, "redacted_chats", DAY)
    days.clear(connection, "filtered_chats", DAY + timedelta(1))
    stored = connection.execute("select reason, detail, duplicate_of from rejections order by chat_id").fetchall()
    assert stored == [
        {"reason": "too_short", "detail": {"characters": 3}, "duplicate_of": None},
        {"reason": "near_duplicate", "detail": {}, "duplicate_of": "a" * 32},
    ]
    days.clear(connection, "filtered_chats", DAY)
    assert connection.execute("select count(*) as n from rejections").fetchone() == {"n": 0}


@pytest.mark.parametrize(("stage", "later"), [("chat_logs", 3), ("redacted_chats", 2), ("critique_scores", 0)])
def test_stages_are_in_flow_order(stage: Stage, later: int) -> None:
    assert len(STAGES) - STAGES.index(stage) - 1 == later
