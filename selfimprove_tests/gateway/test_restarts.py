"""Whatever is asked in whatever order: no turn is lost, and a gateway that starts tells what one tells that runs on."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from selfimprove import postgres
from selfimprove.chats.chat import Sealing
from selfimprove.gateway import table
from selfimprove.gateway.chain import canonical
from selfimprove.gateway.exchange import Exchange, Thread
from selfimprove.gateway.thread import MOST_RETRIES, Threads, answers
from selfimprove_tests.gateway.said import ZONE, Client, Clock, exchange, sealing, talk

ENDS = [("a", {}), ("b", {}), (None, {}), (None, {"ending": "cancelled"}), ("a", {"ending": "failed"}),
        ("a", {"others": ("b",)}), ("", {"ending": "tool_calls"})]  # fmt: skip
STEPS = st.tuples(
    st.sampled_from([1, 300, 700, 90_000]), st.integers(0, 9), st.integers(0, 4), st.sampled_from("pq"),
    st.sampled_from([None, None, "The date."]), st.sampled_from([None, None, "name"]), st.sampled_from(ENDS),
)  # fmt: skip


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Sealing:
    return sealing(tmp_path_factory.mktemp("home"))


def started(kept: Sequence[Exchange], seal: Sealing, clock: Clock) -> Threads:
    """A gateway that knows what is stored, and nothing else."""
    rows = [row for one in kept for row in table._rows(one, seal.keyed_hash, ())]
    threads = Threads(seal, clock)
    threads.load(sorted(sorted(rows, key=lambda row: row["id"]), key=lambda row: row["at"], reverse=True))
    return threads


def told(thread: Thread, kept: Sequence[Exchange]) -> tuple[object, ...]:
    """What is said of it; the ids of new chats are drawn."""
    known = {one.thread.chat_id for one in kept}
    drawn = thread.chat_id if thread.chat_id in known else None
    return thread.relation, thread.of, thread.parent, thread.position, drawn, thread.root if drawn else None


@settings(max_examples=150, deadline=None, print_blob=True)
@given(steps=st.lists(STEPS, min_size=2, max_size=9))
def test_a_start_changes_nothing_and_every_turn_has_a_place_of_its_own(steps, seal: Sealing) -> None:
    clock = Clock()
    threads, kept, shown = Threads(seal, clock), list[Exchange](), [list[str]()]
    for number, (seconds, which, where, text, system, name, (answer, more)) in enumerate(steps):
        clock.later(seconds=seconds)
        before = shown[which % len(shown)]
        texts = [*before[: 2 * (where % (len(before) // 2 + 1))], text]
        messages, again = talk(*texts, system=system), started(kept, seal, clock)
        thread = threads.chat_of(messages, name)
        assert told(thread, kept) == told(again.chat_of(messages, name), kept)
        kept.append(exchange(thread, messages, answer, f"c{number}", at=clock.now, **more))
        threads.keep(kept[-1])
        shown += [[*texts, said] for said in (answer, *more.get("others", ())) if said]
    assert_whole(kept, seal)


def assert_whole(kept: Sequence[Exchange], seal: Sealing) -> None:
    """Each answer stands in a chat where it was given, also after the chat has grown."""
    places, chats = dict[tuple[str, int], str](), dict[str, list[str]]()
    for one in kept:
        sent = [message.content for message in canonical(one.messages)]
        for _, chat_id, text in answers(one, seal.keyed_hash):
            assert (chat_id, one.thread.position) not in places
            places[chat_id, one.thread.position] = text
            chats[chat_id] = max(chats.get(chat_id, []), [*sent, text], key=len)
    assert all(chats[chat_id][position] == text for (chat_id, position), text in places.items())


def test_what_goes_on_behind_a_branch_writes_over_nothing(database: str, tmp_path: Path) -> None:
    """Where a gateway that knew nothing of a conversation had begun another one under its name."""
    seal, clock = sealing(tmp_path), Clock()
    first, client = Client(Threads(seal, clock), clock), Client(Threads(seal, clock), clock)
    client.count = 1
    told = [first.ask("hello", given="name"), client.ask("bye", answer="well", given="name")]
    told += [client.ask("bye", "well", text, given="name") for text in ("and now?", "or then?")]
    with postgres.connect(database) as connection:
        for some in (told[:1], told[1:3], told[3:]):  # in the same batch, and in a later one
            assert table.store(connection, some, seal, ZONE).exchanges == len(some)
        rows = connection.execute("select e.id, e.chat_id, c.turns from exchanges e join chats c on c.id = e.chat_id")
        chats = {row["id"]: (row["turns"], row["chat_id"]) for row in rows}
    assert [chats[one.id][0] for one in told] == [2, 4, 4, 4]
    assert chats["c2"] == chats["c3"] != chats["c4"]


@pytest.mark.parametrize("seconds", [60, 700])
def test_who_asks_the_same_again_and_again_is_a_program_after_a_start_too(seal: Sealing, seconds: int) -> None:
    clock, kept, relations = Clock(), list[Exchange](), []
    for number in range(MOST_RETRIES + 3):
        messages = talk("is the door shut?")
        thread = started(kept, seal, clock).chat_of(messages)
        kept.append(exchange(thread, messages, "Yes.", f"c{number}", at=clock.now))
        relations.append(thread.relation)
        clock.later(seconds=seconds)
    again = ["retry"] * MOST_RETRIES + ["new", "new"] if seconds == 60 else ["new"] * (MOST_RETRIES + 2)
    assert relations == ["new", *again]


def test_what_is_loaded_late_counts_before_what_was_asked_meanwhile(seal: Sealing) -> None:
    clock, kept, messages = Clock(), list[Exchange](), talk("is the door shut?")
    threads = Threads(seal, clock)
    for number in range(MOST_RETRIES):
        kept.append(exchange(threads.chat_of(messages), messages, "Yes.", f"c{number}", at=clock.now))
        threads.keep(kept[-1])
        clock.later(seconds=60)
    late = Threads(seal, clock)
    late.keep(exchange(late.chat_of(messages), messages, "Yes.", "late", at=clock.now))
    rows = [row for one in reversed(kept) for row in table._rows(one, seal.keyed_hash, ())]
    late.load(rows)
    assert late.chat_of(messages).relation == "new"
