"""Exports of Claude and LibreChat, imported again and again: nothing doubles, what has grown grows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.importing import import_files
from selfimprove.chats.table import Written
from selfimprove.postgres import Connection
from selfimprove_tests.chats import test_claude as claude
from selfimprove_tests.chats import test_librechat as librechat

Import = Callable[[object], Written]
Stored = Callable[[], list[list[tuple[str, str]]]]

THUMB = {"feedback": {"rating": "thumbsUp", "text": "yes"}}
CLAUDE = (
    claude.conversation(claude.ASKED, claude.ANSWERED),
    claude.conversation(claude.ASKED, claude.ANSWERED, claude.said("aaa", "a", "human", "Thanks.")),
)
LIBRECHAT = (
    librechat.flat(librechat.ASKED, {**librechat.ANSWERED, **THUMB}),
    librechat.nested(
        librechat.ASKED, {**librechat.ANSWERED, **THUMB}, librechat.said("aaa", "a", True, "Thanks.")
    ),
)


@pytest.fixture
def bring(connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path) -> Import:
    def import_(export: object) -> Written:
        path = tmp_path / "export.json"
        path.write_bytes(orjson.dumps(export))
        (found,) = import_files(connection, [path], sealing, today)
        assert found.rejected == {}
        return found.written

    return import_


@pytest.mark.parametrize("states", [CLAUDE, LIBRECHAT], ids=["claude", "librechat"])
def test_a_later_export_of_a_conversation_adds_what_is_new_and_an_earlier_one_nothing(
    bring: Import, stored: Stored, states: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    earlier, later = states
    assert bring(earlier).imported == 1
    assert bring([earlier]) == Written(unchanged=1)
    assert bring(later) == Written(updated=1)
    assert bring([later, earlier]) == Written(unchanged=2)
    assert stored() == [[("user", "What is the capital of Peru?"), ("assistant", "Lima."), ("user", "Thanks.")]]


def test_a_thumb_is_kept_once(bring: Import, connection: Connection) -> None:
    assert bring(LIBRECHAT[0]).feedback == 2
    assert bring(LIBRECHAT[1]).feedback == 0
    rows = connection.execute("select kind, position, value from feedback order by kind").fetchall()
    assert [(row["kind"], row["position"], row["value"]) for row in rows] == [("comment", 1, None), ("thumbs", 1, 1.0)]


def test_the_formats_are_told_apart_in_one_file(bring: Import, connection: Connection) -> None:
    assert bring([CLAUDE[0], LIBRECHAT[0], {"messages": [{"role": "user", "content": "hi"}]}]).imported == 3
    rows = connection.execute("select source from chats order by source").fetchall()
    assert [row["source"] for row in rows] == ["claude", "librechat", "openai"]
