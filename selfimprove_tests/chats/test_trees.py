"""ChatGPT's and Open WebUI's exports: message trees, of which one branch is the conversation."""

from itertools import pairwise
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
from selfimprove_tests.cost import is_within

MARCH_3 = 1772492400.0


def node(key: str, parent: str | None, role: str, *parts: Any, **more: Any) -> dict[str, Any]:
    """A node as ChatGPT exports it."""
    content_type = more.pop("content_type", "text")
    metadata = more.pop("metadata", {})
    message = {
        "id": key,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": MARCH_3,
        "content": {"content_type": content_type, "parts": list(parts)},
        "status": "finished_successfully",
        "weight": 1.0,
        "metadata": metadata,
        "recipient": "all",
        "channel": None,
        **more,
    }
    return {"id": key, "message": message, "parent": parent, "children": []}


def conversation(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A conversation as ChatGPT exports it; the last node is the current one."""
    root = {"id": "client-created-root", "message": None, "parent": None, "children": []}
    mapping = {one["id"]: one for one in (root, *nodes)}
    for one in nodes:
        if one["parent"] in mapping:
            mapping[one["parent"]]["children"].append(one["id"])
    export = {"title": "A title", "create_time": MARCH_3, "update_time": MARCH_3, "mapping": mapping}
    return {**export, "current_node": nodes[-1]["id"], "conversation_id": "c-1", "id": "c-1", **more}


ROOT = "client-created-root"
ASKED = node("u1", ROOT, "user", "What is the capital of Peru?")
ANSWERED = node("a1", "u1", "assistant", "Lima.")


def chat(record: Any, today: Calendar) -> Chat:
    return formats.chat(orjson.dumps(record), today)


def turns(record: Any, today: Calendar) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in chat(record, today).messages]


def why(record: Any, today: Calendar) -> str:
    with pytest.raises(Unreadable) as caught:
        chat(record, today)
    return str(caught.value)


def test_chatgpt_has_ids_and_times(today: Calendar) -> None:
    found = chat(conversation(ASKED, ANSWERED), today)
    assert (found.source, found.external_id, found.user) == ("chatgpt", "c-1", None)
    assert found.started_at.isoformat() == "2026-03-03T00:00:00+01:00"
    undated = chat(conversation(ASKED, ANSWERED, create_time=None), today)
    assert undated.started_at == found.started_at


def test_the_current_branch_is_the_conversation_and_edits_beside_it_are_not(today: Calendar) -> None:
    edited = node("u2", ROOT, "user", "What is the capital of Chile?")
    older, newer = node("a2", "u2", "assistant", "Lima."), node("a3", "u2", "assistant", "Santiago.")
    assert turns(conversation(ASKED, ANSWERED, edited, older, newer), today) == [
        ("user", "What is the capital of Chile?"),
        ("assistant", "Santiago."),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        node("x", "u1", "system", "You are ChatGPT."),
        node("x", "u1", "tool", "search results"),
        node("x", "u1", "assistant", "search('Peru')", recipient="web"),
        node("x", "u1", "user", "about me", metadata={"is_visually_hidden_from_conversation": True}),
        node("x", "u1", "assistant", "gone", weight=0.0),
        node("x", "u1", "assistant", "hm", content_type="thoughts"),
        node("x", "u1", "user", "profile", content_type="user_editable_context"),
        node("x", "u1", "assistant", "let me think", channel="analysis"),
        node("x", "u1", "assistant", ""),
        {"id": "x", "message": None, "parent": "u1", "children": []},
    ],
    ids=["system", "tool", "tool call", "hidden", "weight", "thoughts", "profile", "channel", "empty", "no message"],
)
def test_what_the_person_did_not_see_is_left_out(today: Calendar, hidden: dict[str, Any]) -> None:
    answer = node("a1", "x", "assistant", "Lima.", channel="final")
    assert turns(conversation(ASKED, hidden, answer), today) == [
        ("user", "What is the capital of Peru?"),
        ("assistant", "Lima."),
    ]


def test_what_is_said_before_and_after_a_tool_is_one_answer(today: Calendar) -> None:
    before, call = node("b", "u1", "assistant", "I look it up."), node("c", "b", "assistant", "q", recipient="web")
    after = node("d", "c", "assistant", "Lima.")
    assert turns(conversation(ASKED, before, call, after), today)[1] == ("assistant", "I look it up.\n\nLima.")


def test_text_beside_a_picture_is_kept_and_a_picture_alone_is_not_text(today: Calendar) -> None:
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"}
    spoken = {"content_type": "audio_transcription", "text": "hello"}
    both = node("u1", ROOT, "user", picture, "What is this?", content_type="multimodal_text")
    assert turns(conversation(both, ANSWERED), today)[0] == ("user", "What is this?")
    voice = node("u1", ROOT, "user", spoken, content_type="multimodal_text")
    assert turns(conversation(voice, ANSWERED), today)[0] == ("user", "hello")
    alone = node("u1", ROOT, "user", picture, content_type="multimodal_text")
    assert why(conversation(alone, ANSWERED), today) == "not_text: message 1"


def test_without_a_current_node_the_last_leaf_counts(today: Calendar) -> None:
    assert turns(conversation(ASKED, ANSWERED, current_node=None), today)[1] == ("assistant", "Lima.")


def test_a_tree_that_is_broken_says_so(today: Calendar) -> None:
    lost = node("u1", "gone", "user", "hi")
    assert why(conversation(lost), today) == "broken_tree: 1 messages above the current one"
    circle = [node("a", "b", "user", "x"), node("b", "a", "user", "y")]
    assert why(conversation(*circle), today).startswith("broken_tree")
    assert why(conversation(ASKED, current_node="gone"), today).startswith("broken_tree")


def test_a_tree_of_hidden_messages_alone_has_no_messages(today: Calendar) -> None:
    assert why(conversation(node("s", ROOT, "system", "x")), today) == "no_messages: none that a person saw"


@given(parents=st.lists(st.integers(0, 30), min_size=1, max_size=30), leaf=st.integers(0, 29))
def test_the_branch_of_any_tree_is_the_way_from_its_root_to_the_current_node(parents: list[int], leaf: int) -> None:
    above = {n: parent % n if n else None for n, parent in enumerate(parents)}
    nodes = [
        node(str(n), ROOT if parent is None else str(parent), "user" if n % 2 else "assistant", f"said {n}")
        for n, parent in above.items()
    ]
    current: int | None = leaf % len(parents)
    found = chat(conversation(*nodes, current_node=str(current)), calendar(read({}), NOW))
    path = []
    while current is not None:
        path.append(f"said {current}")
        current = above[current]
    assert "\n\n".join(message.content for message in found.messages).split("\n\n") == path[::-1]
    roles = [message.role for message in found.messages]
    assert all(role != following for role, following in pairwise(roles))


def webui(*messages: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A chat as Open WebUI exports it; the last message is the current one."""
    nodes = {message["id"]: message for message in messages}
    history = {"messages": nodes, "currentId": messages[-1]["id"]}
    inner = {
        "title": "A title",
        "models": ["m"],
        "history": history,
        "messages": list(messages),
        "timestamp": MARCH_3 * 1000,
    }
    outer = {"id": "w-1", "user_id": "someone", "title": "A title", "chat": inner, "archived": False, "meta": {}}
    return {**outer, "created_at": int(MARCH_3), "updated_at": int(MARCH_3) + 60, **more}


def said(key: str, parent: str | None, role: str, content: Any, **more: Any) -> dict[str, Any]:
    """A message as Open WebUI exports it."""
    return {"id": key, "parentId": parent, "childrenIds": [], "role": role, "content": content, "timestamp": 1, **more}


QUESTION, REPLY = said("1", None, "user", "hi"), said("2", "1", "assistant", "hello", done=True)


def test_openwebui_has_ids_users_and_times(today: Calendar) -> None:
    found = chat(webui(QUESTION, REPLY), today)
    assert (found.source, found.external_id, found.user) == ("openwebui", "w-1", "someone")
    assert found.started_at.isoformat() == "2026-03-03T00:00:00+01:00"
    older = webui(QUESTION, REPLY)
    del older["created_at"]
    assert chat(older, today).started_at == found.started_at


def test_openwebui_follows_the_current_branch(today: Calendar) -> None:
    other = said("3", "1", "assistant", "good day")
    assert turns(webui(QUESTION, REPLY, other), today) == [("user", "hi"), ("assistant", "good day")]


def test_openwebui_without_a_tree_has_its_flat_list(today: Calendar) -> None:
    record = webui(QUESTION, REPLY)
    del record["chat"]["history"]
    assert turns(record, today) == [("user", "hi"), ("assistant", "hello")]
    record["chat"]["history"] = {"messages": {}, "currentId": None}
    assert turns(record, today) == [("user", "hi"), ("assistant", "hello")]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ({"rating": 1}, [("thumbs", 1.0, None)]),
        (
            {"rating": -1, "comment": "wrong", "reason": "not_factually_correct"},
            [("thumbs", -1.0, None), ("comment", None, "wrong")],
        ),
        ({"rating": 1, "details": {"rating": 10}}, [("thumbs", 1.0, None), ("rating", 1.0, None)]),
        ({"rating": -1, "details": {"rating": 1}}, [("thumbs", -1.0, None), ("rating", -1.0, None)]),
        ({"rating": 0}, []),
        ({"rating": "1", "comment": "  ", "details": {"rating": 11}}, []),
        (None, []),
        ("good", []),
    ],
)
def test_openwebui_ratings_are_feedback(
    today: Calendar, annotation: object, expected: list[tuple[object, ...]]
) -> None:
    found = chat(webui(QUESTION, {**REPLY, "annotation": annotation}), today)
    assert [(given.kind, given.value, given.text) for given in found.feedback] == expected
    assert all(given.position == 1 and given.source == "openwebui" for given in found.feedback)
    assert all(given.given_at.isoformat() == "2026-03-03T00:01:00+01:00" for given in found.feedback)


