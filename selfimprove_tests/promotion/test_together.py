"""Questions that are no evidence apart from each other."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from selfimprove.promotion.promote import judge
from selfimprove.promotion.record import digest
from selfimprove.promotion.table import evidence
from selfimprove.promotion.together import together
from selfimprove.promotion.verify import verify
from selfimprove_tests.promotion.build import task
from selfimprove_tests.promotion.house import House, promotable


def same(names: list[str]) -> list[list[int]]:
    """Which positions share a name."""
    return sorted([at for at, one in enumerate(names) if one == name] for name in set(names))


def test_one_chat_or_one_answer_is_one_group() -> None:
    assert same(together(["c1", "c1", "c2"], ["Tuesday.", "Green.", "Nine."])) == [[0, 1], [2]]
    assert same(together(["c1", "c2", "c3"], ["On Tuesday.", "on  tuesday", "Nine."])) == [[0, 1], [2]]


def test_a_chat_with_two_facts_joins_what_asks_for_either() -> None:
    assert same(together(["c1", "c2", "c2", "c3"], ["a", "a", "b", "b"])) == [[0, 1, 2, 3]]


def test_a_chat_called_like_an_answer_is_not_that_answer() -> None:
    assert same(together(["a", "c"], ["b", "a"])) == [[0], [1]]


@given(st.lists(st.tuples(st.sampled_from("cdefgh"), st.sampled_from("stuvwx")), max_size=12))
def test_groups_are_the_connected_components(asked: list[tuple[str, str]]) -> None:
    found = together([chat for chat, _ in asked], [answer for _, answer in asked])
    reached = [{at} for at in range(len(asked))]
    for _ in asked:
        for one in reached:
            one |= {at for at, pair in enumerate(asked) for other in list(one)
                    if pair[0] == asked[other][0] or pair[1] == asked[other][1]}  # fmt: skip
    assert same(found) == sorted({tuple(sorted(one)): sorted(one) for one in reached}.values())


def test_stored_questions_with_one_answer_are_one_cluster_in_whatever_chat_and_task(house: House) -> None:
    fresh, held = task("fresh", 40, 34, 2), task("holdout", 20, 16, 2)
    alike = tuple(f"answer {at % 10}" for at in range(60))
    tasks = replace(fresh, groups=alike[:40]), replace(held, groups=alike[40:])
    _, report = promotable(house, "a", tasks=tasks)
    found = evidence(house.connection, report).tasks
    assert len({*found["fresh"].clusters, *found["holdout"].clusters}) == 10
    assert len(set(found["core"].clusters)) == 10
    assert found["core"].clusters[0].startswith("core/")


def test_a_record_from_before_groups_were_kept_still_holds(house: House) -> None:
    _, report = promotable(house, "a")
    judge(house.connection, report, "run", lambda text: text)
    assert [one.mismatches for one in verify(house.connection, "", lambda text: text)] == [()]
    older = "record = jsonb_set(record #- '{thresholds,own_drop}', '{code}', '\"older\"')"
    house.connection.execute(f"update decisions set {older}")
    rows = house.connection.execute("select record from decisions").fetchall()
    sha256 = digest(rows[0]["record"])
    house.connection.execute("update decisions set sha256 = %s, signature = %s", [sha256, sha256])
    assert [one.mismatches for one in verify(house.connection, "", lambda text: text)] == [()]
