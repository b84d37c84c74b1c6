"""A day is written whole, counted, and one bad chat does not stop the others."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from selfimprove.chats import days
from selfimprove.chats.chat import Feedback
from selfimprove.errors import TaggerFailed, VaultKeyUnknown
from selfimprove.postgres import Connection
from selfimprove.privacy import table
from selfimprove.privacy.redact import Redacted, Span, redact
from selfimprove.privacy.redact_day import VERSION, Asked, Counts, redact_day
from selfimprove.privacy.vault import Vault
from selfimprove_tests.privacy.conftest import DAY, Store, chat, noon
from selfimprove_tests.privacy.made import Made

MADE = Made(111)


def nobody(texts: Sequence[str]) -> list[list[Span]]:
    """A tagger that finds no names."""
    return [[] for _ in texts]


def picky(texts: Sequence[str], _: Sequence[Sequence[Span]]) -> Redacted:
    """Fails on one chat, forgets one, redacts the others."""
    if "two" in texts[0]:
        raise RuntimeError(texts[0])
    return Redacted(tuple(texts), {}) if "three" in texts[0] else redact(texts)


def test_planted_failures_are_counted_and_the_day_goes_on(connection: Connection, vault: Vault, store: Store) -> None:
    email = MADE.email()
    _, two, three = store(chat("one", email), chat("two", "2"), chat("three", email))
    counts = redact_day(connection, DAY, vault, "run", Asked(nobody, picky))
    rejected = Counter(redactor_failed=1, left_over_secret=1)
    assert counts == Counts(DAY, 3, 1, rejected, Counter(EMAIL=1), 2)
    rows = connection.execute("select chat_id, reason, detail from rejections order by reason").fetchall()
    assert [(row["chat_id"], row["reason"]) for row in rows] == [(three, "left_over_secret"), (two, "redactor_failed")]
    assert email not in str(rows)


def test_the_books_agree_with_the_tables(connection: Connection, vault: Vault, store: Store) -> None:
    store(chat("one", MADE.email()), chat("two", "2"))
    redact_day(connection, DAY, vault, "run", Asked(nobody, picky))
    (closed,) = days.read(connection, "redacted_chats", [DAY])
    assert closed.fingerprint == days.fingerprint(connection, DAY)
    assert closed.rule_version == VERSION
    assert closed.counts == {
        "in": 2, "out": 1, "rejected": {"redactor_failed": 1}, "spans": {"EMAIL": 1}, "messages": 2
    }  # fmt: skip
    assert table.tally(connection, DAY) == table.Tally(2, 1, {"redactor_failed": 1}, {"EMAIL": 1})


def test_feedback_is_redacted_with_its_chat(connection: Connection, vault: Vault, store: Store) -> None:
    email = MADE.email()
    given = Feedback(1, "correction", None, f"it is {email}", "test", noon(DAY))
    store(chat(f"who is {email}?", "I do not know", feedback=[given]))
    redact_day(connection, DAY, vault, "run", Asked(nobody))
    (one,) = table.read(connection, DAY)
    assert [message.content for message in one.messages] == ["who is [EMAIL_1]?", "I do not know"]
    assert [feedback.text for feedback in one.feedback] == ["it is [EMAIL_1]"]


def test_more_chats_than_one_batch(connection: Connection, vault: Vault, store: Store) -> None:
    store(*(chat(f"question {n}", f"answer {n}") for n in range(table.BATCH + 3)))
    assert redact_day(connection, DAY, vault, "run", Asked(nobody)).passed == table.BATCH + 3
    assert len({one.id for one in table.read(connection, DAY)}) == table.BATCH + 3


def test_another_day_is_not_touched(connection: Connection, vault: Vault, store: Store) -> None:
    later = DAY + timedelta(days=1)
    store(chat("one", "1"), chat("two", "2", day=later))
    redact_day(connection, later, vault, "run", Asked(nobody))
    assert list(table.read(connection, DAY)) == []
    assert len(list(table.read(connection, later))) == 1


def test_an_unknown_key_stops_the_day(connection: Connection, vault: Vault, store: Store) -> None:
    store(chat("one", "1"))
    connection.execute("update chats set key_id = 'gone'")
    with pytest.raises(VaultKeyUnknown):
        redact_day(connection, DAY, vault, "run", Asked(nobody))


def test_no_raw_text_is_in_any_table(connection: Connection, vault: Vault, store: Store) -> None:
    email, password = MADE.email(), MADE.password()
    store(chat(f"I am {email}", f"your password is {password}"), chat(f"two {email}", "2"))
    redact_day(connection, DAY, vault, "run", Asked(nobody, picky))
    names = connection.execute("select tablename from pg_tables where schemaname = 'selfimprove'").fetchall()
    dump = "".join(str(connection.execute(f"select t::text from {row['tablename']} t").fetchall()) for row in names)
    assert email not in dump
    assert password not in dump


def test_the_tagger_is_asked_once_for_a_batch_and_what_it_finds_is_counted(
    connection: Connection, vault: Vault, store: Store
) -> None:
    asked: list[int] = []

    def names(texts: Sequence[str]) -> list[list[Span]]:
        asked.append(len(texts))
        return [[Span(0, 3, "NAME", "name_tagger")] if text.startswith("Ana") else [] for text in texts]

    store(chat("Ana is here", "ok"), chat("two", "2"))
    assert redact_day(connection, DAY, vault, "run", Asked(names)).spans == {"NAME": 1}
    assert asked == [4]
    contents = {message.content for one in table.read(connection, DAY) for message in one.messages}
    assert contents == {"[NAME_1] is here", "ok", "two", "2"}


def fails(texts: Sequence[str]) -> list[list[Span]]:
    raise TaggerFailed(reason="ValueError")


def forgets_one(texts: Sequence[str]) -> list[list[Span]]:
    return [[] for _ in texts[1:]]


def reaches_too_far(texts: Sequence[str]) -> list[list[Span]]:
    return [[Span(0, len(text) + 1, "NAME", "name_tagger")] for text in texts]


def says_nothing(texts: Sequence[str]) -> None:
    return None


@pytest.mark.parametrize("tagger", [fails, forgets_one, reaches_too_far, says_nothing])
def test_a_tagger_that_fails_stops_the_day(connection: Connection, vault: Vault, store: Store, tagger: Any) -> None:
    store(chat("one", "1"))
    with pytest.raises(TaggerFailed):
        redact_day(connection, DAY, vault, "run", Asked(tagger))
    assert list(table.read(connection, DAY)) == []


def test_the_tagger_hears_of_a_batch_before_the_one_before_it_is_redacted(
    connection: Connection, vault: Vault, store: Store
) -> None:
    store(*(chat(f"question {n}", f"answer {n}") for n in range(table.BATCH + 3)))
    told: list[str] = []

    def names(texts: Sequence[str]) -> list[list[Span]]:
        told.append(f"asked {len(texts)}")
        return nobody(texts)

    ask = Asked(names, look=lambda texts: told.append(f"looks {len(texts)}"))
    redact_day(connection, DAY, vault, "run", ask)
    assert told == [f"looks {2 * table.BATCH}", "looks 6", f"asked {2 * table.BATCH}", "asked 6"]
