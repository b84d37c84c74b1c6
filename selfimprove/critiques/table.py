"""Critiques and calibrations in Postgres."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.chats import days
from selfimprove.chats.chat import Message
from selfimprove.chats.days import StageDay
from selfimprove.critiques import calibration as calibrations
from selfimprove.critiques import critique
from selfimprove.critiques.calibration import Calibration
from selfimprove.critiques.criticise import Court, Criticised, criticise
from selfimprove.critiques.ratings import Known
from selfimprove.critiques.score import RULE_VERSION
from selfimprove.critiques.sources import provenance
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

STAGE: days.Stage = "critique_scores"
MOST_RATED = 20_000  # answers, the newest ones: more would not change a weight


def filtered(connection: Connection, of_days: Sequence[date]) -> Iterator[RedactedChat]:
    """The filtered chats of some days, by day and id."""
    for row in connection.execute(postgres.queries("critiques").chats, {"days": list(of_days)}):
        messages = tuple(Message(turn["role"], turn["content"]) for turn in row["messages"])
        said = ({**one, "source": provenance(one["source"], row["user_key"])} for one in row["feedback"])
        feedback = tuple(RedactedFeedback(**one) for one in said)
        again = tuple((int(position), how) for position, how in sorted(row["again"].items()))
        yield RedactedChat(row["id"], row["day"], messages, feedback, frozenset(row["inherited"]), again)


def rated(connection: Connection, but: Sequence[date]) -> list[Known]:
    """The answers that people rated, of all days but these, with the evidence that was stored."""
    given = {"days": list(but), "most": MOST_RATED}
    rows = connection.execute(postgres.queries("critiques").rated, given)
    return [Known(row["chat_id"], row["position"], critique.from_json(row["evidence"])) for row in rows]


def champion(connection: Connection, base_model: str) -> str | None:
    """Id of the adapter that answers, None while the base model does or when it belongs to another one."""
    row = connection.execute(postgres.queries("critiques").champion, {"base_model": base_model}).fetchone()
    return row["id"] if row else None


def write(connection: Connection, day: date, court: Court, run_id: str) -> Criticised:
    """Score the day's answers anew in this transaction, close the day, and return what was written."""
    keep(connection, court.calibration, run_id)
    connection.execute(postgres.queries("critiques").delete, {"day": day})
    days.clear(connection, STAGE, day)
    found, by = criticise(list(filtered(connection, [day])), court), court.calibration.id
    with connection.cursor().copy(postgres.queries("critiques").write) as copy:
        for one in found.critiques:
            copy.write_row((one.chat_id, one.position, day, one.score, Jsonb(asdict(one.evidence)), RULE_VERSION, by))
    days.reject(connection, STAGE, day, RULE_VERSION, found.rejections)
    seen = days.fingerprint(connection, day)
    days.close(connection, StageDay(STAGE, day, seen, RULE_VERSION, found.counts, run_id))
    return found


def keep(connection: Connection, calibration: Calibration, run_id: str) -> None:
    """Store a calibration; one with the same weights that is there already gets the newest figures."""
    row = {name: Jsonb(value) if isinstance(value, dict) else value for name, value in calibration.as_json().items()}
    connection.execute(postgres.queries("critiques").keep, {**row, "run_id": run_id})


def calibration(connection: Connection, id: str | None = None) -> Calibration | None:
    """The calibration with this id, the newest without; None when there is none."""
    row = connection.execute(postgres.queries("critiques").calibration, {"id": id}).fetchone()
    return calibrations.from_json(row) if row else None


def tally(connection: Connection, day: date) -> Mapping[str, int]:
    """What is stored of a day: chats, rejected, criticised, answers, in_range, outdated, unscored."""
    queries = postgres.queries("critiques")
    stored = connection.execute(queries.tally, {"day": day, "rule_version": RULE_VERSION}).fetchone()
    missing = connection.execute(queries.unscored, {"day": day}).fetchone()
    assert stored is not None
    assert missing is not None
    return {**stored, "unscored": missing["answers"]}


def of_day(connection: Connection, day: date) -> list[dict[str, Any]]:
    """A day's critiques as rows, worst first."""
    return connection.execute(postgres.queries("critiques").list, {"day": day}).fetchall()


def of_chat(connection: Connection, prefix: str) -> list[dict[str, Any]]:
    """The critiques of the chat whose id begins so; none when no id or more than one does."""
    queries = postgres.queries("critiques")
    found = connection.execute(queries.like, {"prefix": prefix}).fetchall()
    return connection.execute(queries.show, {"chat": found[0]["chat_id"]}).fetchall() if len(found) == 1 else []
