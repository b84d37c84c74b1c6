"""Which chat a request goes on with: turns, retries, edits, branches, clients with habits of their own."""

from pathlib import Path

import pytest

from selfimprove.chats.chat import Message, side
from selfimprove.gateway.chain import canonical
from selfimprove.gateway.exchange import Exchange
from selfimprove.gateway.thread import MOST_RETRIES, Threads
from selfimprove_tests.gateway.said import NOON, Client, Clock, exchange, sealing, talk


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def threads(tmp_path: Path, clock: Clock) -> Threads:
    return Threads(sealing(tmp_path), clock)


@pytest.fixture
def client(threads: Threads, clock: Clock) -> Client:
    return Client(threads, clock)


def told(kept: Exchange) -> tuple[str, str | None, str | None, int]:
    thread = kept.thread
    return thread.relation, thread.of, thread.parent, thread.position


def test_a_chat_goes_on_from_the_history_that_the_client_sends_again(client: Client) -> None:
    first, other = client.ask("hello"), client.ask("something else")
    second = client.ask("hello", "ok", "and now?")
    third = client.ask("hello", "ok", "and now?", "ok", "thanks")
    assert told(first) == ("new", None, None, 1)
    assert told(second) == ("next", None, "c1", 3)
    assert told(third) == ("next", None, "c3", 5)
    assert {one.thread.chat_id for one in (first, second, third)} == {first.thread.root}
    assert other.thread.chat_id != first.thread.chat_id
    assert len(first.thread.chat_id) == 32


def test_the_same_history_again_is_a_retry_and_a_branch_of_its_own_on_the_same_side(client: Client) -> None:
    first = client.ask("hello")
    second = client.ask("hello", "ok", "why?", answer="because")
    again = client.ask("hello", "ok", "why?", answer="for a reason")
    assert told(again) == ("retry", "c2", "c1", 3)
    assert again.thread.chat_id != second.thread.chat_id
    assert again.thread.root == second.thread.root == first.thread.chat_id
    assert side(again.thread.chat_id) == side(first.thread.chat_id)
    assert client.ask("hello", "ok", "why?", "because", "go on").thread.chat_id == second.thread.chat_id
    assert client.ask("hello", "ok", "why?", "for a reason", "go on").thread.chat_id == again.thread.chat_id


def test_another_question_in_the_place_of_an_answered_one_is_an_edit(client: Client) -> None:
    client.ask("hello")
    client.ask("hello", "ok", "why?")
    edited = client.ask("hello", "ok", "why not?")
    assert told(edited) == ("edit", "c2", "c1", 3)
    assert told(client.ask("hello", "ok", "how?")) == ("edit", "c3", "c1", 3)


def test_a_first_question_asked_again_soon_is_a_retry_and_later_a_new_chat(client: Client, clock: Clock) -> None:
    first = client.ask("what is on today?")
    clock.later(minutes=2)
    assert told(client.ask("what is on today?")) == ("retry", "c1", None, 1)
    clock.later(hours=20)
    later = client.ask("what is on today?")
    assert (later.thread.relation, later.thread.root == first.thread.root) == ("new", False)


def test_a_whole_conversation_had_again_another_day_repeats_none(client: Client, clock: Clock) -> None:
    client.ask("hello")
    client.ask("hello", "ok", "a joke, please", answer="No.")
    clock.later(days=1)
    anew = client.ask("hello")
    second = client.ask("hello", "ok", "a joke, please", answer="No.")
    assert told(second) == ("next", None, anew.id, 3)
    assert second.thread.chat_id == anew.thread.chat_id
    assert told(client.ask("hello", "ok", "a joke, please")) == ("retry", second.id, anew.id, 3)


def test_who_asks_the_same_again_and_again_is_a_program(client: Client, clock: Clock) -> None:
    relations = []
    for _ in range(MOST_RETRIES + 3):
        relations.append(client.ask("is the door shut?").thread.relation)
        clock.later(seconds=60)
    assert relations == ["new", *["retry"] * MOST_RETRIES, "new", "new"]


def test_what_nobody_answered_does_not_count_as_asked_again_and_again(client: Client, clock: Clock) -> None:
    for _ in range(MOST_RETRIES + 3):
        failed = client.ask("is the door shut?", answer=None)
        clock.later(seconds=5)
    answered, again = client.ask("is the door shut?"), client.ask("is the door shut?")
    assert answered.thread == failed.thread
    assert (again.thread.relation, again.thread.of, again.thread.root) == ("retry", "c7", failed.thread.root)


