from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import numpy as np
import pytest

from selfimprove import postgres
from selfimprove.chats import days
from selfimprove.curation import table
from selfimprove.curation.filter_day import STAGE, Filtered, filter_day, reopen_later
from selfimprove.curation.past import Past
from selfimprove.privacy.redacted_chat import RedactedChat
from selfimprove_tests.curation.chats import DAY, chat, said
from selfimprove_tests.curation.rows import lengths, reasons, store, stored
from selfimprove_tests.curation.test_content import ANSWER, ASKED

NEXT = DAY + timedelta(days=1)
LAST = DAY + timedelta(days=2)
GOOD = chat("What is the capital of France?", "The capital of France is Paris.")
LONG = chat(ASKED, ANSWER)
REWORDED = chat(ASKED.replace("would", "should"), ANSWER)


def run(database: str, *of_days: date, past: Past | None = None, run_id: str = "run") -> list[Filtered]:
    """The days, each in a transaction of its own, as the asset does it."""
    past, done = past or Past(), []
    for day in of_days:
        with postgres.connect(database, snapshot=True) as connection:
            done.append(filter_day(connection, day, past, lengths, run_id))
    return done


def on(day: date, *chats: RedactedChat) -> list[RedactedChat]:
    return [replace(one, day=day) for one in chats]


def test_good_chats_pass_and_others_have_their_reason(connection: postgres.Connection, database: str) -> None:
    ids = store(
        connection, [GOOD, chat("#private", "I see."), chat("Hi", ""), LONG, GOOD, REWORDED, chat("Hi", "Hello")]
    )
    (done,) = run(database, DAY)
    assert (done.came, done.passed) == (7, 3)
    found = reasons(connection)
    assert {ids.index(id): r.reason for id, r in found.items()} == {
        1: "no_train",
        2: "too_short",
        4: "exact_duplicate",
        5: "near_duplicate",
    }
    assert (found[ids[4]].duplicate_of, found[ids[4]].detail) == (ids[0], {"similarity": 1.0})
    assert found[ids[5]].duplicate_of == ids[3]
    assert found[ids[1]].detail == {"position": 0, "rule": "message"}
    (books,) = days.read(connection, STAGE, [DAY])
    assert books.counts == {**done.books(), "in": 7, "out": 3, "embedded": 3}
    assert (books.fingerprint, books.passed) == (days.fingerprint(connection, DAY), None)
    assert table.tally(connection, DAY) == {"redacted": 7, "filtered": 3, "rejected": 4, "embedded": 3, "repeated": 0}


def test_every_redacted_chat_has_a_sketch_kept_or_not(connection: postgres.Connection, database: str) -> None:
    ids = store(connection, [GOOD, chat("#private", "I see.")])
    run(database, DAY)
    assert {row[0] for row in stored(connection)["sketches"]} == set(ids)


def test_the_original_is_the_earliest_of_all_days(connection: postgres.Connection, database: str) -> None:
    first, second = store(connection, [LONG, GOOD])
    others = store(connection, [*on(NEXT, REWORDED, GOOD), *on(LAST, chat(ASKED + " Please", ANSWER))])
    run(database, DAY, NEXT, LAST)
    found = reasons(connection)
    assert [found[id].duplicate_of for id in others] == [first, second, first]


def test_within_a_day_the_chat_that_began_first_is_the_original(connection: postgres.Connection, database: str) -> None:
    ids = store(connection, [LONG, *[replace(LONG, feedback=()) for _ in range(5)]])
    run(database, DAY)
    assert {r.duplicate_of for r in reasons(connection).values()} == {ids[0]}


def test_any_order_of_days_gives_the_same_rows(connection: postgres.Connection, database: str) -> None:
    for day in (DAY, NEXT, LAST):
        store(connection, on(day, GOOD, REWORDED, LONG, chat(f"What is {day.day} plus 4?", f"{day.day + 4}")))
    run(database, DAY, NEXT, LAST)
    expected = stored(connection)
    assert len(expected["filtered"]) == 2 + 3
    for order in permutations((DAY, NEXT, LAST)):
        connection.execute("truncate filtered_chats, sketches, embeddings cascade")
        connection.execute("delete from rejections")
        connection.commit()
        for day in order:
            _run_with_what_follows(database, day)
        assert stored(connection) == expected
        connection.rollback()


def _run_with_what_follows(database: str, day: date) -> None:
    """A day, and after it the later ones that would come out otherwise now, as its checks would let them pass."""
    run(database, day)
    with postgres.connect(database) as connection:
        days.set_verdict(connection, STAGE, day, True)
        later = reopen_later(connection, day, Past())
    for one in later:
        _run_with_what_follows(database, one)


def test_a_day_twice_gives_the_same_rows_and_embeds_nothing_again(
    connection: postgres.Connection, database: str
) -> None:
    store(connection, [GOOD, LONG, REWORDED])
    run(database, DAY)
    expected = stored(connection)
    connection.rollback()
    texts: list[str] = []

    def watched(given: Sequence[str]) -> np.ndarray:
        texts.extend(given)
        return lengths(given)

    with postgres.connect(database, snapshot=True) as again:
        done = filter_day(again, DAY, Past(), watched, "again")
    assert (done.passed, done.embedded, texts) == (2, 0, [])
    assert stored(connection) == expected