def test_openwebui_ratings_of_other_branches_and_of_questions_do_not_count(today: Calendar) -> None:
    rated = {**REPLY, "annotation": {"rating": 1}}
    asked = {**QUESTION, "annotation": {"rating": 1}}
    assert chat(webui(asked, rated, said("3", "1", "assistant", "good day")), today).feedback == ()


def test_openwebui_thinking_and_tool_calls_are_folded_away(today: Calendar) -> None:
    thinking = '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n> hm\n</details>\n'
    assert turns(webui(QUESTION, said("2", "1", "assistant", f"{thinking}hello")), today)[1] == ("assistant", "hello")
    written = "<details><summary>More</summary>text</details>"
    assert turns(webui(QUESTION, said("2", "1", "assistant", written)), today)[1] == ("assistant", written)


def test_openwebui_folds_that_never_end_stay_and_are_read_in_linear_time(today: Calendar) -> None:
    openings = '<details type="reasoning">' * 50_000

    def read(openings: str) -> None:
        assert turns(webui(QUESTION, said("2", "1", "assistant", openings)), today)[1] == ("assistant", openings)

    assert is_within(40, lambda: read(openings), lambda: read(openings[: len(openings) // 20]))


def test_openwebui_files_alone_are_not_text_and_an_empty_answer_stays(today: Calendar) -> None:
    assert why(webui(said("1", None, "user", "", files=[{"type": "image"}]), REPLY), today) == "not_text: message 1"
    assert turns(webui(QUESTION, said("2", "1", "assistant", "")), today)[1] == ("assistant", "")


def test_openwebui_without_messages_says_so(today: Calendar) -> None:
    record = webui(QUESTION)
    record["chat"] = {"history": {"messages": {}, "currentId": None}, "messages": []}
    assert why(record, today) == "no_messages: "
