"""What was read before is found again: for its own adapter alone, as far as it goes, within its bound."""

from typing import Any

import mlx.core as mx
import pytest
from mlx_lm.models.cache import KVCache, RotatingKVCache

from selfimprove.models.prefixes import Prefixes

CHAT = list(range(100, 140))


def caches(tokens: int, kind: Any = KVCache, **given: Any) -> list[Any]:
    made = [kind(**given) for _ in range(2)]
    for one in made:
        one.update_and_fetch(mx.ones((1, 2, tokens, 4)), mx.ones((1, 2, tokens, 4)))
    return made


@pytest.fixture
def prefixes() -> Prefixes:
    kept = Prefixes(2**20)
    kept.keep(1, CHAT, caches(40))
    return kept


def test_a_conversation_that_goes_on_is_found(prefixes: Prefixes) -> None:
    length, found = prefixes.find(1, [*CHAT, 7, 8])
    assert (length, [one.offset for one in found or []]) == (40, [40, 40])
    assert (prefixes.hits, prefixes.misses, prefixes.hit_tokens) == (1, 0, 40)


def test_one_that_branches_off_is_found_as_far_as_they_are_alike(prefixes: Prefixes) -> None:
    length, found = prefixes.find(1, [*CHAT[:30], 1, 2])
    assert (length, [one.offset for one in found or []]) == (30, [30, 30])
    assert prefixes.find(1, [*CHAT, 7])[0] == 40, "what was kept stays whole"


def test_a_token_is_always_left_to_be_read(prefixes: Prefixes) -> None:
    assert prefixes.find(1, CHAT)[0] == 39


@pytest.mark.parametrize(("place", "tokens"), [(2, CHAT), (0, CHAT), (1, [*CHAT[:15], 1, 2]), (1, [1, 2, 3])])
def test_near_misses(prefixes: Prefixes, place: int, tokens: list[int]) -> None:
    assert prefixes.find(place, tokens) == (0, None)
    assert (prefixes.hits, prefixes.misses) == (0, 1)


def test_all_that_was_read_is_forgotten_or_what_one_place_has(prefixes: Prefixes) -> None:
    prefixes.keep(2, CHAT, caches(40))
    prefixes.forget(2)
    assert prefixes.find(2, [*CHAT, 7]) == (0, None)
    assert prefixes.find(1, [*CHAT, 7])[0] == 40
    prefixes.forget()
    assert (prefixes.size, prefixes.find(1, [*CHAT, 7])) == (0, (0, None))


def test_a_longer_one_takes_the_place_of_its_beginning(prefixes: Prefixes) -> None:
    before = prefixes.size
    prefixes.keep(1, [*CHAT, 1, 2], caches(42))
    assert prefixes.size == before
    prefixes.keep(2, CHAT, caches(40))
    assert prefixes.size == 2 * before


def test_the_least_recently_used_goes_first() -> None:
    size = sum(one.nbytes for one in caches(40))
    prefixes = Prefixes(2 * size)
    prefixes.keep(1, CHAT, caches(40))
    prefixes.keep(2, CHAT, caches(40))
    prefixes.find(1, CHAT)
    prefixes.keep(3, CHAT, caches(40))
    assert [prefixes.find(place, CHAT)[0] for place in (1, 2, 3)] == [39, 0, 39]
    assert prefixes.size == 2 * size


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    prefixes = Prefixes(10)
    prefixes.keep(1, CHAT, caches(40))
    assert prefixes.size == 0


def test_a_place_is_forgotten_with_its_adapter(prefixes: Prefixes) -> None:
    prefixes.forget(1)
    assert prefixes.find(1, CHAT) == (0, None)


def test_caches_that_rotate_cannot_be_cut() -> None:
    prefixes = Prefixes(2**20)
    prefixes.keep(1, CHAT, caches(40, RotatingKVCache, max_size=32))
    assert prefixes.size == 0