def test_whoever_goes_on_from_one_of_two_equal_answers_goes_on_with_the_first(client: Client) -> None:
    first = client.ask("hello", others=("ok", "well"))
    assert client.ask("hello", "ok", "and?").thread.chat_id == first.thread.chat_id
    assert client.ask("hello", "well", "and?").thread.chat_id != first.thread.chat_id


def test_a_question_that_nobody_answered_is_asked_again_in_its_place(client: Client, clock: Clock) -> None:
    failed = client.ask("hello", answer=None)
    clock.later(days=1)
    answered = client.ask("hello")
    assert answered.thread == failed.thread
    assert client.ask("hello", "ok", "go on").thread.chat_id == failed.thread.chat_id


@pytest.mark.parametrize("answer", ["ok", None])
def test_what_is_asked_again_stands_where_a_system_prompt_moved_it(client: Client, answer: str | None) -> None:
    first = client.ask("hello", answer=answer, system="It is Monday.")
    again = client.ask("hello")
    assert (first.thread.position, again.thread.position) == (2, 1)
    assert again.thread.chat_id != first.thread.chat_id
    assert again.thread.root == first.thread.root


def test_system_prompts_that_change_and_move_do_not_break_a_thread(threads: Threads, client: Client) -> None:
    first = client.ask("hello", system="It is Monday.")
    second = client.ask("hello", "ok", "and?", system="It is Tuesday.")
    assert second.thread.chat_id == first.thread.chat_id
    inside = [*talk("hello", "ok", "and?", "ok"), Message("system", "It is Wednesday."), Message("user", "so?")]
    assert threads.chat_of(inside).chat_id == first.thread.chat_id
    assert [m.role for m in canonical(inside)] == ["system", "user", "assistant", "user", "assistant", "user"]


def test_where_positions_would_move_a_branch_begins_that_knows_its_parent(client: Client) -> None:
    first = client.ask("hello")
    moved = client.ask("hello", "ok", "and?", system="Now there is one.")
    assert moved.thread.chat_id != first.thread.chat_id
    assert told(moved) == ("next", None, "c1", 4)


def test_white_space_and_thoughts_that_clients_take_away_make_no_difference(client: Client) -> None:
    first = client.ask("hello", answer="<think>who is that?</think>\n\nHi there. ")
    assert client.ask("hello\n", "Hi there.", "and?").thread.chat_id == first.thread.chat_id


def test_an_answer_that_the_client_changed_goes_on_from_what_is_still_ours(client: Client) -> None:
    first = client.ask("hello")
    client.ask("hello", "ok", "why?", answer="because")
    changed = client.ask("hello", "ok", "why?", "my own words", "go on")
    assert told(changed) == ("edit", "c2", "c1", 5)
    assert changed.thread.root == first.thread.root


def test_nobody_goes_on_with_what_somebody_else_said(client: Client) -> None:
    hers = client.ask("hello", who="a")
    assert client.ask("hello", "ok", "and?", who="b").thread.root != hers.thread.root
    assert client.ask("hello", "ok", "and?", who="a").thread.chat_id == hers.thread.chat_id


def test_two_at_once_from_the_same_place_do_not_share_one(threads: Threads, client: Client) -> None:
    client.ask("hello")
    both = [threads.chat_of(talk("hello", "ok", text)) for text in ("this", "that")]
    assert both[0].chat_id != both[1].chat_id
    assert [one.relation for one in both] == ["next", "edit"]
    assert threads.chat_of(talk("hello", "ok", "that")).relation == "retry"


def test_a_chat_that_the_client_names_by_our_id_goes_on_in_its_conversation(client: Client) -> None:
    first = client.ask("hello")
    named = client.ask("hello", "ok", "and?", given=first.thread.chat_id)
    assert named.thread.chat_id == first.thread.chat_id
    trimmed = client.ask("only the end of it", "of which we know nothing", "and?", given=first.thread.chat_id)
    assert (trimmed.thread.root, trimmed.thread.relation) == (first.thread.root, "next")
    assert trimmed.thread.chat_id != first.thread.chat_id
    assert told(client.ask("hello there", given=first.thread.chat_id))[:2] == ("edit", "c3")


def test_a_name_of_the_clients_own_tells_conversations_apart_that_begin_alike(client: Client) -> None:
    one, other = client.ask("hello", given="tab 1"), client.ask("hello", given="tab 2")
    assert one.thread.root != other.thread.root
    assert one.thread.relation == other.thread.relation == "new"
    onward = client.ask("hello", "ok", "and?", given="tab 1")
    assert onward.thread.chat_id == one.thread.chat_id
    assert client.ask("hello", given="tab 1").thread.relation == "retry"


