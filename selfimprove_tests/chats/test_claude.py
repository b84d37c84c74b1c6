"""Claude's export: blocks, branches with parents and without, what was pasted, and whatever else a file holds."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.formats.claude import ROOT
from selfimprove.settings import read
from selfimprove_tests.chats.conftest import NOW
from selfimprove_tests.chats.test_trees import chat, turns, why
from selfimprove_tests.cost import is_within

MINUTE = "2026-03-03T09:{:02}:00.123456Z"
ARTIFACT = '\n\n<antArtifact identifier="m" type="text/html" title="Map"><p>Lima</p></antArtifact>'
BLOCKED = "```\nThis block is not supported on your current device yet.\n```\n"


def block(kind: str = "text", **more: Any) -> dict[str, Any]:
    """A content block as Claude exports it."""
    return {"start_timestamp": None, "stop_timestamp": None, "flags": None, "type": kind, **more}


def said(key: str, parent: str | None, sender: str, *content: Any, **more: Any) -> dict[str, Any]:
    """A message as Claude exports it; texts stand for text blocks, and no parent for an export of before 2026."""
    blocks = [block(text=part, citations=[]) if isinstance(part, str) else part for part in content]
    shown = {"uuid": key, "text": "a flattened copy", "content": blocks, "sender": sender}
    rest = {"created_at": MINUTE.format(len(key)), "attachments": [], "files": [], **more}
    return {**shown, **rest} if parent is None else {**shown, **rest, "parent_message_uuid": parent}


def conversation(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A conversation as Claude exports it."""
    outer = {"uuid": "c-1", "name": "A title", "summary": "", "account": {"uuid": "someone"}}
    return {**outer, "created_at": MINUTE.format(0), "chat_messages": list(messages), **more}


ASKED, ANSWERED = said("q", ROOT, "human", "What is the capital of Peru?"), said("a", "q", "assistant", "Lima.")


def test_it_has_ids_users_and_times(today: Calendar) -> None:
    found = chat(conversation(ASKED, ANSWERED), today)
    assert (found.source, found.external_id, found.user) == ("claude", "c-1", "someone")
    assert found.started_at.isoformat() == "2026-03-03T10:00:00.123456+01:00"
    assert turns(conversation(ASKED, ANSWERED), today) == [
        ("user", "What is the capital of Peru?"),
        ("assistant", "Lima."),
    ]
    bare = chat({"chat_messages": [ASKED, ANSWERED]}, today)
    assert (bare.external_id, bare.user) == (None, None)
    assert bare.started_at.isoformat() == "2026-03-03T10:01:00.123456+01:00"


def test_thoughts_tools_and_what_was_put_in_are_left_out_and_text_around_them_is_one_answer(today: Calendar) -> None:
    tool = block("tool_use", name="web_search", input={"query": "Peru"})
    found = block("tool_result", name="web_search", content=[{"type": "text", "text": "a page"}])
    machinery = (block("thinking", thinking="hm"), tool, found, block("token_budget"))
    put_in = block("injected_prompt_block", prompt="Today is Monday.", text="Today is Monday.")
    answer = said("a", "q", "assistant", " ", machinery[0], "I look", " it up.", *machinery, "Lima.\n", put_in)
    assert turns(conversation(ASKED, answer), today)[1] == ("assistant", "I look it up.\n\nLima.")


def test_the_branch_that_was_written_last_is_the_conversation(today: Calendar) -> None:
    edited, again = said("qq", ROOT, "human", "And of Chile?"), said("aaa", "qq", "assistant", "Santiago.")
    retried = said("aaaa", "q", "assistant", "Lima!")
    assert turns(conversation(ASKED, ANSWERED, edited, again), today)[1] == ("assistant", "Santiago.")
    assert turns(conversation(ASKED, ANSWERED, edited, again, retried), today)[1] == ("assistant", "Lima!")
    shown = conversation(ASKED, ANSWERED, edited, again, current_leaf_message_uuid="a")
    assert turns(shown, today)[1] == ("assistant", "Lima.")


def test_without_parents_the_last_wording_of_a_question_is_the_one_that_was_answered(today: Calendar) -> None:
    first, other = said("q", None, "human", "Peru?"), said("r", None, "human", "The capital of Peru?")
    answer = said("a", None, "assistant", "Lima.")
    assert turns(conversation(first, other, answer), today) == [
        ("user", "The capital of Peru?"),
        ("assistant", "Lima."),
    ]


