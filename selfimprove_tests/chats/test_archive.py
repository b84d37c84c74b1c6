"""Zip archives, as ChatGPT and Claude hand them out: what is read of them, and what they cannot do to a machine."""

import io
import os
import zlib
from pathlib import Path
from threading import Thread
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove.chats import archive, table
from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.importing import import_files
from selfimprove.errors import FileUnreadable
from selfimprove.postgres import Connection

CHAT = '[{"messages": [{"role": "user", "content": "number %s"}]}]'


def packed(files: dict[str, str | bytes], **more: int) -> bytes:
    data = io.BytesIO()
    with ZipFile(data, "w", more.get("by", ZIP_DEFLATED)) as found:
        for name, text in files.items():
            found.writestr(name, text)
    return data.getvalue()


@pytest.fixture
def read(tmp_path: Path) -> "Read":
    return Read(tmp_path / "export.zip")


class Read:
    """Reads the records of an archive that was just written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, data: bytes) -> list[tuple[int, bytes | None]]:
        self.path.write_bytes(data)
        with archive.opened(self.path) as (found, _):
            return [(record.number, record.data) for record in found]

    def why(self, data: bytes) -> str:
        with pytest.raises(FileUnreadable) as caught:
            self(data)
        return str(caught.value)


def test_the_conversations_are_read_in_the_order_of_their_files_and_nothing_else(read: Read) -> None:
    files = {
        "user.json": "{}",
        "data/conversations-001.json": '[{"b": 1}, {"c": 1}]',
        "data/conversations-000.json": '[{"a": 1}]',
        "shared_conversations.json": "[{}]",
        "conversations.json.index": "{}",
        "__MACOSX/._conversations.json": "\0",
        "chat.html": "<p>",
    }
    assert read(packed(files)) == [(1, b'{"a": 1}'), (2, b'{"b": 1}'), (3, b'{"c": 1}')]


def test_where_none_is_called_conversations_all_that_hold_json_are_read(read: Read) -> None:
    files = {"b.jsonl": '{"b": 1}\n\n{"c": 1}', "x/a.json": '{"d": 1}', ".hidden.json": "{}", "c.txt": "{}"}
    assert [number for number, _ in read(packed(files))] == [1, 3, 4]


def test_what_holds_nothing_to_read_says_so(read: Read) -> None:
    for files in ({}, {"chat.html": "<p>"}, {"conversations/": ""}):
        assert "a zip archive without JSON files" in read.why(packed(files))


def test_an_archive_that_says_it_holds_beyond_measure_is_refused_and_none_gives_more_than_it_says(read: Read) -> None:
    data, size = packed({"conversations.json": b" " * 2_000_000}), (2_000_000).to_bytes(4, "little")
    assert read(data) == []
    assert "would unpack to more than chats can be" in read.why(data.replace(size, (1 << 31).to_bytes(4, "little")))
    assert "broken zip archive" in read.why(data.replace(size, (9).to_bytes(4, "little")))


def test_what_cannot_be_unpacked_here_is_refused_with_the_next_step(read: Read) -> None:
    assert "unpack it and import" in read.why(packed({"conversations.json": "[]"}, by=ZIP_BZIP2))
    data = bytearray(packed({"conversations.json": "[]"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "unpack it and import" in read.why(bytes(data))


def test_a_pipe_says_what_to_do(read: Read) -> None:
    os.mkfifo(read.path)
    writer = Thread(target=read.path.write_bytes, args=[packed({"conversations.json": "[]"})])
    writer.start()
    with pytest.raises(FileUnreadable, match="save it first"), archive.opened(read.path):
        pass
    writer.join()


GOOD = packed({"conversations.json": CHAT % 1 * 9, "conversations-1.json": CHAT % 2, "\xfc.json": "[]"})


@given(changed=st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=3))
def test_whatever_its_bytes_are_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changed: list[tuple[int, int]]
) -> None:
    data = bytearray(GOOD)
    for place, value in changed:
        data[place] = value
    path = tmp_path_factory.getbasetemp() / "changed.zip"
    path.write_bytes(data)
    try:
        with archive.opened(path) as (found, _):
            for record in found:
                assert record.number
    except (FileUnreadable, OSError, EOFError, zlib.error):
        return


def test_an_archive_is_imported_as_a_whole_or_not_at_all(
    connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path
) -> None:
    path, steps = tmp_path / "export.zip", []
    path.write_bytes(packed({"conversations-000.json": CHAT % 1, "conversations-001.json": "[5]", "a.html": "x" * 99}))
    (found,) = import_files(connection, [path], sealing, today, lambda _, done: steps.append(done))
    assert (found.read, found.written.imported, found.rejected) == (2, 1, {"unknown_format": 1})
    assert [row["line"] for row in table.rejections(connection)] == [2]
    assert steps[-1] == path.stat().st_size
    broken = bytearray(packed({"conversations-000.json": CHAT % 2, "conversations-001.json": CHAT % 3 * 99}))
    broken[broken.rindex(b"PK\x03\x04") + 70] ^= 1
    path.write_bytes(broken)
    with pytest.raises(FileUnreadable, match="nothing of it was imported"):
        import_files(connection, [path], sealing, today)
    assert [row["n"] for row in connection.execute("select count(*) as n from chats")] == [1]
