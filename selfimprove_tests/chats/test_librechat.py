"""LibreChat's export of one conversation: flat and nested, whole and one branch, with thumbs in it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats import formats
from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.formats.librechat import ROOT
from selfimprove.chats.unreadable import Unreadable
from selfimprove.settings import read
from selfimprove_tests.chats.conftest import NOW
from selfimprove_tests.chats.test_trees import chat, turns, why
from selfimprove_tests.cost import is_within

MINUTE = "2026-03-03T09:{:02}:00.123Z"


def said(key: str, parent: str, is_asked: bool, text: Any, **more: Any) -> dict[str, Any]:
    """A message as LibreChat exports it."""
    shown = {"messageId": key, "parentMessageId": parent, "isCreatedByUser": is_asked, "text": text, "error": False}
    times = {"createdAt": MINUTE.format(len(key)), "updatedAt": MINUTE.format(len(key) + 1)}
    return {**shown, "conversationId": "l-1", "sender": "User" if is_asked else "Qwen", "user": "ann", **times, **more}


def flat(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A conversation as LibreChat exports it, `branches` on and `recursive` off."""
    outer = {"conversationId": "l-1", "endpoint": "ollama", "title": "A title", "exportAt": "16:33:32 GMT+0200"}
    return {**outer, "branches": True, "recursive": False, "messages": list(messages), **more}


def nested(*messages: dict[str, Any]) -> dict[str, Any]:
    """The same with `recursive` on, as the importer of LibreChat reads it."""
    copies = {message["messageId"]: {**message, "children": []} for message in messages}
    roots = [copy for copy in copies.values() if copy["parentMessageId"] == ROOT]
    for copy in copies.values():
        copies.get(copy["parentMessageId"], {"children": []})["children"].append(copy)
    found = flat(recursive=True, messagesTree=roots)
    del found["messages"]
    return found


ASKED, ANSWERED = said("q", ROOT, True, "What is the capital of Peru?"), said("a", "q", False, "Lima.")
SHOWN = [("user", "What is the capital of Peru?"), ("assistant", "Lima.")]


def test_it_has_ids_users_and_times(today: Calendar) -> None:
    found = chat(flat(ASKED, ANSWERED), today)
    assert (found.source, found.external_id, found.user) == ("librechat", "l-1", "ann")
    assert found.started_at.isoformat() == "2026-03-03T10:01:00.123000+01:00"
    bare = chat(flat({**ASKED, "createdAt": None, "user": None}, ANSWERED), today)
    assert (bare.user, bare.started_at) == (None, today.default)


def test_flat_and_nested_exports_are_the_same_conversation(today: Calendar) -> None:
    edited, again = said("qq", ROOT, True, "And of Chile?"), said("aaa", "qq", False, "Santiago.")
    assert turns(flat(ASKED, ANSWERED), today) == turns(nested(ASKED, ANSWERED), today) == SHOWN
    everything = (ASKED, ANSWERED, edited, again)
    assert chat(flat(*everything), today) == chat(nested(*everything), today)
    under_messages = flat(*nested(*everything)["messagesTree"], recursive=True)
    assert chat(under_messages, today) == chat(flat(*everything), today)


def test_the_branch_that_was_written_last_is_the_conversation(today: Calendar) -> None:
    edited, again = said("qq", ROOT, True, "And of Chile?"), said("aaa", "qq", False, "Santiago.")
    assert turns(flat(ASKED, ANSWERED, edited, again), today)[1] == ("assistant", "Santiago.")
    retried = said("aaaa", "q", False, "Lima!")
    assert turns(flat(ASKED, ANSWERED, retried, edited, again), today)[1] == ("assistant", "Lima!")


def test_thoughts_and_tools_are_left_out_and_text_around_them_is_one_answer(today: Calendar) -> None:
    parts = [
        {"type": "think", "think": "A city."},
        {"type": "text", "text": "I look it up.", "tool_call_ids": ["1"]},
        {"type": "tool_call", "tool_call": {"name": "web_search", "args": "{}", "output": "a page", "text": "x"}},
        {"type": "text", "text": {"value": "Lima.", "annotations": []}},
        None,
    ]
    answer = said("a", "q", False, "", content=parts)
    assert turns(flat(ASKED, answer), today)[1] == ("assistant", "I look it up.\n\nLima.")
    older = said("a", "q", False, ":::thinking\nA city:\n::::\n:::\nLima.\n\n:::note\nOld.\n:::")
    assert turns(flat(ASKED, older), today)[1] == ("assistant", "Lima.\n\n:::note\nOld.\n:::")


def test_what_a_server_wrote_where_an_answer_failed_is_no_answer(today: Calendar) -> None:
    failed = said("a", "q", False, "Something went wrong.", error=True)
    assert turns(flat(ASKED, failed), today) == SHOWN[:1]
    reported = said("a", "q", False, "", content=[{"type": "error", "error": "no key"}])
    assert turns(flat(ASKED, reported), today) == SHOWN[:1]


