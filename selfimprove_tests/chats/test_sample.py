"""The sample household: enough to learn from and to measure with, in any house, on any days."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from selfimprove.chats import table
from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.chat import Chat, Sealing, Side, side
from selfimprove.chats.sample import facts, smalltalk
from selfimprove.chats.sample.household import SEED, household, settle
from selfimprove.chats.sample.load import Loaded, load
from selfimprove.chats.seal import identify
from selfimprove.errors import SampleTooShort
from selfimprove.models.tiny import world
from selfimprove.models.tiny.families import FAMILIES
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.settings import read
from selfimprove_tests.chats.conftest import NOW

UTC = ZoneInfo("UTC")
DAYS = [date(2026, 3, 1) + timedelta(n) for n in range(14)]
ASKED = re.compile(r"my ([\w' -]+?)(?: is\b| was\b| again\b|[?.,])")


def chapter(number: int, sealing: Sealing, days: list[date] = DAYS) -> list[Chat]:
    return [settle(planned, sealing) for planned in household(days, UTC, chapter=number)]


def corrections(chats: list[Chat], sealing: Sealing) -> Iterator[tuple[str, str, date, Side, str]]:
    """Attribute, question, day, side and right answer of every chat that teaches a fact."""
    for one in chats:
        better = next((given.text for given in one.feedback if given.kind == "correction"), None)
        asked = ASKED.search(one.messages[0].content[:1].lower() + one.messages[0].content[1:])
        if better and asked and asked[1] in world.TAUGHT:
            yield asked[1], one.messages[0].content, one.started_at.date(), side(identify(one, sealing)), better


@pytest.mark.parametrize("number", [1, 2, 3])
def test_facts_are_enough_to_learn_from_and_to_measure_with(sealing: Sealing, number: int) -> None:
    taught = list(corrections(chapter(number, sealing), sealing))
    before = [row for row in taught if row[2] < DAYS[-1]]
    last = [row for row in taught if row[2] == DAYS[-1]]
    train = Counter(name for name, _, _, on, _ in before if on == "train")
    assert set(train) == {lesson.name for lesson in facts.lessons(SEED, number)}
    assert min(train.values()) >= 4
    if number == 1:
        assert len(train) == 18
        assert sum(on == "validation" for *_, on, _ in before) >= 20
        assert len(last) == 54
    assert sum(on != "sealed" for *_, on, _ in last) >= (36 if number == 1 else 25)


@pytest.mark.parametrize("number", [1, 2])
def test_no_question_about_a_fact_is_asked_twice_in_a_chapter(sealing: Sealing, number: int) -> None:
    questions = [question for _, question, *_ in corrections(chapter(number, sealing), sealing)]
    assert len(questions) == len(set(questions))
    told_first = [one for one in chapter(number, sealing) if one.messages[1].content == world.NOTED]
    asked_after_telling = [one.messages[2].content for one in told_first if len(one.messages) == 4]
    assert asked_after_telling
    assert not set(questions) & set(asked_after_telling)


def test_every_correction_is_what_is_true_of_the_household(sealing: Sealing) -> None:
    for number in (1, 2):
        true = facts.values(SEED, number)
        for name, _, _, _, better in corrections(chapter(number, sealing), sealing):
            assert better == f"Your {name} is {true[name]}."


def test_a_later_chapter_adds_some_facts_and_changes_some() -> None:
    first, second = facts.values(SEED, 1), facts.values(SEED, 2)
    changed = {name for name in first if first[name] != second[name]}
    assert (len(first), len(second), len(changed)) == (18, 20, 8)
    assert {lesson.name for lesson in facts.lessons(SEED, 2)} == changed | (second.keys() - first.keys())
    assert all(value in world.TAUGHT[name] for name, value in second.items())
    assert not second.keys() & (world.UNTAUGHT.keys() | facts.MASKED)


def test_the_last_day_is_busy_and_no_day_is_empty(sealing: Sealing) -> None:
    chats = chapter(1, sealing)
    by_day = Counter(one.started_at.date() for one in chats)
    assert 400 <= len(chats) <= 450
    assert set(by_day) == set(DAYS)
    assert by_day.most_common(1)[0][0] == DAYS[-1]
    assert all(7 <= one.started_at.hour < 23 for one in chats)
    assert all(given.given_at > one.started_at for one in chats for given in one.feedback)


def test_all_that_happens_in_a_house_happens(sealing: Sealing) -> None:
    chats = chapter(1, sealing)
    given = Counter((one.kind, one.value) for chat in chats for one in chat.feedback)
    assert given["correction", None] > 200
    assert min(given["thumbs", 1.0], given["thumbs", -1.0]) > 40
    assert given["comment", None] >= 3
    texts = [message.content for chat in chats for message in chat.messages]
    assert sum("#no-train" in text for text in texts) == 6
    assert sum(text.startswith("No, I meant") for text in texts) == 10
    assert sum(text == "" for text in texts) == 5
    assert sum("Internal Server Error" in text for text in texts) == 1
    assert sum("@" in text for text in texts) >= 6
    assert sum("password" in text for text in texts) >= 4
    assert sum(len(chat.messages) > 4 for chat in chats) >= 14
    contents = Counter(chat.messages for chat in chats)
    assert sum(count - 1 for count in contents.values()) >= 6


def test_personal_data_is_new_with_every_seed() -> None:
    def addresses(seed: int) -> set[str]:
        chats = household(DAYS, UTC, seed=seed)
        words = (word for one in chats for message in one.chat.messages for word in message.content.split())
        return {word.strip(".") for word in words if "@" in word}

    assert len(addresses(1)) >= 6
    assert not addresses(1) & addresses(2)


def test_good_answers_are_right(sealing: Sealing) -> None:
    right = {
        smalltalk.exchange(family, item, phrasing)
        for family in FAMILIES
        for item in family.items
        for phrasing in family.phrasings
    }
    questions = {question for question, _ in right}
    liked = [chat for chat in chapter(1, sealing) if any(given.value == 1.0 for given in chat.feedback)]
    checked = [chat.messages for chat in liked if len(chat.messages) == 2 and chat.messages[0].content in questions]
    assert len(checked) > 20
    assert all((asked.content, answered.content) in right for asked, answered in checked)


def test_the_same_seed_gives_the_same_chats_and_other_days_the_same_conversations(sealing: Sealing) -> None:
    assert household(DAYS, UTC) == household(DAYS, UTC)
    elsewhen = [day + timedelta(100) for day in DAYS[:7]]
    ids = [{identify(one, sealing) for one in chapter(1, sealing, days)} for days in (DAYS, elsewhen)]
    assert ids[0] == ids[1]


def test_sides_are_as_planned_whatever_the_key(tmp_path: Path) -> None:
    for name in "abc":
        vault = Vault.open(tmp_path / name)
        sealing = Sealing(vault.seal, vault.keyed_hash)
        found = Counter(on for *_, day, on, _ in corrections(chapter(1, sealing), sealing) if day < DAYS[-1])
        assert found == {"train": 108, "validation": 24, "sealed": 12}


Load = Callable[..., Loaded]


@pytest.fixture
def loading(connection: Connection, sealing: Sealing) -> Load:
    def load_(last: str, days: int = 14, *, goes_on: bool = True) -> Loaded:
        today: Calendar = calendar(read({}), NOW, date.fromisoformat(last))
        return load(connection, sealing, today, days, goes_on=goes_on)

    return load_


def test_loading_stores_pins_and_changes_nothing_twice(connection: Connection, loading: Load) -> None:
    first = loading("2026-03-14")
    assert (first.first, first.last) == (date(2026, 3, 1), date(2026, 3, 14))
    assert (first.written.imported, first.pinned) == (table.count_all(connection), 6)
    again = loading("2026-03-14")
    assert (again.written.imported, again.first, again.last) == (0, first.first, first.last)
    pinned = connection.execute("select c.turns, g.position from golden_chats g join chats c on c.id = g.chat_id")
    assert [(row["turns"], row["position"]) for row in pinned] == [(2, 1)] * 6


def test_the_household_goes_on_only_when_asked_and_only_later(connection: Connection, loading: Load) -> None:
    first = loading("2026-03-01")
    assert loading("2026-03-14", goes_on=False).written.imported == 0
    assert loading("2026-02-20").written.imported == 0
    second = loading("2026-03-14")
    assert second.written.imported > 300
    assert second.pinned == 0
    assert (second.first, second.last) == (first.first, date(2026, 3, 14))
    days = connection.execute("select distinct day from chats where arrived_at is not null order by day").fetchall()
    assert [row["day"] for row in days] == [date(2026, 2, 16) + timedelta(n) for n in range(27)]
    assert loading("2026-03-30", days=5).written.imported > 200


def test_too_few_days_to_go_on_say_what_to_do(loading: Load) -> None:
    loading("2026-03-10")
    with pytest.raises(SampleTooShort, match="chats sample --last-day 2026-03-14"):
        loading("2026-03-12")


def test_a_house_that_began_lately_gets_a_shorter_household(connection: Connection, sealing: Sealing) -> None:
    today = calendar(read({"SELFIMPROVE_FIRST_DAY": "2026-03-08"}), NOW)
    assert load(connection, sealing, today).first == date(2026, 3, 8)
