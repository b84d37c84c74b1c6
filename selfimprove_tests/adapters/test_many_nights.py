"""Night after night by the house's own rules, as benchmarks/nights.py spends them, with a handful of steps each."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import nights
from benchmarks.nights import SCARCE, House, household, spend, suite

FEW = replace(SCARCE, replay=30, remember=10, most_nights=2)


@pytest.fixture
def house(tmp_path: Path) -> House:
    asked = suite()[::40]
    return House(FEW, tmp_path, asked, nights.exact(nights.TINY, None, [chat for _, _, chat in asked]))


def test_nights_go_on_practise_what_was_lost_and_begin_anew(house: House) -> None:
    rows = [spend(house, 1, night, 4) for night in range(3)]
    assert [row["why"] for row in rows] == ["no_champion", "goes_on", "many_nights"]
    assert [row["own"] for row in rows[:2]] == [0, 10]
    assert rows[2]["own"] > 60, "what the first two nights learned, all of it"
    assert house.nights == 1
    assert all(0 <= row[name] <= 1 for row in rows for name in ("core", "kept", "new"))
    earlier = {role for one in house.last for role in one.passed}
    assert earlier == {"challenger", "base", "anchor", "champion"}


def test_a_household_teaches_other_facts_every_night_and_changes_some() -> None:
    said = [{c.messages[0].content for c in household(1, night)} for night in range(4)]
    assert not said[0] & said[1]
    first = [c.feedback[0].text for c in household(1, 0) if c.feedback and c.feedback[0].text]
    assert first == [c.feedback[0].text for c in household(1, 0) if c.feedback and c.feedback[0].text]
    taught = {name for night in range(3) for name in _facts(household(1, night))}
    changed = _facts(household(1, 3)) & taught
    assert len(changed) == 2


def _facts(chats: list) -> set[str]:
    """What corrections are about: "Your NAME is"."""
    texts = (f.text for c in chats for f in c.feedback if f.text and f.text.startswith("Your "))
    return {text.removeprefix("Your ").split(" is ")[0] for text in texts}
