"""Claude's conversations.json: an array of {"uuid", "name", "chat_messages"}; its newest branch is the conversation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Chat, Message
from selfimprove.chats.formats.parts import said, unfolded
from selfimprove.chats.formats.tree import branch, newest
from selfimprove.chats.formats.turns import first, name, role, text
from selfimprove.chats.unreadable import Unreadable

SOURCE = "claude"
PARENT = "parent_message_uuid"
ROOT = "00000000-0000-4000-8000-000000000000"  # the parent of a first message

# What exports without content blocks write in the place of a tool, and those of 2024 of thoughts and artifacts.
STAND_IN = re.compile(
    r"```\n(?:This block is not supported on your current device yet\.|Viewing artifacts created via the Analysis Tool "
    r"web feature preview isn.t yet supported on mobile\.)\n```\n*"
)
FOLDED, END = re.compile(r"<ant(?:Thinking|Artifact)\b"), re.compile(r"</ant(?:Thinking|Artifact)>\s*")


def matches(record: Mapping[str, Any]) -> bool:
    """Whether the record has a list of chat messages."""
    return isinstance(record.get("chat_messages"), list)


def chat(record: Mapping[str, Any], calendar: Calendar) -> Chat:
    """What was said on the newest branch: no thoughts, tools or files; what a person pasted is what the person said."""
    path = _path(record["chat_messages"], record.get("current_leaf_message_uuid"))
    messages = tuple(_messages(path))
    if not messages:
        raise Unreadable("no_messages", "none that says anything")
    return Chat(
        source=SOURCE,
        external_id=name(record, "uuid"),
        user=name(record.get("account") or {}, "uuid"),
        started_at=calendar.at(first(record, "created_at") or first(path[0], "created_at")),
        messages=messages,
    )


def _path(items: Sequence[dict[str, Any]], leaf: object) -> list[dict[str, Any]]:
    """The branch that was shown; older exports have no parents, and every wording of a question before its answer."""
    if not any(item.get(PARENT) for item in items):
        return [list(run)[-1] for _, run in groupby(items, lambda item: item.get("sender"))]
    nodes = {item["uuid"]: item for item in items}
    return branch(nodes, leaf if isinstance(leaf, str) else newest(nodes, PARENT, "created_at"), PARENT, ROOT)


def _messages(path: Sequence[Mapping[str, Any]]) -> Iterator[Message]:
    for number, item in enumerate(path, 1):
        content = "\n\n".join(filter(None, (_said(item, number), *_pasted(item))))
        if content:
            yield Message(role(item.get("sender"), number), content)
        elif item.get("sender") == "human" and (item.get("attachments") or item.get("files")):
            raise Unreadable("not_text", f"message {number}")


def _said(item: Mapping[str, Any], number: int) -> str:
    blocks = item.get("content")
    found = said(blocks) if isinstance(blocks, list) and blocks else text(item.get("text") or "", number)
    return STAND_IN.sub("", unfolded(found, FOLDED, END)).strip()


def _pasted(item: Mapping[str, Any]) -> Iterator[str]:
    """What was too long for the page's box and went beside it: an attachment with text and without a file's name."""
    for attached in item.get("attachments") or ():
        found = None if attached.get("file_name") else attached.get("extracted_content")
        if isinstance(found, str):
            yield found.strip()
