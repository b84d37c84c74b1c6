"""A guest with a grudge takes no voice back from an owner who talks; where the owner does not, guests are heard."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from selfimprove.critiques.sources import FEW
from selfimprove.experiments.evidence import of_harm
from selfimprove.experiments.experiment import LEVEL, Outcome
from selfimprove.experiments.tally import tally
from selfimprove_tests.experiments.conftest import Succession
from selfimprove_tests.experiments.make import CHALLENGER, CONTROL, STARTED, chat, experiment, react, talk
from selfimprove_tests.experiments.test_look import begun, chats, seen

GUEST, PAL = "0a0a0a0a", "0b0b0b0b"


def shown(minute: int, adapter: str, token: str | None, pleased: bool | None) -> dict[str, Any]:
    """A conversation and its sign, by who began it."""
    began = STARTED + timedelta(minutes=minute)
    row = {"shown_by": token, "shown_at": began + timedelta(seconds=30)}
    return chat(adapter, pleased=pleased) | row


def grudge(number: int, token: str | None = GUEST, first: int = 100) -> list[dict[str, Any]]:
    return [shown(first + n, CHALLENGER, token, False) for n in range(number)]


def displeased(rows: list[dict[str, Any]], *, owner_talks: bool = False) -> int:
    return int(tally(experiment(owner_talks=owner_talks), rows)[1].displeased)


def quiet(number: int) -> list[dict[str, Any]]:
    return [shown(n, CONTROL, None, None) for n in range(number)]


def owners(number: int) -> list[dict[str, Any]]:
    return [shown(n, CONTROL if n % 2 else CHALLENGER, None, True) for n in range(number)]


@pytest.mark.parametrize(
    ("mine", "counted"), [(1, FEW), (FEW - 1, FEW), (FEW, FEW), (60, FEW), (120, 6), (0, 40)]
)  # fmt: skip
def test_beside_an_owner_who_talks_a_guest_counts_a_twentieth(mine: int, counted: int) -> None:
    assert displeased([*quiet(1), *owners(mine), *grudge(40, first=200)]) == counted


def test_guests_count_as_far_as_the_others_have_shown_something() -> None:
    pal = [shown(n, CONTROL, PAL, True) for n in range(12)]
    assert displeased([*quiet(20), *pal, *grudge(40)]) == 12
    assert displeased([*quiet(20), *owners(2), *pal, *grudge(40)]) == 14
    assert displeased([*quiet(20), *owners(FEW), *pal, *grudge(40)]) == FEW
    assert displeased([*quiet(1), *grudge(40), *grudge(40, PAL, first=140)]) == 80
    assert displeased([*grudge(40, first=-50), *owners(12)]) == 40, "nobody else had shown anything yet"


def test_beside_an_owner_who_talked_before_a_guest_gains_nothing_by_being_the_first() -> None:
    assert displeased([*grudge(40, first=-50), *owners(12)], owner_talks=True) == FEW
    assert displeased([*quiet(1), *grudge(40), *grudge(40, PAL, first=140)], owner_talks=True) == 2 * FEW
    assert displeased([*grudge(40, first=-50), *owners(12), *grudge(40, None)], owner_talks=True) == 40 + FEW
    assert displeased([*owners(120), *grudge(40, first=200)], owner_talks=True) == 6


def test_the_owners_signs_and_those_of_who_is_alone_all_count() -> None:
    assert displeased([*quiet(1), *grudge(40, None)]) == 40
    assert displeased(grudge(40)) == 40
    assert displeased([*owners(12), *grudge(40, None)]) == 40


def test_chats_whose_signs_do_not_count_are_still_counted() -> None:
    control, challenger = tally(experiment(), [*quiet(3), *owners(2), *grudge(40), shown(300, CONTROL, GUEST, True)])
    assert (control.chats, challenger.chats) == (5, 41)
    assert (challenger.displeased, challenger.uncounted_displeased) == (FEW, 40 - FEW)
    assert (control.uncounted_displeased, control.uncounted_pleased) == (0, 1)


def test_what_was_counted_once_stays_counted_as_more_is_shown() -> None:
    """Else a later look would bet on what it knows."""
    draw = Random(4)
    rows = [
        shown(n, draw.choice((CONTROL, CHALLENGER)), draw.choice((None, GUEST, PAL)), draw.choice((True, False, None)))
        for n in range(300)
    ]
    before = (0, 0)
    for upto in range(0, 301, 20):
        arms = tally(experiment(), rows[:upto])
        now = tuple(arm.displeased + arm.pleased for arm in arms)
        assert all(old <= new for old, new in zip(before, now, strict=True))
        before = now


def lived(seed: int, tokens: tuple[str | None, ...], number: int, harm: float = 1.0) -> list[dict[str, Any]]:
    """Conversations of whoever these are, a fifth of which displease, and so many times as many the challenger's."""
    draw = Random(seed)
    rows = []
    for n in range(number):
        adapter, token = draw.choice((CONTROL, CHALLENGER)), draw.choice(tokens)
        bad, at = 0.2 * (harm if adapter == CHALLENGER else 1), draw.random()
        rows.append(shown(n, adapter, token, False if at < bad else True if at < bad + 0.1 else None))
    return rows


