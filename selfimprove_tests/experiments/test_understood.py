"""Signs that only a night understands count from that night on, and change nothing that was counted before."""

from datetime import date, datetime, timedelta

import pytest
from psycopg.types.json import Jsonb

from selfimprove.critiques.sources import FEW
from selfimprove.experiments import table
from selfimprove.experiments.heard import heard
from selfimprove.postgres import Connection
from selfimprove_tests.experiments.conftest import Succession
from selfimprove_tests.experiments.make import react, talk
from selfimprove_tests.experiments.test_look import begun, seen

GUEST = "0a0a0a0a"


def understood(connection: Connection, root: str, day: date, kind: str = "correction") -> None:
    """What a night makes of the words after an answer."""
    row = {"id": root, "day": day, "evidence": Jsonb({"implicit": {"kind": kind}, "explicit": []})}
    connection.execute("delete from redacted_chats where chat_id = %(id)s", row)  # and all that came of it
    connection.execute("insert into redacted_chats values (%(id)s, %(day)s, '[]', '[]', '{}', '1')", row)
    connection.execute("insert into filtered_chats values (%(id)s, %(day)s, null, '1')", row)
    connection.execute("insert into critiques values (%(id)s, 1, %(day)s, 0.2, %(evidence)s, '1')", row)


def night(connection: Connection, name: str, day: date, at: datetime) -> None:
    """A night that had all chats up to the end of this day, and was through with them at that time."""
    connection.execute(
        "insert into dataset_runs (run_id, night, sentence, counts, at) values (%s, %s, '', '{}', %s)",
        (name, day + timedelta(days=1), at),
    )


def counted(succession: Succession) -> set[tuple[str, bool]]:
    """The conversations whose sign counts, and whether it is a good one."""
    connection = succession.house.connection
    experiment = table.running(connection)
    assert experiment is not None
    rows = table.chats(connection, experiment)
    return {(rows[number]["root"], rows[number]["pleased"]) for number in heard(rows)}


@pytest.mark.parametrize(("kind", "figures"), [("correction", (1, 0)), ("retry", (1, 0)), ("approval", (0, 1))])
def test_what_a_night_understood_counts_once_it_is_through(
    succession: Succession, kind: str, figures: tuple[int, int]
) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    talk(connection, "one", succession.second, at)
    understood(connection, "one", at.date(), kind)
    night(connection, "the night before", at.date() - timedelta(days=1), at + timedelta(hours=1))
    night(connection, "begun before it was said", at.date(), at - timedelta(minutes=1))
    assert seen(succession).challenger.displeased == seen(succession).challenger.pleased == 0
    night(connection, "its night", at.date(), at + timedelta(days=1, hours=3))
    found = seen(succession).challenger
    assert (found.displeased, found.pleased) == figures


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_late_night_takes_no_sign_back_that_was_counted(succession: Succession, zone: str) -> None:
    """A guest shows his few by day; what he said the day before is understood hours after."""
    at, connection = begun(succession).started_at, succession.house.connection
    connection.execute("select set_config('timezone', %s, true)", [zone])
    day, morning = at.date(), at + timedelta(days=1, hours=6)
    talk(connection, "mine", succession.first, at)
    react(connection, "mine", at + timedelta(minutes=1), value=1)
    for number in range(FEW):
        talk(connection, f"said {number}", succession.second, at + timedelta(minutes=number), token=GUEST)
        talk(connection, f"thumb {number}", succession.second, morning + timedelta(minutes=number), token=GUEST)
        react(connection, f"thumb {number}", morning + timedelta(minutes=number, seconds=9), source=f"gateway:{GUEST}")
    react(connection, "said 0", morning + timedelta(seconds=1), value=1, source=f"gateway:{GUEST}")
    before = counted(succession)
    assert len(before) == 1 + FEW
    for number in range(FEW):
        understood(connection, f"said {number}", day)
    night(connection, "late", day, morning + timedelta(hours=2))
    assert counted(succession) >= before
    assert seen(succession).challenger.uncounted_displeased == FEW


def test_what_is_read_anew_after_a_later_thumb_stays_where_it_was(succession: Succession) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    day, later = at.date(), at + timedelta(days=1)
    talk(connection, "mine", succession.first, at)
    react(connection, "mine", at + timedelta(minutes=1), value=1)
    for number in range(FEW):
        talk(connection, f"said {number}", succession.second, at + timedelta(minutes=number), token=GUEST)
        understood(connection, f"said {number}", day)
    night(connection, "first", day, later)
    before = counted(succession)
    assert len(before) == 1 + FEW
    for number in range(FEW):
        react(connection, f"said {number}", later + timedelta(hours=1), value=1, source=f"gateway:{GUEST}")
        understood(connection, f"said {number}", day)
    night(connection, "second", day + timedelta(days=1), later + timedelta(days=1))
    assert counted(succession) == before
