"""Closes a day's books: what came in, counted, and whether the counts still hold."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from selfimprove.chats import days, table
from selfimprove.chats.days import StageDay
from selfimprove.chats.table import DayCounts
from selfimprove.postgres import Connection

STAGE: days.Stage = "chat_logs"
RULE_VERSION = "1"


def close(connection: Connection, day: date, run_id: str) -> DayCounts:
    """Count a day's chats and store the counts with the fingerprint they were counted under."""
    counts = table.count(connection, day)
    books = StageDay(STAGE, day, days.fingerprint(connection, day), RULE_VERSION, books_of(counts), run_id)
    days.close(connection, books)
    return counts


def books_of(counts: DayCounts) -> dict[str, Any]:
    """Counts as the daily stages store them; nothing is ever rejected here."""
    return {
        "in": counts.chats,
        "out": counts.chats,
        "rejected": {},
        "turns": counts.turns,
        "sources": counts.sources,
        "feedback": counts.feedback,
    }


def lost(books: Mapping[str, Any], counts: DayCounts) -> list[str]:
    """What the books and the rows disagree on, one sentence each."""
    found = []
    if books["in"] != books["out"] + sum(books["rejected"].values()):
        found.append(f"{books['in']} in, but {books['out']} out and {books['rejected']} rejected")
    if (books["in"], books["turns"], books["feedback"]) != (counts.chats, counts.turns, counts.feedback):
        held = f"{counts.chats} chats of {counts.turns} turns with feedback {counts.feedback}"
        found.append(f"{books['in']} chats of {books['turns']} turns in the books, {held} in the table")
    if counts.misplaced_feedback:
        found.append(f"{counts.misplaced_feedback} pieces of feedback on answers that do not exist")
    return found


def open_rows(counts: DayCounts) -> list[str]:
    """Rows of a day that are not sealed, in one sentence."""
    return [f"{counts.unsealed} rows without a key, a nonce or a ciphertext"] if counts.unsealed else []