def test_an_error_half_way_leaves_the_old_rows(connection: postgres.Connection, database: str) -> None:
    ids = store(connection, [GOOD, LONG])
    run(database, DAY)
    expected = stored(connection)
    connection.execute("delete from embeddings where chat_id = %s", [ids[0]])
    connection.commit()

    def broken(texts: Sequence[str]) -> np.ndarray:
        raise MemoryError

    with pytest.raises(MemoryError), postgres.connect(database, snapshot=True) as failing:
        filter_day(failing, DAY, Past(), broken, "run")
    after = stored(connection)
    assert {**after, "embeddings": []} == {**expected, "embeddings": []}
    assert len(after["embeddings"]) == 1
    connection.rollback()
    run(database, DAY)
    assert stored(connection) == expected


def test_a_correction_is_no_repeat_of_what_it_corrects(connection: postgres.Connection, database: str) -> None:
    unknown = chat("What is my dog's name?", "I do not know your dog's name yet.")
    corrected = replace(unknown, feedback=(said("correction", text="Your dog is called Rex."),))
    ids = store(connection, [unknown, corrected, unknown, corrected])
    run(database, DAY)
    assert {ids.index(id): ids.index(r.duplicate_of or "") for id, r in reasons(connection).items()} == {2: 0, 3: 1}


def test_a_verdict_is_not_lost_to_an_earlier_chat_without_one(connection: postgres.Connection, database: str) -> None:
    liked = replace(GOOD, feedback=(said("thumbs", value=1),))
    ids = store(connection, [GOOD, liked, GOOD, liked, *on(NEXT, GOOD)])
    run(database, DAY, NEXT)
    found = reasons(connection)
    assert {ids.index(id): ids.index(r.duplicate_of or "") for id, r in found.items()} == {2: 0, 3: 1, 4: 0}
    assert {r.reason for r in found.values()} == {"exact_duplicate"}


def test_a_repeat_without_a_verdict_adds_nothing(connection: postgres.Connection, database: str) -> None:
    liked, original = store(connection, [replace(GOOD, feedback=(said("thumbs", value=1),)), GOOD])
    run(database, DAY)
    assert {id: (r.reason, r.duplicate_of) for id, r in reasons(connection).items()} == {
        original: ("exact_duplicate", liked)
    }


def test_templates_that_differ_in_the_word_that_matters_all_stay(
    connection: postgres.Connection, database: str
) -> None:
    pets = {"dog": "Rex", "cat": "Tom", "cow": "Ina", "hen": "Bea", "pig": "Max"}
    asked = [
        chat(f"Please tell me, what is the name of my {pet} again?", f"Your {pet} is {name}.")
        for pet, name in pets.items()
    ]
    sums = [
        chat(f"What is {n} plus {n + 1}? Answer with a full sentence, please.", f"It is {2 * n + 1}.")
        for n in range(30)
    ]
    store(connection, [*asked, *sums])
    (done,) = run(database, DAY)
    assert done.rejected == {}


def test_sketches_of_another_version_are_made_anew(connection: postgres.Connection, database: str) -> None:
    first, _ = store(connection, [LONG, *on(NEXT, REWORDED)])
    run(database, DAY, NEXT)
    expected = stored(connection)
    connection.execute("update sketches set rule_version = '0', text_hash = '', sketch = ''")
    connection.commit()
    run(database, NEXT)
    assert stored(connection) == expected
    assert {r.duplicate_of for r in reasons(connection).values()} == {first}


def test_batches_of_any_size_give_the_same_rows(
    connection: postgres.Connection, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(connection, [GOOD, LONG, REWORDED, GOOD, chat("Hi", "Hello"), *on(NEXT, LONG, REWORDED, GOOD)])
    run(database, DAY, NEXT)
    expected = stored(connection)
    connection.execute("truncate sketches")
    connection.commit()
    monkeypatch.setattr("selfimprove.curation.table.BATCH", 2)
    monkeypatch.setattr("selfimprove.curation.past.BATCH", 1)
    run(database, NEXT)
    run(database, DAY)
    assert stored(connection) == expected


def test_a_day_without_chats_is_closed_with_nothing(connection: postgres.Connection, database: str) -> None:
    (done,) = run(database, DAY)
    assert done.books() == {"in": 0, "out": 0, "rejected": {}, "embedded": 0}
    assert len(days.read(connection, STAGE, [DAY])) == 1


def test_the_language_of_long_answers_is_stored(connection: postgres.Connection, database: str) -> None:
    german = chat("Und morgen?", "Morgen scheint die Sonne, und bis zum Abend bleibt es trocken.")
    ids = store(connection, [GOOD, german])
    run(database, DAY)
    assert {row[0]: row[2] for row in stored(connection)["filtered"]} == {ids[0]: None, ids[1]: "de"}
