"""No user, client or day supplies more than its share of what is learned."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from selfimprove.datasets.cap import SOURCES, capped, most
from selfimprove.datasets.example import Chosen, Rule
from selfimprove.datasets.split import Splits
from selfimprove_tests.datasets.make import FIRST, chosen, many

RULE = Rule(most_share=0.5, uncapped=8)


def by(user: str | None, n: int, *, client: str = "app", days: int = 5) -> list[Chosen]:
    who = f"{user} and {client}"
    made = [chosen(f"What is thing {i} of {who}?", f"{i}", i % days, chat_id=f"{who} {i}") for i in range(n)]
    return [replace(c, user_key=user, client=client) for c in made]


def splits(train: list[Chosen], remembered: list[Chosen] | None = None, fresh: list[Chosen] | None = None) -> Splits:
    return Splits(FIRST, tuple(train), (), tuple(fresh or ()), tuple(remembered or ()), (), frozenset())


def reasons(found: Splits) -> dict[str, int]:
    return dict(Counter(out.reason for out in found.left_out))


def share(found: Splits, user: str | None) -> float:
    kept = (*found.train, *found.remembered)
    return sum(c.user_key == user for c in kept) / len(kept)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((100, 100), 100),
        ((100, 99), 99),
        ((100, 10), 10),
        ((100, 1), 8),
        ((60, 30, 30), 60),
        ((61, 30, 30), 60),
        ((9,), 8),
    ],
)
def test_the_most_that_one_may_supply(counts: tuple[int, ...], expected: int) -> None:
    assert most(counts, 0.5, 8) == expected


@pytest.mark.parametrize("counts", [(1000, 3, 5, 7), (40, 30, 20), (500, 400, 2), (17, 16)])
def test_it_is_as_much_as_the_share_allows(counts: tuple[int, ...]) -> None:
    limit = most(counts, 0.4, 1)
    assert limit <= 0.4 * sum(min(n, limit) for n in counts) or limit == 1
    assert limit == max(counts) or limit + 1 > 0.4 * sum(min(n, limit + 1) for n in counts)


def test_a_flood_from_one_user_is_cut_to_what_all_others_supply() -> None:
    found = capped(splits([*by("one", 300), *by("two", 20), *by("three", 20)]), RULE)
    assert reasons(found) == {"over_share_user": 260}
    assert share(found, "one") == 0.5
    assert {out.example_id for out in found.left_out if out.example_id is None} == set()


def test_a_user_below_the_share_keeps_everything() -> None:
    given = splits([*by("one", 40), *by("two", 30), *by("three", 20)])
    assert capped(given, RULE) == given


def test_one_user_alone_has_no_share_to_keep() -> None:
    given = splits(by("one", 300))
    assert capped(given, RULE) == given
    unknown = splits(by(None, 300))
    assert capped(unknown, RULE) == unknown


def test_few_examples_are_never_cut() -> None:
    assert not capped(splits([*by("one", 8), *by("two", 1)]), RULE).left_out
    assert reasons(capped(splits([*by("one", 9), *by("two", 1)]), RULE)) == {"over_share_user": 1}
    assert not capped(splits([*by("one", 50), *by("two", 1)]), Rule()).left_out


def test_a_client_and_a_day_have_shares_too() -> None:
    flood = [replace(c, day=FIRST) for c in by("one", 60, client="script")]
    given = [*flood, *by("one", 20, client="app")]
    found = capped(splits(given), RULE)
    assert reasons(found).keys() == {"over_share_client", "over_share_day"}
    kept = Counter(c.client for c in found.train)
    assert kept["script"] <= kept["app"]
    assert Counter(c.day for c in found.train)[FIRST] <= max(8, len(found.train) // 2)


def test_what_one_share_leaves_out_makes_no_other_too_large() -> None:
    crowd = [replace(c, user_key=c.chat_id) for c in by("one", 40, client="many", days=40)]
    found = capped(splits([*crowd, *by("two", 40, client="few", days=1)]), RULE)
    kept = found.train
    assert len({c.day for c in kept}) > 1
    for reason, of in SOURCES.items():
        supplied = Counter(map(of, kept)).most_common(1)[0][1]
        assert supplied <= max(RULE.uncapped, RULE.most_share * len(kept)), reason


def test_what_is_remembered_counts_and_what_tests_does_not() -> None:
    found = capped(splits(by("one", 30), by("two", 30), by("three", 200, client="test")), RULE)
    assert not found.left_out
    cut = capped(splits(by("one", 10), by("two", 30)), RULE)
    assert (len(cut.train), len(cut.remembered)) == (10, 10)


def said(source: str, n: int, *, owner: bool = False) -> list[Chosen]:
    """Lessons by the word of a source, of one user over five days."""
    return [replace(c, user_key=None, taught_by=source, has_cap=not owner) for c in by(source, n)]


@pytest.mark.parametrize(
    ("owned", "strangers", "kept"),
    [
        (190, (40,), [10]),  # 10 of 200 are a twentieth
        (190, (10,), [10]),
        (189, (10,), [9]),
        (19, (30,), [5]),  # a second device may speak a few times
        (360, (90, 80, 6), [20, 20, 6]),  # 20 of 406, and 21 would be too many
        (0, (400,), [20]),  # no owner taught: a twentieth of what was said at first
        (0, (60,) * 5, [15] * 5),
        (0, (30,), [5]),
    ],
)
def test_a_source_of_little_feedback_teaches_a_twentieth(owned: int, strangers: Any, kept: list[int]) -> None:
    given = said("owner", owned, owner=True)
    given += [c for number, n in enumerate(strangers) for c in said(f"stranger {number}", n)]
    found = capped(splits([*given, *by(None, 50)]), Rule(most_share=1.0))
    left = Counter(c.taught_by for c in found.train)
    assert [left[f"stranger {number}"] for number in range(len(strangers))] == kept
    assert (left["owner"], left[None]) == (owned, 50)
    gone = sum(strangers) - sum(kept)
    assert reasons(found) == ({"over_share_feedback": gone} if gone else {})


def test_a_flood_of_one_night_is_weighed_against_what_is_learned_that_night() -> None:
    tonight = [*said("owner", 19, owner=True), *said("stranger", 500)]
    found = capped(splits(tonight, said("owner 2", 171, owner=True)), RULE)
    assert sum(c.has_cap for c in found.train) == 10


def test_what_an_owner_says_has_no_cap() -> None:
    given = splits([*said("one", 300, owner=True), *said("two", 9, owner=True), *by(None, 3)])
    assert "over_share_feedback" not in reasons(capped(given, Rule(most_share=1.0)))


def test_the_lot_decides_the_same_in_any_order() -> None:
    given = [*by("one", 100), *by("two", 20)]
    kept = [{c.example.id for c in capped(splits(one), RULE).train} for one in (given, given[::-1])]
    assert kept[0] == kept[1]
    assert kept[0] != {c.example.id for c in capped(splits(given), replace(RULE, seed=5)).train}


def test_a_share_of_one_turns_it_off() -> None:
    given = splits([*by("one", 300), *by("two", 1)])
    assert capped(given, replace(RULE, most_share=1.0)) == given


def test_a_household_of_one_user_over_many_days_is_not_touched() -> None:
    given = splits([c for day in range(14) for c in many(20, day)])
    assert capped(given, Rule()) == given
    assert set(SOURCES) == {"over_share_user", "over_share_client", "over_share_day"}
