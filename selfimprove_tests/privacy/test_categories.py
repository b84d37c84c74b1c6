"""The 25 categories with values nobody tuned on: a fresh seed each run, which a failure names."""

import pytest

from selfimprove_tests.privacy.categories.draw import (
    SEED,
    Finder,
    as_shipped,
    by_rules,
    innocent,
    missed,
    persons,
    positives,
    recall,
)

LEAST_RECALL, MOST_TOUCHED = 0.97, 5
LEAST_OF_EACH = {5: 0.75}  # national telephone numbers; of the others, that of ANY_OTHER
ANY_OTHER = 0.85
SEEDS = pytest.mark.parametrize("seed", [pytest.param(SEED, id=f"SELFIMPROVE_TEST_SEED={SEED}")])


@SEEDS
def test_ids_and_secrets_are_found(seed: int) -> None:
    items = positives(seed)
    wrong = missed(items)
    assert len(items) > 200
    shown = "; ".join(item.text[:100] for item in wrong)
    assert len(wrong) <= (1 - LEAST_RECALL) * len(items), f"seed {seed}: {shown}"


@SEEDS
def test_no_category_is_left_out(seed: int) -> None:
    found = {**recall(positives(seed)), **recall(persons(seed), as_shipped)}
    assert set(found) == {*range(1, 17), *range(22, 26)}
    few = {category: one for category, one in found.items() if one < LEAST_OF_EACH.get(category, ANY_OTHER)}
    assert few == {}, f"seed {seed}"


@SEEDS
@pytest.mark.parametrize("finder", [by_rules, as_shipped])
def test_what_only_looks_like_one_stays(seed: int, finder: Finder) -> None:
    items = innocent(seed)
    touched = missed(items, finder)
    assert len(items) == 64
    assert {item.category for item in items} == {17, 18, 19, 20, 21}
    assert len(touched) <= MOST_TOUCHED, f"seed {seed}: " + "; ".join(item.text for item in touched)


def test_a_seed_can_be_repeated() -> None:
    assert positives(7) == positives(7) != positives(8)
    assert persons(7) == persons(7) != persons(8)
