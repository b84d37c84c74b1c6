"""A house with a past to look at: chats that were scored, nights that were told, adapters, alerts. No model runs."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove.critiques.critique import Confidence, Evidence, Explicit
from selfimprove.critiques.exchange import Finding
from selfimprove.critiques.implicit import Implicit
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.promotion.promote import promote
from selfimprove.reports import read
from selfimprove.reports import table as reports
from selfimprove_tests.forgetting.house import House as Rooms
from selfimprove_tests.forgetting.house import said
from selfimprove_tests.promotion import house as promotion
from selfimprove_tests.promotion.house import BAD, NIGHT
from selfimprove_tests.reports import rows as told

DAY = NIGHT - timedelta(days=1)
EVIL = (
    '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">'
    " </p></section><form action=//evil.example> [a](javascript:alert(1)) {{ 7*7 }} \u202e"
)
TALKS = (
    ("What do I call my dog?", "You call your dog Rex.", "No, I meant the other one."),
    ("How long do lentils simmer?", "Red lentils take about fifteen minutes, brown ones half an hour."),
    ("Schreibe [PERSON_1] eine kurze Absage.", "Lieber [PERSON_1], leider kann ich morgen nicht kommen."),
    ("Is this HTML fine?", f"Look: {EVIL}"),
    ("Name a colour.", "Blue blue blue blue blue."),
    ("What is the heron’s bridge?", "The heron sleeps under the red bridge."),
)
SAID = (
    (0.52, Evidence(implicit=Implicit("correction", "words"), confidence=Confidence(-1.2, -4.0, 9))),
    (0.62, Evidence(confidence=Confidence(-0.4, -2.0, 14), relevance=0.6)),
    (0.48, Evidence(confidence=Confidence(-1.9, -5.0, 11))),
    (0.55, Evidence(relevance=0.1)),
    (0.12, Evidence(findings=(Finding("looping", "one word five times"),))),
    (0.9, Evidence(explicit=(Explicit("thumbs", 1.0, "web"),))),
)


@dataclass(frozen=True)
class Furnished:
    """Ids: the chats in the order of TALKS, the adapters, the runs of the nights, the report that waits."""

    chats: list[str]
    first: str
    champion: str
    waiting: str
    runs: tuple[str, ...]
    report: str


def furnish(connection: Connection, home: Path) -> Furnished:
    """Fill an empty house; the second night's adapter answers, the third one's waits for a person."""
    rooms = Rooms(connection, home, Vault.open(home, connection))
    ids = rooms.hear(*(said(*turns, day=DAY, user="ada" if i < 3 else "bob") for i, turns in enumerate(TALKS)))
    _score(connection, ids)
    first = _night(rooms, "run-of-first-night", ids[1:2], None)
    champion = _night(rooms, "run-of-second-night", ids[:3], first)
    _told(connection, home, _rejected(rooms, first, champion))
    waiting, report = _waiting(rooms, first, champion, ids)
    runs = ("run-of-first-night", "run-of-second-night", "run-of-bad-night", "run-of-waiting-night")
    connection.commit()
    return Furnished(ids, first, champion, waiting, runs, report)


def _score(connection: Connection, ids: list[str]) -> None:
    for id, (score, evidence) in zip(ids, SAID, strict=True):
        connection.execute(
            "update critiques set score = %s, evidence = %s where chat_id = %s", (score, Jsonb(asdict(evidence)), id)
        )
        language = "de" if id == ids[2] else "en"
        connection.execute("update filtered_chats set language = %s where chat_id = %s", (language, id))
        connection.execute("update chats set side = 'train' where id = %s", (id,))


def _night(rooms: Rooms, run_id: str, chats: list[str], before: str | None) -> str:
    """A night whose adapter is promoted at once."""
    adapter = rooms.learn(run_id, *chats, parent=before)
    _read_chats(rooms.connection, run_id)
    rooms.champion(adapter, before, run_id)
    _answers(rooms.connection, run_id)
    _told(rooms.connection, rooms.home, run_id)
    return adapter


def _rejected(rooms: Rooms, first: str, champion: str) -> str:
    run_id = "run-of-bad-night"
    adapter = rooms.learn(run_id, parent=champion)
    report = promotion.report(_rows(rooms), adapter, champion=champion, anchor=first, run_id=run_id, tasks=(BAD,))
    promote(rooms.connection, report, run_id)
    _read_chats(rooms.connection, run_id)
    return run_id


def _waiting(rooms: Rooms, first: str, champion: str, ids: list[str]) -> tuple[str, str]:
    run_id = "run-of-waiting-night"
    adapter = rooms.learn(run_id, ids[2], parent=champion)
    report = promotion.report(_rows(rooms), adapter, champion=champion, anchor=first, run_id=run_id)
    promote(rooms.connection, report, run_id, ask=True)
    _read_chats(rooms.connection, run_id)
    _answers(rooms.connection, run_id)
    _told(rooms.connection, rooms.home, run_id)
    return adapter, report


def _read_chats(connection: Connection, run_id: str) -> None:
    told.stage(connection, run_id, "chat_logs", 40, {})
    told.stage(connection, run_id, "redacted_chats", 40, {"left_over_secret": 2})
    told.stage(connection, run_id, "filtered_chats", 38, {"too_short": 5, "near_duplicate": 3})


def _answers(connection: Connection, run_id: str) -> None:
    """Give the questions of a night's report words, some of them hostile."""
    which = "where example_id = any(select x.example_id from report_examples x join reports r on r.id = x.report_id"
    connection.execute(
        f"update eval_results set output = 'I do not know.' {which} where r.run_id = %s) and not passed", [run_id]
    )
    question = Jsonb([{"role": "user", "content": f"What do I call my boat? {EVIL}"}])
    boat = "'The Halibut. Or was it ' || left(id, 8) || '?'"  # with one answer they would be one question
    connection.execute(f"update eval_examples set messages = %s, reference = {boat} where task = 'fresh'", [question])
    right = f"update eval_results set output = 'The Halibut.' {which} where r.run_id = %s) and passed"
    connection.execute(right, [run_id])


def _told(connection: Connection, home: Path, run_id: str) -> None:
    """The morning report of a run; each is a minute younger than the one before."""
    _date(connection, run_id)
    report = reports.write(home / "reports", read.read(connection, run_id, date(2031, 5, 2)))
    reports.insert(connection, report)
    connection.execute(
        "update morning_reports set created_at = clock_timestamp() where run_id = %s", [run_id]
    )
    connection.commit()


def _date(connection: Connection, run_id: str) -> None:
    """Nights that follow one another; what counts is still when they were judged."""
    ago = {"run-of-first-night": 3, "run-of-second-night": 2, "run-of-bad-night": 1}.get(run_id, 0)
    run = {"ago": ago, "run": run_id, "night": NIGHT}
    its = "report_id in (select id from reports where run_id = %(run)s)"
    for table, rows in {"adapters": "run_id = %(run)s", "reports": "run_id = %(run)s", "decisions": its}.items():
        connection.execute(f"update {table} set night = %(night)s::date - %(ago)s::int where {rows}", run)


def _rows(rooms: Rooms) -> promotion.House:
    return promotion.House(rooms.connection, rooms.home)


def alert(connection: Connection, **changes: Any) -> None:
    """An alert as a failed night leaves it."""
    row = {"run_id": "r", "asset": "lora_adapter", "message": "lora_adapter: the loss became nan", "state": "kept"}
    row |= changes
    connection.execute(
        f"insert into alerts ({', '.join(row)}) values ({', '.join(['%s'] * len(row))})", list(row.values())
    )
    connection.commit()


