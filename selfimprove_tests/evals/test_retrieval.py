"""Recall and reciprocal rank by hand, and the installed search on seeded facts among near-misses."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from selfimprove.datasets.memories import key
from selfimprove.evals.retrieval import Fact, Ranking, facts, measure, mrr, of_chats, of_memories, rank, recall_at
from selfimprove.postgres import Connection

RANKINGS = [
    Ranking(("a", "b", "c"), frozenset("a")),  # found at once
    Ranking(("x", "y", "a"), frozenset("a")),  # third
    Ranking(("x", "y", "z"), frozenset("a")),  # not at all
    Ranking(("a", "x", "b"), frozenset("ab")),  # one of two, then both
]


def test_recall_is_the_share_of_what_is_relevant_among_the_first() -> None:
    assert recall_at(1, RANKINGS) == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    assert recall_at(2, RANKINGS) == pytest.approx((1 + 0 + 0 + 0.5) / 4)
    assert recall_at(3, RANKINGS) == pytest.approx((1 + 1 + 0 + 1) / 4)


def test_reciprocal_rank_counts_the_first_that_is_relevant() -> None:
    assert mrr(RANKINGS) == pytest.approx((1 + 1 / 3 + 0 + 1) / 4)


def test_no_questions_give_no_share() -> None:
    assert (recall_at(5, []), mrr([])) == (0.0, 0.0)
    assert measure([])["questions"] == 0


def test_facts_are_the_same_for_a_seed_and_differ_by_person() -> None:
    assert facts(3) == facts(3) != facts(4)
    assert len({fact.question for fact in facts()}) == len({fact.text for fact in facts()}) == len(facts()) == 64


def test_any_search_can_be_measured() -> None:
    seeded = [Fact("one", "It is red.", "Which colour?"), Fact("two", "It is round.", "Which form?")]

    def search(question: str, limit: int) -> list[str]:
        return ["two", "one"][:limit]

    assert measure(rank(search, seeded)) == {
        "questions": 2, "recall@1": 0.5, "recall@5": 1.0, "recall@10": 1.0, "mrr": 0.75,
    }  # fmt: skip


def numbered(texts: Sequence[str]) -> NDArray[np.float32]:
    """Fact n points along axis n, and so does its question, but for every eighth: that is its neighbour's."""
    axes = {fact.text: at for at, fact in enumerate(facts())}
    axes |= {fact.question: at + (at % 8 == 0) for at, fact in enumerate(facts())}
    return np.eye(384, dtype=np.float32)[[axes[text] for text in texts]]


def test_the_installed_search_is_measured_and_nothing_is_left_of_it(connection: Connection) -> None:
    found = of_chats(connection, numbered)
    assert (found["questions"], found["other_chats"]) == (64, 0)
    assert found["recall@1"] == pytest.approx(56 / 64, abs=1e-4)
    assert found["mrr"] >= found["recall@1"]
    for table in ("chats", "redacted_chats", "filtered_chats", "embeddings"):
        assert connection.execute(f"select count(*) as n from {table}").fetchone() == {"n": 0}


def test_what_was_seeded_is_taken_back_when_the_search_fails(connection: Connection) -> None:
    def broken(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.ones((len(texts), 3), np.float32)

    with pytest.raises(Exception, match="expected 384 dimensions"):
        of_chats(connection, broken)
    assert connection.execute("select count(*) as n from chats").fetchone() == {"n": 0}


def keyed(texts: Sequence[str]) -> NDArray[np.float32]:
    """As `numbered`, where a fact has its number by what it is kept under."""
    axes = {key(fact.asked_before, fact.text): at for at, fact in enumerate(facts())}
    axes |= {fact.question: at + (at % 8 == 0) for at, fact in enumerate(facts())}
    return np.eye(384, dtype=np.float32)[[axes[text] for text in texts]]


def test_the_search_of_memories_is_measured_without_what_was_superseded(connection: Connection) -> None:
    found = of_memories(connection, keyed)
    assert (found["questions"], found["other_memories"]) == (64, 0)
    assert found["recall@1"] == pytest.approx(56 / 64, abs=1e-4)  # the twins would have taken half of the places
    assert found["mrr"] >= found["recall@1"]
    for table in ("chats", "routes", "memories"):
        assert connection.execute(f"select count(*) as n from {table}").fetchone() == {"n": 0}


def test_memories_are_asked_for_in_other_words_than_they_were_told_with() -> None:
    assert not {fact.question for fact in facts()} & {fact.asked_before for fact in facts()}
    assert len({fact.asked_before for fact in facts()}) == 64
