"""A veto in a conversation's title or among its tags is kept where it is looked for; other titles are not kept."""

from typing import Any

import orjson
import pytest

from selfimprove.chats import formats
from selfimprove.chats.calendar import calendar
from selfimprove.chats.chat import Chat
from selfimprove.privacy.veto import has_tag
from selfimprove.settings import read
from selfimprove_tests.chats import test_claude as claude
from selfimprove_tests.chats import test_librechat as librechat
from selfimprove_tests.chats.conftest import NOW
from selfimprove_tests.chats.test_trees import ANSWERED, ASKED, conversation

TODAY = calendar(read({}), NOW)
MESSAGES = [{"role": "user", "content": "What is it?"}, {"role": "assistant", "content": "It is."}]


def openwebui(**more: Any) -> dict[str, Any]:
    inner = {"messages": MESSAGES, **more.pop("inner", {})}
    return {"id": "w-1", "user_id": "ada", "created_at": 1772492400, "chat": inner, **more}


def chat(record: dict[str, Any]) -> Chat:
    return formats.chat(orjson.dumps(record), TODAY)


@pytest.mark.parametrize(
    "record",
    [
        conversation(ASKED, ANSWERED, title="My health #private"),
        conversation(ASKED, ANSWERED, title="＃No-Train please"),
        openwebui(title="#no-rag"),
        openwebui(inner={"title": "Letters #private"}),
        openwebui(inner={"tags": ["private"]}),
        openwebui(inner={"tags": [{"name": "no_train"}]}),
        openwebui(meta={"tags": ["work", "No Train"]}),
        {"messages": MESSAGES, "metadata": {"tags": ["#no-rag"]}},
        {"messages": MESSAGES, "title": "for me #no-training"},
        claude.conversation(claude.ASKED, claude.ANSWERED, name="My health #private"),
        librechat.flat(librechat.ASKED, librechat.ANSWERED, title="#no-rag"),
    ],
)
def test_a_veto_on_a_conversation_is_a_comment_on_its_first_answer(record: dict[str, Any]) -> None:
    [comment] = chat(record).feedback
    assert (comment.kind, comment.position, comment.value) == ("comment", 1, None)
    assert has_tag(str(comment.text))


@pytest.mark.parametrize(
    "record",
    [
        conversation(ASKED, ANSWERED),
        conversation(ASKED, ANSWERED, title=None),
        claude.conversation(claude.ASKED, claude.ANSWERED, name="A private lesson"),
        openwebui(title="A private lesson", meta={"tags": ["privacy", "training", "private-lesson"]}),
        openwebui(meta={"tags": [None, 3, {"name": 4}, {}]}, inner={"tags": "private"}),
        {"messages": MESSAGES, "metadata": "private", "tags": {"private": True}},
    ],
)
def test_nothing_else_that_is_written_on_it_is_kept(record: dict[str, Any]) -> None:
    assert chat(record).feedback == ()


def test_an_unanswered_conversation_has_nothing_to_veto() -> None:
    assert chat(conversation(ASKED, title="#private")).feedback == ()
