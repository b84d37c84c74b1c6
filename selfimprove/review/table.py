"""What the pages show, read as reviewer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from selfimprove import postgres
from selfimprove.critiques import critique
from selfimprove.critiques.critique import Evidence
from selfimprove.errors import AdapterUnknown, ChatUnknown
from selfimprove.postgres import Connection
from selfimprove.review.pick import Answer, Slice
from selfimprove.review.words import language

Row = dict[str, Any]
CANDIDATES, RATED = 400, 1000  # answers that are weighed against each other, and rated ones that are known
ANSWERED = {
    "approved": {"outcome": "promoted", "sentence": "You let this night’s model answer."},
    "declined": {"outcome": "rejected", "sentence": "You turned this night’s model down."},
}
SOURCE = "review"  # of feedback that is given on these pages


def unrated(connection: Connection) -> list[Answer]:
    """Answers to ask about, those whose score could go either way first."""
    return [
        Answer(
            row["chat_id"], row["position"], row["score"], critique.from_json(row["evidence"]),
            (language(row["language"]), row["source"]),
        )
        for row in rows(connection, "unrated", most=CANDIDATES)
    ]  # fmt: skip


def rated(connection: Connection) -> list[Evidence]:
    """Evidence of answers that were rated, the newest."""
    return [critique.from_json(row["evidence"]) for row in rows(connection, "rated", most=RATED)]


def slices(connection: Connection) -> dict[Slice, int]:
    """How many answers of each kind of chat were rated."""
    return {(language(row["language"]), row["source"]): row["answers"] for row in rows(connection, "rated_slices")}


def how_many_unrated(connection: Connection) -> int:
    """How many answers wait for a rating that would settle something."""
    return int(rows(connection, "how_many_unrated")[0]["answers"])


def nights(connection: Connection, limit: int) -> list[Row]:
    """Told nights, the newest first; what a person answered since the morning is told as it is now."""
    found = rows(connection, "nights", limit=limit)
    return [one | ANSWERED.get(one["asked"], {}) if one["outcome"] == "waiting" else one for one in found]


def chat(connection: Connection, id: str) -> Row:
    """A chat's redacted text (None where it was left out before), and what became of it.

    Raises:
        ChatUnknown: there is none of this id.
    """
    found = rows(connection, "chat", id=id)
    if not found:
        raise ChatUnknown(found="No", given=id)
    return found[0]


def adapter(connection: Connection, id: str) -> Row:
    """One adapter as the list has it.

    Raises:
        AdapterUnknown: there is none of this id.
    """
    found = rows(connection, "adapters", id=id)
    if not id or not found:
        raise AdapterUnknown(found="No", given=id)
    return found[0]


def reviewed(connection: Connection, since: datetime) -> Row | None:
    """What was done last on these pages since a moment: what an undo takes back."""
    return next(iter(rows(connection, "reviewed", source=SOURCE, since=since)), None)


def rows(connection: Connection, name: str, **given: object) -> list[Row]:
    """The rows of a named query of this room."""
    return connection.execute(getattr(postgres.queries("review"), name), given).fetchall()


def lineage(adapters: Sequence[Mapping[str, Any]], id: str) -> list[Mapping[str, Any]]:
    """An adapter and those it went on from, itself first."""
    known = {one["id"]: one for one in adapters}
    found: list[Mapping[str, Any]] = []
    while id in known and known[id] not in found:
        found.append(known[id])
        id = known[id]["parent"]
    return found
