"""The error budget: never overspent within a year, the same at every judgement, and reuse is counted."""

from datetime import timedelta

import numpy as np
import pytest
from psycopg.types.json import Jsonb

from selfimprove.promotion import margins, table
from selfimprove.promotion.budget import NIGHTS, SHARE, Budget, spent_by
from selfimprove.promotion.promote import judge
from selfimprove_tests.promotion.build import healthy, judged, lose, task
from selfimprove_tests.promotion.house import BAD, NIGHT, TASKS, House, adapter, promotable, report

LOOK = healthy(task("fresh", 40, 20, 2))


def test_a_night_gets_a_thirtieth_of_what_is_left() -> None:
    assert Budget(0.05, 0.0).level == pytest.approx(0.05 / 30)
    assert Budget(0.05, 0.02).level == pytest.approx(0.03 / 30)
    assert (Budget(0.05, 0.07).level, Budget(0.05, 0.07).left) == (0.0, 0.0)


@pytest.mark.parametrize("seed", range(5))
def test_no_year_spends_more_than_the_budget_whatever_nights_spend(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spent: list[float] = []
    for _ in range(1000):
        spent.append(Budget(0.05, sum(spent[-NIGHTS + 1 :])).level * rng.choice([0.0, 0.3, 1.0]))
    assert max(sum(spent[i : i + NIGHTS]) for i in range(1000)) <= 0.05
    assert Budget(0.05, sum(spent[-NIGHTS + 1 :])).level > 0.05 * SHARE / 20  # and it never runs dry


def test_a_look_is_paid_for_whether_or_not_it_showed_a_gain() -> None:
    for found in (judged(LOOK), judged(healthy(task("fresh", 40, 8, 20)))):
        assert 0 < spent_by(found) <= LOOK.alpha


def test_what_gates_apart_from_the_target_refuse_costs_nothing() -> None:
    core = task("core", 500, 498, 498)
    assert spent_by(judged(healthy(lose(core, range(100))))) == 0
    assert spent_by(judged(healthy(lose(task("refusals", 40, 40, 40), range(20))))) > 0


def test_the_share_is_the_same_at_every_judgement_and_the_next_one_pays(house: House) -> None:
    first, second = (promotable(house, name)[1] for name in ("first", "second"))
    before = table.evidence(house.connection, first).alpha
    judge(house.connection, first, "run")
    spent = house.connection.execute("select spent, alpha from decisions").fetchone()
    assert spent["alpha"] == before == pytest.approx(0.05 * SHARE)
    assert 0 < spent["spent"] <= before
    judge(house.connection, second, "run")
    assert table.evidence(house.connection, first).alpha == before
    assert table.evidence(house.connection, second).alpha == pytest.approx((0.05 - spent["spent"]) * SHARE)


def test_a_refused_night_leaves_the_next_one_its_share(house: House) -> None:
    judge(house.connection, promotable(house, "bad", tasks=(BAD,))[1], "run")
    assert table.evidence(house.connection, promotable(house, "next")[1]).alpha == pytest.approx(0.05 * SHARE)


@pytest.mark.parametrize(("days", "is_back"), [(364, False), (365, True)])
def test_what_was_spent_is_back_after_a_year(house: House, days: int, is_back: bool) -> None:
    judge(house.connection, promotable(house, "first")[1], "run")
    later = adapter(house, "later", NIGHT + timedelta(days=days))
    found = table.evidence(house.connection, report(house, later))
    assert (found.alpha == pytest.approx(0.05 * SHARE)) is is_back


def test_a_held_out_item_is_retired_after_so_many_nights(house: House) -> None:
    house.connection.execute("insert into margins (name, value, declared_at) values ('holdout_uses', 2, '2001-01-01')")
    reports = [promotable(house, f"night {night}")[1] for night in range(3)]
    for one in reports[1:]:  # the same twelve held-out items, and no others of that kind
        _share(house, reports[0], one, "holdout")
    found = [table.evidence(house.connection, one).tasks for one in reports if judge(house.connection, one, "run")]
    assert [len(tasks["holdout"].slices) for tasks in found if "holdout" in tasks] == [12, 12]
    assert len(found[2]["retired"].slices) == 12
    verdicts = table.stored(house.connection, reports[2]).verdicts
    assert "24 graded target items, needed are 20; 12 held-out ones are retired" in verdicts[0].detail
    assert "of 24, " in next(one.detail for one in verdicts if one.gate == "improves_target")
    again = table.evidence(house.connection, reports[0]).tasks  # judged again, it is what it was
    assert len(again["holdout"].slices) == 12


def test_a_night_that_did_not_ask_a_held_out_item_counts_as_well(house: House) -> None:
    """Where a night asks some of many, each is asked seldom: old ones would make any gain small for years."""
    house.connection.execute("insert into margins (name, value, declared_at) values ('holdout_uses', 3, '2001-01-01')")
    reports = [promotable(house, f"night {night}")[1] for night in range(5)]
    for number in (2, 4):
        _share(house, reports[0], reports[number], "holdout")
    for one in reports:
        judge(house.connection, one, "run")
    tasks = [table.evidence(house.connection, one).tasks for one in reports]
    assert ["retired" in one for one in tasks] == [False, False, False, False, True]
    assert len(tasks[2]["holdout"].slices) == len(tasks[4]["retired"].slices) == 12


@pytest.mark.parametrize(("chosen_by", "tested_with"), [({}, 12), ({"patience": 2}, 0), ({"search": 3}, 0)])
def test_held_out_items_that_chose_do_not_test(house: House, chosen_by: dict[str, int], tested_with: int) -> None:
    adapter_id, one = promotable(house, "first")
    recipe = Jsonb({"patience": 0, "search": 0} | chosen_by)
    house.connection.execute("update adapters set recipe = %s where id = %s", (recipe, adapter_id))
    tasks = table.evidence(house.connection, one).tasks
    assert len(tasks["holdout"].slices if "holdout" in tasks else ()) == tested_with
    assert len(tasks["fresh"].slices) == 24


def test_fresh_and_core_items_are_never_retired(house: House) -> None:
    house.connection.execute("insert into margins (name, value, declared_at) values ('holdout_uses', 1, '2001-01-01')")
    reports = [promotable(house, f"night {night}")[1] for night in range(2)]
    for name in ("fresh", "core"):
        _share(house, reports[0], reports[1], name)
    judge(house.connection, reports[0], "run")
    assert {name: len(one.slices) for name, one in table.evidence(house.connection, reports[1]).tasks.items()} == {
        one.task: len(one.slices) for one in TASKS
    }


def _share(house: House, first: str, second: str, name: str) -> None:
    """Let the second report test with the first one's items of a task, and their results as its adapter's."""
    items = "select x.example_id from report_examples x join eval_examples e on e.id = x.example_id where e.task = %s"
    models = {one: house.connection.execute("select challenger from reports where id = %s", (one,)).fetchone()
              for one in (first, second)}  # fmt: skip
    house.connection.execute(
        f"delete from report_examples where report_id = %s and example_id in ({items})", (second, name)
    )
    house.connection.execute(
        f"insert into report_examples select %s, i.example_id from ({items} and x.report_id = %s) i",
        (second, name, first),
    )
    house.connection.execute(
        "insert into eval_results (model, example_id, decoding, loss, passed, output, tokens)"
        " select %s, example_id, decoding, loss, passed, output, tokens from eval_results where model = %s"
        " on conflict do nothing", (models[second]["challenger"], models[first]["challenger"]),
    )


def test_the_shipped_margin_says_how_long_held_out_items_last(house: House) -> None:
    found = {row["name"]: row["value"] for row in margins.declared(house.connection)}
    assert found["holdout_uses"] == margins.SHIPPED["holdout_uses"] == 30