def is_harmed(rows: list[dict[str, Any]], every: int = 20) -> bool:
    """Whether any look takes the challenger back."""
    looks = (tally(experiment(), rows[:upto]) for upto in range(every, len(rows) + 1, every))
    return any(bool(of_harm(*arms, 0.5) * LEVEL >= 1) for arms in looks)


@pytest.mark.parametrize("tokens", [(None, GUEST, PAL), (None, GUEST), (GUEST, PAL), (GUEST,), (GUEST, GUEST, PAL)])
def test_where_no_voice_is_worse_guests_make_the_false_alarms_no_more(tokens: tuple[str | None, ...]) -> None:
    assert sum(is_harmed(lived(seed, tokens, 240)) for seed in range(100)) <= 0.05 * 100


@pytest.mark.parametrize("tokens", [(GUEST,), (GUEST, PAL), (None, *(GUEST, PAL) * 20)])
def test_harm_is_found_in_a_house_of_guests(tokens: tuple[str | None, ...]) -> None:
    assert sum(is_harmed(lived(seed, tokens, 400, harm=3.0)) for seed in range(40)) >= 0.8 * 40


def test_two_tokens_whose_voice_displeases_three_times_as_many() -> None:
    """None of 400 conversations is the owner's; 38 of 194 and 121 of 206 displeased."""
    signs = [(CONTROL, n < 38) for n in range(194)] + [(CHALLENGER, n < 121) for n in range(206)]
    Random(7).shuffle(signs)
    rows = [shown(n, adapter, (GUEST, PAL)[n % 2], False if bad else None) for n, (adapter, bad) in enumerate(signs)]
    control, challenger = tally(experiment(), rows)
    assert (control.displeased + control.uncounted_displeased, control.chats) == (38, 194)
    assert (challenger.displeased + challenger.uncounted_displeased, challenger.chats) == (121, 206)
    assert challenger.displeased > 100
    assert is_harmed(rows[:200])


@pytest.mark.parametrize("turns", [(None, GUEST), (None, None, None, GUEST), (None, GUEST, GUEST, GUEST)])
def test_one_grudging_guest_takes_no_voice_back_from_an_owner_who_talks(turns: tuple[str | None, ...]) -> None:
    """He objects to whatever the challenger says, from when the owner has shown a few signs."""
    harmed = 0
    for seed in range(60):
        mine = lived(seed, (None,), 400)
        begun = [*owners(FEW), *mine]
        rows = [
            row if turns[n % len(turns)] is None or n < FEW
            else shown(n, row["adapter"], GUEST, False if row["adapter"] == CHALLENGER else None)
            for n, row in enumerate(begun)
        ]  # fmt: skip
        harmed += is_harmed([{**row, "shown_at": STARTED + timedelta(minutes=n)} for n, row in enumerate(rows)])
    assert harmed <= 0.1 * 60


@pytest.mark.parametrize(
    ("before", "ago", "source", "outcome"),
    [
        (FEW, 1, "gateway", Outcome.RUNNING), (FEW - 1, 1, "gateway", Outcome.DEMOTED),
        (FEW, 30, "gateway", Outcome.DEMOTED), (FEW, 1, f"gateway:{PAL}", Outcome.DEMOTED),
        (FEW, 1, "review", Outcome.DEMOTED),
    ],
)  # fmt: skip
def test_whether_the_owner_talks_is_known_by_the_weeks_before(
    succession: Succession, before: int, ago: int, source: str, outcome: Outcome
) -> None:
    connection, then = succession.house.connection, datetime.now(UTC) - timedelta(days=ago)
    for number in range(before):
        talk(connection, f"before {number}", succession.first, then + timedelta(minutes=number))
        react(connection, f"before {number}", then + timedelta(minutes=number), value=1, source=source)
    at = begun(succession).started_at
    chats(succession, succession.first, 20, at)
    for number in range(12):
        talk(connection, f"guest {number}", succession.second, at + timedelta(minutes=number), token=GUEST)
        react(connection, f"guest {number}", at + timedelta(minutes=number, seconds=9), source=f"gateway:{GUEST}")
    assert seen(succession).outcome == outcome


@pytest.mark.parametrize("kind", ["thumbs", "retry"])
@pytest.mark.parametrize(("owner", "outcome"), [(1, Outcome.RUNNING), (0, Outcome.DEMOTED)])
def test_a_dozen_of_a_guests_signs_take_no_voice_back_but_from_a_quiet_owner(
    succession: Succession, kind: str, owner: int, outcome: Outcome
) -> None:
    at, connection = begun(succession).started_at, succession.house.connection
    chats(succession, succession.first, 20, at, displeased=owner)
    for number in range(12):
        root, later = f"guest {number}", at + timedelta(hours=1, minutes=number)
        talk(connection, root, succession.second, later, token=GUEST)
        if kind == "thumbs":
            react(connection, root, later + timedelta(seconds=9), source=f"gateway:{GUEST}")
        else:
            [first] = connection.execute("select id from exchanges where root = %s", [root]).fetchall()
            again = {"relation": "retry", "repeats": first["id"], "token": GUEST}
            talk(connection, root, succession.second, later + timedelta(seconds=9), **again)
    found = seen(succession)
    assert (found.outcome, found.challenger.chats) == (outcome, 12)
    assert found.challenger.displeased == (FEW if owner else 12)
    assert ("; 7 signs of guests not counted" in found.reason) == bool(owner)
