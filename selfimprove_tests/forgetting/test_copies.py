"""What repeats a forgotten chat goes with it or is told, and nothing is learned in its place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from selfimprove import postgres
from selfimprove.chats.chat import Chat
from selfimprove.chats.importing import import_chats
from selfimprove.forgetting.carry_out import consequences, sentence
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.receipt import Receipt, Selector
from selfimprove.forgetting.select import Wish
from selfimprove_tests.forgetting.house import DAY, House, said
from selfimprove_tests.forgetting.test_forget import LONG, NOW, SHORT, others

WORDS = "my sister is ill and told nobody"


def stored(house: House) -> set[str]:
    return {row["id"] for row in house.connection.execute("select id from chats")}


def found_to_repeat(house: House, copy: str, original: str, reason: str = "near_duplicate") -> None:
    """What a night makes of a copy: no filtered chat."""
    run = house.connection.execute
    run("delete from filtered_chats where chat_id = %s", (copy,))
    run(
        "insert into rejections (stage, chat_id, day, reason, duplicate_of, rule_version)"
        " values ('filtered_chats', %s, %s, %s, %s, '1')",
        (copy, DAY, reason, original),
    )


def forgotten(house: House, selector: Selector, value: str, *, copies: bool = False, dry_run: bool = False) -> Receipt:
    receipt = forget(house.connection, house.vault, Wish(selector, value, copies), NOW, dry_run=dry_run)
    assert receipt
    return receipt


@pytest.fixture
def three(house: House) -> tuple[str, str, str]:
    """A chat, the same but for one blank, and one that a night found to be a copy of it."""
    original, blank, near = house.hear(
        said(WORDS, "I am sorry."), said(f"{WORDS} ", "I am sorry.", user="bob"), said(f"{WORDS}!", "I am sorry.")
    )
    found_to_repeat(house, near, original, "exact_duplicate")
    house.connection.commit()
    return original, blank, near


def test_what_no_import_would_bring_back_goes_and_a_near_copy_is_told(house: House, three: tuple[str, ...]) -> None:
    original, _, near = three
    dry = forgotten(house, "chat", original, dry_run=True)
    assert "Chats that are nearly the same, and stay: 1." in sentence(dry, dry_run=True)
    assert "--copies" in sentence(dry, dry_run=True)
    receipt = forgotten(house, "chat", original)
    assert receipt == dry
    assert (receipt.counts["chats"], receipt.stays) == (2, {"copies": 0, "near_copies": 1})
    assert stored(house) == {near}
    row = house.connection.execute("select stays from receipts").fetchone()
    assert row == {"stays": receipt.stays}


def test_a_near_copy_is_not_learned_in_its_place(house: House, three: tuple[str, ...]) -> None:
    original, _, near = three
    forgotten(house, "chat", original)
    run = house.connection.execute
    assert run("select chat_id from excluded_chats").fetchall() == [{"chat_id": near}]
    # what a night writes when it filters the day again
    run("insert into filtered_chats values (%s, %s, 'en', '1')", (near, DAY))
    run(
        "insert into stage_days (stage, day, fingerprint, rule_version, counts, passed, run_id)"
        " select stage, day, fingerprint, '1', '{}', true, 'r' from day_fingerprints,"
        " unnest(array['chat_logs', 'redacted_chats', 'filtered_chats', 'critique_scores']) stage"
        " on conflict (stage, day) do update set passed = true"
    )
    [candidate] = run(postgres.queries("datasets").candidates).fetchall()
    assert (candidate["id"], candidate["excluded"]) == (near, True)
    since = {"source": "review", "since": datetime(2000, 1, 1, tzinfo=UTC)}
    assert run(postgres.queries("review").reviewed, since).fetchone() is None  # no act of a person's to be undone


@pytest.mark.parametrize(
    ("selector", "value", "out"),
    [("before", f"{DAY + timedelta(1)}", 0), ("user", "ada", 1), ("matching", "heron", 1)],
)
def test_a_house_that_keeps_to_a_time_goes_on_learning_what_is_said_again(
    house: House, selector: Selector, value: str, out: int
) -> None:
    later = DAY + timedelta(1)
    old, new = house.hear(said("the heron", "I see."), said("a hern, no?", "I see.", user="bob", day=later))
    found_to_repeat(house, new, old)
    house.connection.execute("update rejections set day = %s", (later,))
    receipt = forgotten(house, selector, value)
    assert (house.count("excluded_chats"), house.count("rejections")) == (out, 0)  # its day is filtered again
    assert receipt.stays == {"copies": 0, "near_copies": 1}
    assert ("not learned from in its place" in " ".join(consequences(receipt))) == bool(out)


def test_what_a_person_excluded_before_stays_theirs_and_other_copies_stay_out_as_they_were(house: House) -> None:
    gone, mine, kept, other = house.hear(*(said(f"the heron number {number}", "I see.") for number in range(4)))
    found_to_repeat(house, mine, gone)
    found_to_repeat(house, other, kept)
    house.connection.execute(postgres.queries("review").exclude, {"chat_id": mine})
    forgotten(house, "chat", gone)
    rows = house.connection.execute("select chat_id, receipt_id from excluded_chats").fetchall()
    assert rows == [{"chat_id": mine, "receipt_id": None}]
    left = house.connection.execute("select chat_id, duplicate_of from rejections").fetchall()
    assert left == [{"chat_id": other, "duplicate_of": kept}]


def test_with_copies_all_of_them_go_whichever_is_named(house: House, three: tuple[str, ...]) -> None:
    [alone] = house.hear(said("What is a kite?", "A toy."))
    receipt = forgotten(house, "chat", three[2], copies=True)
    assert (receipt.counts["chats"], receipt.stays) == (3, {"copies": 0, "near_copies": 0})
    assert stored(house) == {alone}


def test_the_original_of_a_near_copy_is_told_and_goes_on_teaching(house: House, three: tuple[str, ...]) -> None:
    receipt = forgotten(house, "chat", three[2])
    assert (receipt.counts["chats"], receipt.stays) == (1, {"copies": 0, "near_copies": 1})
    assert house.count("excluded_chats") == 0


@pytest.mark.parametrize(("copies", "left"), [(False, 1), (True, 0)])
def test_a_person_takes_what_others_said_only_with_copies(house: House, copies: bool, left: int) -> None:
    house.hear(said(WORDS, "I am sorry."), said(WORDS.upper(), "I am sorry.", user="bob"))
    dry = forgotten(house, "user", "ada", copies=copies, dry_run=True)
    assert dry.stays == {"copies": left, "near_copies": 0}
    assert ("and stay: 1." in " ".join(consequences(dry))) == (not copies)
    forgotten(house, "user", "ada", copies=copies)
    assert house.count("chats") == left


STATES = {"whole", "earlier, up to a question", "earlier, up to an answer", "a trailing blank",
          "a blank that does not break", "another case", "a system prompt"}  # fmt: skip


@pytest.mark.parametrize(
    ("words", "goes"), [(LONG, {*STATES, "gone on"}), (SHORT, STATES)], ids=["long", "short"]
)
def test_with_a_named_chat_go_its_states_and_no_import_would_bring_them_back(
    house: House, words: str, goes: set[str]
) -> None:
    turns = (words, "I am sorry.", "what can I do?", "Listen.")
    more: dict[str, Chat] = {
        name: Chat(**{field: getattr(chat, field) for field in chat.__slots__} | {"external_id": name})
        for name, chat in others(*turns).items()
    }
    whole, *ids = house.hear(said(*turns), *more.values())
    receipt = forgotten(house, "chat", whole)
    left = stored(house)
    assert {name for name, id in zip(more, ids, strict=True) if id not in left} == goes
    assert receipt.stays["copies"] == (3 if words == LONG else 0)
    house.connection.execute("delete from chats")
    given, utc = (house.connection, house.sealing), ZoneInfo("UTC")
    assert not any(import_chats(given[0], [more[name]], given[1], utc).imported for name in goes)


def test_who_pastes_the_same_prompt_each_time_loses_the_chat_that_is_named_alone(house: House) -> None:
    prompt = "Correct the spelling of what follows, and change nothing else of it, not even its line breaks: "
    prompt = (prompt * 3)[:272]
    named, *rest = house.hear(
        said(prompt, "Paste it.", "my sister is il", "my sister is ill", external_id="1"),
        said(prompt, "Paste it.", "the heron sleps", "the heron sleeps", external_id="2"),
        said(prompt, "Which text?", external_id="3"),
        said(prompt, external_id="4"),  # a question that nobody answered
        said("hello", "Hi!", prompt, "Paste it.", external_id="5"),
    )
    receipt = forgotten(house, "chat", named)
    assert (receipt.counts["chats"], receipt.stays) == (1, {"copies": 4, "near_copies": 0})
    assert stored(house) == set(rest)
    assert "hold a long turn of it, and stay: 4." in " ".join(consequences(receipt))
    assert forgotten(house, "chat", rest[0], copies=True).counts["chats"] == 4


PLAN = "we leave for the lake on friday after the heron festival and nobody at work may hear of it before june"


def unjudged(house: House) -> None:
    """As before the first night after it was said."""
    house.connection.execute("delete from redacted_chats")
    house.connection.commit()


def test_a_near_copy_that_no_night_has_filtered_is_not_learned_either(house: House) -> None:
    original, copy, other, fact = house.hear(
        said(f"{PLAN}. They would laugh at me.", "I see."), said(f"{PLAN}. They would laugh at us.", "I see."),
        said("What is a kite?", "A toy."), said(f"{PLAN.replace('june', 'may 3')}. They would laugh at me.", "I see."),
    )  # fmt: skip
    unjudged(house)
    dry = forgotten(house, "chat", original, dry_run=True)
    assert dry.stays == {"copies": 0, "near_copies": 1}
    assert forgotten(house, "chat", original) == dry
    assert stored(house) == {copy, other, fact}
    excluded = house.connection.execute("select chat_id, receipt_id is not null as is_ours from excluded_chats")
    assert excluded.fetchall() == [{"chat_id": copy, "is_ours": True}]


def test_nor_is_one_that_was_said_twice_in_the_same_words(house: House) -> None:
    near = f"{PLAN}. They would laugh at us."
    original, *copies = house.hear(
        said(f"{PLAN}. They would laugh at me.", "I see."), said(near, "I see."),
        said(near, "I see.", external_id="another day"),
    )  # fmt: skip
    unjudged(house)
    assert forgotten(house, "chat", original).stays == {"copies": 0, "near_copies": 2}
    found = house.connection.execute("select chat_id from excluded_chats")
    assert {row["chat_id"] for row in found} == {*copies}


def test_it_goes_with_copies_and_a_time_says_nothing_of_it(house: House) -> None:
    later = DAY + timedelta(1)
    house.hear(said(f"{PLAN}. They would laugh at me.", "I see."))
    house.hear(said(f"{PLAN}. They would laugh at us.", "I see.", user="bob", day=later))
    unjudged(house)
    assert forgotten(house, "before", f"{later}", dry_run=True).stays == {"copies": 0, "near_copies": 0}
    assert forgotten(house, "user", "ada", copies=True).counts["chats"] == 2