def test_all_that_bears_a_name_is_one_conversation_whatever_it_begins_with(client: Client) -> None:
    said = [word for number in range(6) for word in (f"question {number}", "ok")][:-1]
    window = [client.ask(*said[max(0, at - 2) : at + 1], given="tab 1") for at in range(0, len(said), 2)]
    assert {one.thread.root for one in window} == {window[0].thread.chat_id}
    assert [one.thread.relation for one in window] == ["new"] + ["next"] * 5
    edited = client.ask("another question", given="tab 1")
    assert (edited.thread.root, edited.thread.relation) == (window[0].thread.root, "edit")
    assert client.ask("question 0", given="tab 2").thread.root != window[0].thread.root
    assert client.ask("question 0", given="tab 1", who="somebody else").thread.root != window[0].thread.root


def test_who_asks_again_before_there_is_an_answer_repeats_none(client: Client, threads: Threads) -> None:
    threads.chat_of(talk("good day"))  # somebody is answered now, or was refused
    assert told(client.ask("good day"))[:2] == ("retry", None)
    client.ask("hello")
    threads.chat_of(talk("hello", "ok", "this"))
    assert told(client.ask("hello", "ok", "that"))[:2] == ("edit", None)


OWNERS = ({"who": "me/"}, {"who": "phone/"}, {"who": "/"})
GUESTS = ({"who": "0a/", "guest": "0a"}, {"who": "0b/", "guest": "0b"})


def test_a_chat_goes_on_by_its_id_for_the_owner_and_for_the_guest_who_began_it(client: Client) -> None:
    same_guest = {"who": "0a/ann", "guest": "0a"}
    for number, (began, others) in enumerate([(OWNERS[0], OWNERS[1:]), (GUESTS[0], (same_guest,))]):
        first = client.ask(f"hello {number}", **began)
        onward = [client.ask("and?", given=first.thread.chat_id, **who).thread.root for who in (began, *others)]
        assert set(onward) == {first.thread.chat_id}


def test_whoever_else_knows_a_chats_id_begins_one_of_his_own(client: Client) -> None:
    for number, (began, others) in enumerate([(OWNERS[0], GUESTS), (GUESTS[0], (*OWNERS, GUESTS[1]))]):
        first = client.ask(f"hello {number}", **began)
        own = [client.ask("and?", given=first.thread.chat_id, **who).thread for who in others]
        assert {thread.relation for thread in own} == {"new"}
        assert len({first.thread.root, *(thread.root for thread in own)}) == 1 + len(others)
        again = client.ask("and?", "ok", "so?", given=first.thread.chat_id, **others[0])
        assert again.thread.chat_id == own[0].chat_id


def test_a_name_means_the_same_chat_after_a_restart(tmp_path: Path, client: Client) -> None:
    first = client.ask("hello", given="tab 1")
    assert Threads(sealing(tmp_path)).chat_of(talk("hello"), "tab 1").chat_id == first.thread.chat_id


def test_a_bare_call_of_a_tool_is_gone_on_from(client: Client, threads: Threads) -> None:
    called = client.ask("what is the weather?", answer="", ending="tool_calls")
    assert not called.has_answer
    with_result = [*talk("what is the weather?"), Message("tool", "rain")]
    onward = threads.chat_of(with_result)
    assert (onward.chat_id, onward.relation, onward.parent) == (called.thread.chat_id, "next", "c1")
    assert onward.position == 2


def test_each_of_several_answers_can_be_gone_on_from(client: Client) -> None:
    first = client.ask("hello", answer="one", others=("two", "three"))
    assert client.ask("hello", "one", "and?").thread.chat_id == first.thread.chat_id
    onward = client.ask("hello", "three", "and?")
    assert told(onward) == ("next", None, "c1#2", 3)
    assert onward.thread.chat_id[:8] == first.thread.chat_id[:8]


def test_no_more_is_remembered_than_there_is_room_for(tmp_path: Path) -> None:
    client = Client(Threads(sealing(tmp_path), Clock(), most=3), Clock())
    first = client.ask("hello 0")
    for number in range(1, 4):
        client.ask(f"hello {number}")
    assert client.ask("hello 0", "ok", "and?").thread.chat_id != first.thread.chat_id


def test_what_is_kept_after_what_it_followed_on_does_not_confuse(threads: Threads) -> None:
    slow, fast = threads.chat_of(talk("hello")), threads.chat_of(talk("hello"))
    threads.keep(exchange(fast, talk("hello"), "quick", "fast", at=NOON))
    threads.keep(exchange(slow, talk("hello"), "slow", "slow", at=NOON))
    assert threads.chat_of(talk("hello", "quick", "and?")).chat_id == fast.chat_id
    assert threads.chat_of(talk("hello", "slow", "and?")).chat_id == slow.chat_id