def test_without_blocks_the_text_counts_but_for_thoughts_and_what_stands_for_a_tool(today: Calendar) -> None:
    text = f"<antThinking>A city.</antThinking>I look.\n{BLOCKED}\n\n{BLOCKED}Lima."
    answer = {**said("a", "q", "assistant"), "text": text}
    assert turns(conversation(ASKED, answer), today)[1] == ("assistant", "I look.\nLima.")
    assert turns(conversation(ASKED, {**answer, "content": None}), today)[1] == ("assistant", "I look.\nLima.")
    in_a_block = said("a", "q", "assistant", "<antThinking>A city.</antThinking>\n\nLima.", ARTIFACT)
    assert turns(conversation(ASKED, in_a_block), today)[1] == ("assistant", "Lima.")


def test_what_was_pasted_is_said_and_files_are_left_out(today: Calendar) -> None:
    pasted = {"file_name": "", "file_type": "txt", "extracted_content": "A long letter."}
    file = {"file_name": "cv.pdf", "file_type": "pdf", "extracted_content": "My life."}
    both = said("q", ROOT, "human", "Shorten this.", attachments=[file, pasted], files=[{"file_name": "a.png"}])
    assert turns(conversation(both, ANSWERED), today)[0] == ("user", "Shorten this.\n\nA long letter.")
    alone = said("q", ROOT, "human", attachments=[pasted], text="")
    assert turns(conversation(alone, ANSWERED), today)[0] == ("user", "A long letter.")
    for more in ({"attachments": [file]}, {"files": [{"file_name": "a.png"}]}):
        assert why(conversation(said("q", ROOT, "human", text="", **more)), today) == "not_text: message 1"


def test_an_answer_that_says_nothing_is_left_out(today: Calendar) -> None:
    stopped, more = said("a", "q", "assistant", text="", files=[{}]), said("m", "a", "human", "Hello?")
    assert [role for role, _ in turns(conversation(ASKED, stopped, more), today)] == ["user", "user"]
    assert why(conversation(said("q", ROOT, "human", text="")), today) == "no_messages: none that says anything"
    assert why(conversation(), today) == "no_messages: none that says anything"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (conversation(said("q", "gone", "human", "hi")), "broken_tree: 1 messages above the current one"),
        (conversation(said("a", "b", "human", "x"), said("b", "a", "human", "y")), "broken_tree: the tree has no leaf"),
        (conversation(ASKED, current_leaf_message_uuid="gone"), "broken_tree: 0 messages above the current one"),
        (conversation(said("q", ROOT, "robot", "hi")), "unknown_role: message 1"),
        (conversation({**ASKED, "content": None, "text": 5}), "not_text: message 1"),
        (conversation(ASKED, created_at="NaN"), "bad_timestamp: neither Unix time nor ISO 8601"),
        (conversation(ASKED, 5), "unknown_format: its parts are not those of claude"),
        (conversation({**ASKED, "uuid": []}), "unknown_format: its parts are not those of claude"),
    ],
)
def test_what_is_broken_says_so(today: Calendar, record: object, reason: str) -> None:
    assert why(record, today) == reason


def test_a_long_chain_takes_time_by_its_length(today: Calendar) -> None:
    def chain(length: int) -> dict[str, Any]:
        return conversation(
            *({**ASKED, "uuid": str(n), "parent_message_uuid": str(n - 1) if n else ROOT} for n in range(length))
        )

    short, long = chain(1_000), chain(20_000)
    assert is_within(60, lambda: turns(long, today), lambda: turns(short, today))


@given(parents=st.lists(st.integers(0, 20), min_size=1, max_size=20), times=st.permutations(range(20)))
def test_the_branch_of_any_tree_ends_with_its_newest_leaf(parents: list[int], times: list[int]) -> None:
    above = {n: parent % n if n else None for n, parent in enumerate(parents)}
    messages = [
        said(str(n), ROOT if parent is None else str(parent), "human", f"said {n}", created_at=MINUTE.format(times[n]))
        for n, parent in above.items()
    ]
    current: int | None = max(set(above) - set(above.values()), key=lambda n: times[n])
    path = []
    while current is not None:
        path.append(("user", f"said {current}"))
        current = above[current]
    assert turns(conversation(*messages), calendar(read({}), NOW)) == path[::-1]
