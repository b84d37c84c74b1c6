"""Critiques in Postgres."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.chats import days
from selfimprove.chats.chat import Message
from selfimprove.chats.days import StageDay
from selfimprove.critiques.criticise import Criticised, criticise
from selfimprove.critiques.score import RULE_VERSION
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.postgres import Connection
from selfimprove.privacy.redacted_chat import RedactedChat, RedactedFeedback

STAGE: days.Stage = "critique_scores"


def filtered(connection: Connection, of_days: Sequence[date]) -> Iterator[RedactedChat]:
    """The filtered chats of some days, by day and id."""
    for row in connection.execute(postgres.queries("critiques").chats, {"days": list(of_days)}):
        messages = tuple(Message(turn["role"], turn["content"]) for turn in row["messages"])
        feedback = tuple(RedactedFeedback(**said) for said in row["feedback"])
        yield RedactedChat(row["id"], row["day"], messages, feedback)


def champion(connection: Connection, base_model: str) -> str | None:
    """Id of the adapter that answers, None while the base model does or when it belongs to another one."""
    row = connection.execute(postgres.queries("critiques").champion, {"base_model": base_model}).fetchone()
    return row["id"] if row else None


def write(connection: Connection, day: date, witnesses: Witnesses, run_id: str) -> Criticised:
    """Score the day's answers anew in this transaction, close the day, and return what was written."""
    connection.execute(postgres.queries("critiques").delete, {"day": day})
    days.clear(connection, STAGE, day)
    found = criticise(list(filtered(connection, [day])), witnesses)
    with connection.cursor().copy(postgres.queries("critiques").write) as copy:
        for one in found.critiques:
            copy.write_row((one.chat_id, one.position, day, one.score, Jsonb(asdict(one.evidence)), RULE_VERSION))
    days.reject(connection, STAGE, day, RULE_VERSION, found.rejections)
    seen = days.fingerprint(connection, day)
    days.close(connection, StageDay(STAGE, day, seen, RULE_VERSION, found.counts, run_id))
    return found


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
