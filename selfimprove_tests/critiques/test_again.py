"""Answers that people asked for again: evidence at night, once, where they were given."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from selfimprove.chats import days
from selfimprove.critiques import table
from selfimprove.critiques.answer import answers
from selfimprove.critiques.collect import collect
from selfimprove.critiques.criticise import Court
from selfimprove.critiques.critique import Evidence
from selfimprove.critiques.implicit import Implicit, done
from selfimprove.critiques.score import score
from selfimprove.critiques.witnesses import Witnesses
from selfimprove.datasets import table as datasets
from selfimprove.postgres import Connection
from selfimprove_tests.critiques.rows import add_chat

DAY = date(2026, 5, 4)
HEARD = Witnesses("tiny")


def exchanged(connection: Connection, id: str, chat_id: str, position: int, **more: Any) -> None:
    usual = {"root": chat_id, "parent": None, "relation": "new", "repeats": None, "ending": "stop", "answer": "hash"}
    row = usual | more
    connection.execute(
        "insert into exchanges (id, chat_id, position, root, parent, relation, repeats, asked, after, answer, at,"
        " model, adapter, ending) values (%(id)s, %(chat_id)s, %(position)s, %(root)s, %(parent)s, %(relation)s,"
        " %(repeats)s,"
        " '', '', %(answer)s, %(at)s, 'tiny', 'base', %(ending)s)",
        row | {"id": id, "chat_id": chat_id, "position": position, "at": datetime(2026, 5, 4, 12, tzinfo=UTC)},
    )


def implied(connection: Connection) -> dict[str, Implicit | None]:
    """By chat, what was implied of its last answer."""
    found = table.filtered(connection, [DAY])
    return {chat.id: collect(answer, HEARD).implicit for chat in found for answer in answers(chat)}


@pytest.mark.parametrize("how", ["retry", "edit"])
def test_another_answer_that_was_wanted_speaks_against_the_first(connection: Connection, how: str) -> None:
    first = add_chat(connection, DAY, "u: how are you?", "a: fine")
    second = add_chat(connection, DAY, "u: how are you?", "a: very well")
    exchanged(connection, "c1", first, 1)
    exchanged(connection, "c2", second, 1, relation=how, repeats="c1")
    assert implied(connection) == {first: Implicit(how, "another_answer"), second: None}  # type: ignore[arg-type]


def test_what_the_person_says_next_says_more_than_that_the_question_was_asked_again(connection: Connection) -> None:
    first = add_chat(connection, DAY, "u: how are you?", "a: fine", "u: thanks a lot", "a: welcome")
    exchanged(connection, "c1", first, 1)
    exchanged(connection, "c2", add_chat(connection, DAY, "u: x", "a: y"), 1, relation="retry", repeats="c1")
    found = [collect(answer, HEARD).implicit for chat in table.filtered(connection, [DAY]) for answer in answers(chat)]
    assert Implicit("approval", "words") in found
    assert Implicit("retry", "another_answer") not in found


@pytest.mark.parametrize(("ending", "answer"), [("cancelled", "hash"), ("failed", None), ("tool_calls", "hash")])
def test_who_got_no_whole_answer_asks_again_for_that_reason(
    connection: Connection, ending: str, answer: str | None
) -> None:
    first, second = (add_chat(connection, DAY, "u: how are you?", "a: fine") for _ in range(2))
    exchanged(connection, "c1", first, 1, ending=ending, answer=answer)
    exchanged(connection, "c2", second, 1, relation="retry", repeats="c1")
    assert implied(connection)[first] is None


def test_of_several_signs_the_retry_says_more_and_other_answers_asked_for_at_once_say_nothing(
    connection: Connection,
) -> None:
    chats = [add_chat(connection, DAY, "u: how are you?", "a: fine") for _ in range(5)]
    exchanged(connection, "c1", chats[0], 1)
    for number, how in enumerate(("edit", "retry", "edit"), 2):
        exchanged(connection, f"c{number}", chats[number - 1], 1, relation=how, repeats="c1")
    exchanged(connection, "c4#1", chats[4], 1, relation="other", repeats="c4")
    found = implied(connection)
    assert [found[chat] and found[chat].kind for chat in chats] == ["retry", None, None, None, None]  # type: ignore[union-attr]


def test_retries_weigh_more_than_edits_and_less_than_words() -> None:
    said = (None, done("edit"), done("retry"), Implicit("correction", "words"))
    scores = [score(Evidence(implicit=one)) for one in said]
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) == 4


def test_a_branch_is_scored_for_its_own_answers_alone_and_learned_by_the_scores_of_both(
    connection: Connection,
) -> None:
    first = add_chat(connection, DAY, "u: how are you?", "a: fine", "u: and why?", "a: because it is sunny")
    branch = add_chat(connection, DAY, "u: how are you?", "a: fine", "u: and why?", "a: because you are here")
    exchanged(connection, "c1", first, 1)
    exchanged(connection, "c2", first, 3, relation="next", parent="c1")
    exchanged(connection, "c3", branch, 3, relation="retry", parent="c1", repeats="c2", root=first)
    table.write(connection, DAY, Court(HEARD), "run")
    rows = connection.execute("select chat_id, position from critiques order by 1, 2").fetchall()
    assert sorted((row["chat_id"], row["position"]) for row in rows) == sorted([(first, 1), (first, 3), (branch, 3)])
    assert table.tally(connection, DAY)["unscored"] == 0
    days_clean(connection)
    scores = {one.id: dict(one.scores) for one in datasets.candidates(connection)}
    assert scores[branch].keys() == {1, 3}
    assert scores[branch][1] == scores[first][1]


def days_clean(connection: Connection) -> None:
    seen = days.fingerprint(connection, DAY)
    for stage in days.STAGES:
        days.close(connection, days.StageDay(stage, DAY, seen, "1", {}, "run"))
    for stage in days.STAGES:
        days.set_verdict(connection, stage, DAY, True)


def test_the_day_has_other_inputs_once_an_answer_of_it_was_asked_for_again(connection: Connection) -> None:
    first = add_chat(connection, DAY, "u: how are you?", "a: fine")
    before = days.fingerprint(connection, DAY)
    exchanged(connection, "c1", first, 1)
    assert days.fingerprint(connection, DAY) == before
    later = add_chat(connection, date(2026, 5, 9), "u: how are you?", "a: very well")
    exchanged(connection, "c2", later, 1, relation="retry", repeats="c1")
    asked_again = days.fingerprint(connection, DAY)
    assert asked_again != before
    connection.execute("delete from chats where id = %s", [later])
    assert days.fingerprint(connection, DAY) == before
