"""Batches: nothing is lost, nothing repeats, nothing is too wide, and nothing is all padding."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.models.batch import collate, fit, order
from selfimprove.models.encode import Encoded

rows = st.lists(st.integers(2, 90), min_size=1, max_size=60).map(lambda lengths: [_row(length) for length in lengths])


def _row(length: int, first: int = 1) -> Encoded:
    return Encoded(tuple(range(1, length + 1)), tuple(place >= first for place in range(length)))


@given(rows, st.integers(0, 9), st.integers(0, 9))
def test_every_row_is_in_exactly_one_batch_within_the_budget(rows: list[Encoded], seed: int, epoch: int) -> None:
    batches = order(rows, 128, seed, epoch)
    assert sorted(index for batch in batches for index in batch) == list(range(len(rows)))
    for batch in batches:
        width = collate([rows[index] for index in batch]).tokens.shape[1]
        assert len(batch) == 1 or width * len(batch) <= 128


def test_the_order_is_fixed_by_seed_and_epoch() -> None:
    rows = [_row(length) for length in range(2, 60)]
    assert order(rows, 128, 3, 1) == order(rows, 128, 3, 1)
    assert order(rows, 128, 3, 1) != order(rows, 128, 3, 2)
    assert order(rows, 128, 3, 1) != order(rows, 128, 4, 1)


def test_batches_hold_rows_of_similar_length() -> None:
    rows = [_row(length) for length in np.random.default_rng(0).lognormal(4, 0.8, 300).astype(int).clip(2, 500)]
    batches = [collate([rows[index] for index in batch]) for batch in order(rows, 1024, 0, 0)]
    used = sum(len(row.tokens) for row in rows)
    assert used / sum(batch.tokens.size for batch in batches) > 0.85


def test_padding_is_neither_input_nor_target_of_a_real_token() -> None:
    batch = collate([_row(5), _row(11)])
    assert batch.tokens.shape == (2, 17)
    real = batch.weights > 0
    assert real.sum() == 4 + 10
    assert (batch.targets[real] > 0).all()
    assert batch.tokens[:, :-1].reshape(-1)[batch.positions[real]].tolist() == [*range(1, 5), *range(1, 11)]
    assert batch.targets[real].tolist() == [*range(2, 6), *range(2, 12)]


def test_a_chat_that_fits_is_left_as_it_is() -> None:
    assert fit([_row(64)], 64) == [_row(64)]


@pytest.mark.parametrize("length", [65, 100, 128, 500])
def test_a_long_chat_becomes_windows_that_supervise_each_token_once(length: int) -> None:
    windows = fit([_row(length)], 64)
    said = Counter(token for row in windows for token, mark in zip(row.tokens, row.supervised, strict=True) if mark)
    assert said == Counter(range(2, length + 1))
    assert all(len(window.tokens) == 64 for window in windows)
    for window in windows[1:]:
        assert window.supervised.index(True) >= 16, "a quarter of a window is context"


def test_windows_without_an_answer_are_left_out() -> None:
    late = _row(300, first=290)
    [window] = fit([late], 64)
    assert sum(window.supervised) == 10
    assert fit([Encoded((1, 2, 3), (False, False, False))], 64) == []
