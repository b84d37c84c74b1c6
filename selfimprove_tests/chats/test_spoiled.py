"""Real exports with one part exchanged for anything: each is a chat or has a reason, and the others stay."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats import formats
from selfimprove.chats.calendar import calendar
from selfimprove.chats.unreadable import Unreadable
from selfimprove.settings import read
from selfimprove_tests.chats import test_claude as claude
from selfimprove_tests.chats import test_librechat as librechat
from selfimprove_tests.chats.conftest import NOW
from selfimprove_tests.chats.test_trees import ANSWERED, ASKED, QUESTION, REPLY, conversation, webui

PASTED = {"file_name": "", "extracted_content": "a letter"}
LIBRECHAT = (librechat.ASKED, {**librechat.ANSWERED, "feedback": {"rating": "thumbsUp", "text": "yes"}})
RECORDS = {
    "chatgpt": conversation(ASKED, ANSWERED),
    "openwebui": webui(QUESTION, {**REPLY, "annotation": {"rating": 1, "details": {"rating": 7}, "comment": "yes"}}),
    "claude": claude.conversation({**claude.ASKED, "attachments": [PASTED]}, claude.ANSWERED),
    "librechat": librechat.flat(*LIBRECHAT),
    "librechat, nested": librechat.nested(*LIBRECHAT),
    "librechat, in parts": librechat.flat(
        LIBRECHAT[0], {**LIBRECHAT[1], "content": [{"type": "text", "text": {"value": "Lima."}}]}
    ),
}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
ANYTHING = st.recursive(
    SCALARS | st.sampled_from(["q", "a", "human", "assistant", claude.ROOT, "NaN"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["type", "text"]), inner, max_size=2),
    max_leaves=6,
)


DEEP = "[" * 990 + "]" * 990  # as deep as orjson reads, and deeper than Python writes


@st.composite
def spoiled(draw: st.DrawFn, record: Any) -> Any:
    """The record with one of its parts, at any depth, exchanged or gone."""
    if not record or not isinstance(record, dict | list) or draw(st.integers(0, 5)) == 0:
        return draw(ANYTHING)
    place = draw(st.sampled_from(sorted(record) if isinstance(record, dict) else range(len(record))))
    spoilt = record.copy()
    if isinstance(spoilt, dict) and draw(st.integers(0, 9)) == 0:
        del spoilt[place]
    else:
        spoilt[place] = draw(spoiled(record[place]))
    return spoilt


@pytest.mark.parametrize("name", RECORDS)
@given(data=st.data())
def test_a_spoiled_export_is_a_chat_or_has_a_reason(name: str, data: st.DataObject) -> None:
    check(json.dumps(data.draw(spoiled(data.draw(spoiled(RECORDS[name]))))))


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_nested_beyond_measure_costs_one_record_wherever_it_stands(name: str) -> None:
    text = json.dumps(RECORDS[name])
    for value in re.finditer(r'(?<=: )(?:"[^"]*"|[^][{}\s,:"]+)(?=[,}])', text):
        check(text[: value.start()] + DEEP + text[value.end() :])


def check(record: str) -> None:
    try:
        found = formats.chat(record.encode(), calendar(read({}), NOW))
    except Unreadable:
        return
    assert found.messages
    assert all(given.position < len(found.messages) for given in found.feedback)