def test_a_file_alone_is_not_text_and_beside_a_question_left_out(today: Calendar) -> None:
    picture = {"files": [{"filename": "a.png"}]}
    assert turns(flat({**ASKED, **picture}, ANSWERED), today) == SHOWN
    assert why(flat({**ASKED, **picture, "text": ""}, ANSWERED), today) == "not_text: message 1"


@pytest.mark.parametrize(
    ("feedback", "expected"),
    [
        ({"rating": "thumbsUp", "tag": {"key": "accurate_reliable"}}, [("thumbs", 1.0, None)]),
        (
            {"rating": "thumbsDown", "tag": "inaccurate", "text": "No."},
            [("thumbs", -1.0, None), ("comment", None, "No.")],
        ),
        ({"rating": "up", "text": " "}, []),
        ({"rating": []}, []),
        ("thumbsUp", []),
        (None, []),
    ],
)
def test_thumbs_and_comments_are_feedback(today: Calendar, feedback: object, expected: list[object]) -> None:
    failed, again = said("qq", "q", False, "", error=True), said("rrr", "qq", True, "Again?")
    found = chat(flat(ASKED, failed, again, said("aaaa", "rrr", False, "Lima.", feedback=feedback)), today)
    assert [(one.kind, one.value, one.text) for one in found.feedback] == expected
    assert all((one.position, one.source) == (2, "librechat") for one in found.feedback)
    assert all(one.given_at.isoformat() == "2026-03-03T10:05:00.123000+01:00" for one in found.feedback)


def test_thumbs_on_other_branches_and_on_questions_do_not_count(today: Calendar) -> None:
    thumb = {"feedback": {"rating": "thumbsUp"}}
    assert chat(flat({**ASKED, **thumb}, {**ANSWERED, **thumb}, said("aaa", "q", False, "Hm.")), today).feedback == ()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (flat(said("q", "gone", True, "hi")), "broken_tree: 1 messages above the current one"),
        (flat(said("a", "b", True, "x"), said("b", "a", True, "y")), "broken_tree: the tree has no leaf"),
        (flat({**ASKED, "isCreatedByUser": "yes"}), "unknown_role: message 1"),
        (flat({**ASKED, "text": 5}), "not_text: message 1"),
        (flat({**ASKED, "createdAt": "NaN"}), "bad_timestamp: neither Unix time nor ISO 8601"),
        (flat(said("q", ROOT, True, "")), "no_messages: none that says anything"),
        (flat(messagesTree=[]), "no_messages: none that says anything"),
        (flat(ASKED, 5), "unknown_format: its parts are not those of librechat"),
        (flat({**ASKED, "messageId": {}}), "unknown_format: its parts are not those of librechat"),
        (flat({**ASKED, "children": 5}), "unknown_format: its parts are not those of librechat"),
    ],
)
def test_what_is_broken_says_so(today: Calendar, record: object, reason: str) -> None:
    assert why(record, today) == reason


def test_messages_with_roles_are_openais_whatever_they_are_part_of(today: Calendar) -> None:
    record = {"conversationId": "x", "messages": [{"role": "user", "content": "hi"}]}
    assert chat(record, today).source == "openai"


def test_one_that_is_nested_too_deep_to_be_read_says_how_it_can_be(today: Calendar) -> None:
    opening = json.dumps({**ASKED, "children": []})[:-2]
    deep = f'{{"conversationId": "l-1", "messagesTree": [{opening * 600}{"]}" * 600}]}}'
    with pytest.raises(Unreadable, match=r"invalid_json: .+; of LibreChat, export it without recursion"):
        formats.chat(deep.encode(), today)


def test_a_long_chain_takes_time_by_its_length(today: Calendar) -> None:
    def chain(length: int) -> dict[str, Any]:
        return flat(
            *({**ASKED, "messageId": str(n), "parentMessageId": str(n - 1) if n else ROOT} for n in range(length))
        )

    short, long = chain(1_000), chain(20_000)
    assert is_within(60, lambda: turns(long, today), lambda: turns(short, today))


def test_thoughts_that_never_end_stay_and_are_read_in_linear_time(today: Calendar) -> None:
    openings = ":::thinking\n" * 50_000 + "x"

    def read_it(text: str) -> None:
        assert turns(flat(ASKED, said("a", "q", False, text)), today)[1] == ("assistant", text)

    assert is_within(40, lambda: read_it(openings), lambda: read_it(openings[-len(openings) // 20 :].lstrip(":")))


@given(parents=st.lists(st.integers(0, 20), min_size=1, max_size=20), times=st.permutations(range(20)))
def test_flat_and_nested_exports_of_any_tree_are_alike(parents: list[int], times: list[int]) -> None:
    messages = [
        said(str(n), str(parent % n) if n else ROOT, bool(n % 2), f"said {n}", createdAt=MINUTE.format(times[n]))
        for n, parent in enumerate(parents)
    ]
    today = calendar(read({}), NOW)
    assert chat(flat(*messages), today) == chat(nested(*messages), today)
