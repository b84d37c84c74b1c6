"""Chats keep to their arm, and the arms are drawn fairly."""

import pytest

from selfimprove.experiments.assign import is_challengers, is_shadowed

CHATS = [f"{number:032x}" for number in range(4000)]


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8])
def test_the_challenger_answers_its_share(share: float) -> None:
    assert sum(is_challengers("first", chat, share) for chat in CHATS) / len(CHATS) == pytest.approx(share, abs=0.025)


def test_a_chat_keeps_to_its_arm() -> None:
    assert [is_challengers("first", chat, 0.5) for chat in CHATS] == [is_challengers("first", c, 0.5) for c in CHATS]


def test_each_experiment_draws_anew() -> None:
    both = sum(is_challengers("first", chat, 0.5) == is_challengers("second", chat, 0.5) for chat in CHATS)
    assert both / len(CHATS) == pytest.approx(0.5, abs=0.03)


def test_a_greater_share_takes_nobody_away() -> None:
    assert all(is_challengers("first", c, 0.6) for c in CHATS if is_challengers("first", c, 0.4))


@pytest.mark.parametrize(("share", "of_all"), [(0.0, 0), (1.0, len(CHATS))])
def test_nobody_or_everybody(share: float, of_all: int) -> None:
    assert sum(is_challengers("first", chat, share) for chat in CHATS) == of_all


def test_who_is_answered_unheard_is_drawn_apart_from_the_arms() -> None:
    drawn = [chat for chat in CHATS if is_shadowed("first", chat, 0.3)]
    assert len(drawn) / len(CHATS) == pytest.approx(0.3, abs=0.025)
    assert sum(is_challengers("first", chat, 0.5) for chat in drawn) / len(drawn) == pytest.approx(0.5, abs=0.05)
