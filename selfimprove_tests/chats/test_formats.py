"""Flat formats: what is read of each, and why the near misses are not."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats import formats
from selfimprove.chats.calendar import Calendar, calendar
from selfimprove.chats.chat import Chat
from selfimprove.chats.unreadable import Unreadable
from selfimprove.settings import read
from selfimprove_tests.chats.conftest import NOW

HI = {"role": "user", "content": "hi"}
HELLO = {"role": "assistant", "content": "hello"}
TRANSCRIPT = "\n\nHuman: hi\n\nAssistant: {}"


def chat(record: Any, today: Calendar) -> Chat:
    return formats.chat(orjson.dumps(record), today)


def turns(record: Any, today: Calendar) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in chat(record, today).messages]


def why(record: Any, today: Calendar) -> str:
    with pytest.raises(Unreadable) as caught:
        chat(record, today)
    return str(caught.value)


def test_openai_takes_ids_users_and_times_where_they_are(today: Calendar) -> None:
    found = chat({"id": 7, "user": "ann", "created_at": "2026-03-03T07:30:00", "messages": [HI, HELLO]}, today)
    assert (found.source, found.external_id, found.user) == ("openai", "7", "ann")
    assert found.started_at.isoformat() == "2026-03-03T07:30:00+01:00"
    plain = chat({"messages": [HI, HELLO]}, today)
    assert (plain.external_id, plain.user, plain.started_at) == (None, None, today.default)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hi", "hi"),
        ("", ""),
        ([{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "x"}}], "look"),
        ([{"type": "input_text", "text": "one"}, {"type": "text", "text": "two"}], "one\ntwo"),
        (["one", "two"], "one\ntwo"),
    ],
)
def test_text_is_kept_and_pictures_are_left_out(today: Calendar, content: object, text: str) -> None:
    assert turns({"messages": [{"role": "user", "content": content}, HELLO]}, today)[0] == ("user", text)


@pytest.mark.parametrize("content", [None, 5, {}, [], [{"type": "image_url", "image_url": {"url": "x"}}], [7]])
def test_a_message_with_no_text_left_is_not_text(today: Calendar, content: object) -> None:
    assert why({"messages": [HI, {"role": "assistant", "content": content}]}, today) == "not_text: message 2"


def test_a_bare_tool_call_is_left_out_and_its_result_stays(today: Calendar) -> None:
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    messages = [HI, call, {"role": "tool", "content": "42"}, HELLO]
    assert [role for role, _ in turns({"messages": messages}, today)] == ["user", "tool", "assistant"]


@pytest.mark.parametrize(
    ("name", "role"), [("developer", "system"), ("function", "tool"), ("human", "user"), ("model", "assistant")]
)
def test_roles_have_other_names(today: Calendar, name: str, role: str) -> None:
    assert turns({"messages": [{"role": name, "content": "x"}, HI]}, today)[0] == (role, "x")


@pytest.mark.parametrize("role", ["bot", "User", "", None, 3, []])
def test_other_roles_are_unknown_and_not_quoted(today: Calendar, role: object) -> None:
    assert why({"messages": [HI, {"role": role, "content": "x"}]}, today) == "unknown_role: message 2"


def test_sharegpt_reads_both_ways_to_name_a_turn(today: Calendar) -> None:
    own = {"id": "a_0", "conversations": [{"from": "human", "value": "hi"}, {"from": "gpt", "value": "hello"}]}
    assert turns(own, today) == turns({"conversations": [HI, HELLO]}, today) == [("user", "hi"), ("assistant", "hello")]
    assert chat(own, today).external_id == "a_0"
    assert chat(own, today).source == "sharegpt"


def test_alpaca_puts_the_input_below_the_instruction(today: Calendar) -> None:
    record = {"instruction": "Add.", "input": "1 and 2", "output": "3"}
    assert turns(record, today) == [("user", "Add.\n\n1 and 2"), ("assistant", "3")]
    assert turns({**record, "input": ""}, today)[0] == ("user", "Add.")
    assert turns({"instruction": "Add.", "output": "3"}, today)[0] == ("user", "Add.")
    assert chat(record, today).source == "alpaca"


def test_hh_rlhf_keeps_the_rejected_answer_as_a_preference(today: Calendar) -> None:
    found = chat({"chosen": TRANSCRIPT.format("hello"), "rejected": TRANSCRIPT.format("go away")}, today)
    assert [(message.role, message.content) for message in found.messages] == [("user", "hi"), ("assistant", "hello")]
    (given,) = found.feedback
    assert (given.position, given.kind, given.text, given.source) == (1, "preference", "go away", "hh-rlhf")


@pytest.mark.parametrize(
    "rejected",
    [
        TRANSCRIPT.format("hello"),
        "\n\nHuman: other\n\nAssistant: go away",
        TRANSCRIPT.format("hello\n\nHuman: and?\n\nAssistant: go away"),
        "\n\nHuman: hi\n\nHuman: go away",
    ],
)
def test_hh_rlhf_prefers_nothing_unless_two_answers_stand_against_each_other(today: Calendar, rejected: str) -> None:
    assert chat({"chosen": TRANSCRIPT.format("hello"), "rejected": rejected}, today).feedback == ()


def test_hh_rlhf_speakers_inside_a_line_are_text(today: Calendar) -> None:
    found = turns(
        {"chosen": TRANSCRIPT.format("Say Human: and\nAssistant: ok"), "rejected": TRANSCRIPT.format("no")}, today
    )
    assert found[1] == ("assistant", "Say Human: and\nAssistant: ok")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"messages": []}, "no_messages: "),
        ({"conversations": []}, "no_messages: "),
        ({"mapping": {}}, "no_messages: the tree has no leaf"),
        ({"chosen": "hi", "rejected": "ho"}, "no_messages: no 'Human:' at its start"),
        ({"messages": ["hi"]}, "not_text: message 1"),
        ({"instruction": "Add.", "output": None}, "not_text: message 2"),
        ({"messages": [HI], "created": "soon"}, "bad_timestamp: neither Unix time nor ISO 8601"),
    ],
)
def test_near_misses_have_their_reason(today: Calendar, record: object, reason: str) -> None:
    assert why(record, today) == reason


@pytest.mark.parametrize(
    "record",
    [
        {},
        [],
        5,
        "hi",
        None,
        {"message": "hi"},
        {"messages": "hi"},
        {"chosen": [HI], "rejected": [HI]},
        {"chat": {}},
        {"instruction": "x"},
    ],
)
def test_what_is_of_no_format_is_unknown(today: Calendar, record: object) -> None:
    assert why(record, today).startswith("unknown_format: none of chatgpt, openwebui, claude, librechat, openai")


@pytest.mark.parametrize("data", [b"{", b"oops", b'{"messages": NaN}', b'{"a": "\xff"}', b"", b'{"a": 1} {"b": 2}'])
def test_what_is_not_json_says_where_and_not_what(today: Calendar, data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^invalid_json: .+ at character \d+$"):
        formats.chat(data, today)


def test_a_record_that_was_too_large_to_hold_says_so(today: Calendar) -> None:
    with pytest.raises(Unreadable, match="too_large"):
        formats.chat(None, today)


KEYS = st.sampled_from(
    ["messages", "role", "content", "chat", "history", "currentId", "parentId", "annotation", "details", "rating", "a",
     "mapping", "parent", "current_node", "author", "metadata", "parts", "conversations", "from", "value", "text",
     "chosen", "rejected", "instruction", "output", "message", "content_type", "updated_at", "create_time", "recipient"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["a", "user", "assistant", "text", "\n\nHuman: a"])
)
ANYTHING = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=40
)


@given(record=st.dictionaries(KEYS, ANYTHING, max_size=6))
def test_whatever_a_file_holds_it_is_a_chat_or_has_a_reason(record: dict[str, Any]) -> None:
    today = calendar(read({}), NOW)
    try:
        found = chat(record, today)
    except Unreadable:
        return
    assert found.messages
    assert all(given.position < len(found.messages) for given in found.feedback)
