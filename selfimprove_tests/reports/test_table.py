"""The report's file and row."""

import dataclasses
import hashlib
import stat

import pytest

from selfimprove.reports import table
from selfimprove_tests.reports import nights


@pytest.fixture
def written(tmp_path):
    return table.write(tmp_path / "state folder" / "reports", nights.promoted())


def test_the_file_is_whole_and_private(written):
    assert written.path.name == "2026-01-06-7b1f3c52.html"
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600
    assert [path.name for path in written.path.parent.iterdir()] == [written.path.name], "no draft is left"
    assert table.unreadable(written) is None


def test_written_again_it_takes_its_own_place(written):
    again = table.write(written.path.parent, nights.promoted())
    assert again == written
    other = table.write(written.path.parent, nights.rejected())
    assert (other.path, table.unreadable(written)) == (written.path, f"{written.path} was changed after it was written")


def test_a_file_that_is_gone_or_changed_is_seen(written):
    written.path.write_text("something else")
    assert table.unreadable(written).endswith("was changed after it was written")
    written.path.unlink()
    assert table.unreadable(written).endswith("is not there")


def test_a_page_that_does_not_tell_the_decision_is_seen(tmp_path, written):
    assert table.unreadable(dataclasses.replace(written, sentence="x < y")).endswith("does not tell the decision")


def test_a_decision_with_a_command_in_it_is_told_whether_that_is_set_apart_or_not(tmp_path, monkeypatch):
    said = "Nothing new. `selfimprove chats import <FILE>` brings some."
    monkeypatch.setattr(table.tell, "sentence", lambda night: said)
    now = table.write(tmp_path, nights.nothing())
    assert "<code>selfimprove chats import &lt;FILE&gt;</code>" in now.path.read_text()
    assert table.unreadable(now) is None
    before = now.path.read_text().replace("<code>", "`").replace("</code>", "`").encode()
    now.path.write_bytes(before)
    assert table.unreadable(dataclasses.replace(now, sha256=hashlib.sha256(before).hexdigest())) is None


def test_rows_are_read_back_newest_first(connection, written):
    table.insert(connection, written)
    connection.execute("update morning_reports set created_at = now() - interval '1 day'")
    other = table.write(written.path.parent, nights.failed())
    other = dataclasses.replace(other, run_id="another")
    table.insert(connection, other)
    assert table.newest(connection) == other
    assert table.newest(connection, nights.MONDAY) is None
    assert table.of_run(connection, written.run_id) == written
    assert table.of_run(connection, "nobody") is None
    assert [row["run_id"] for row in table.mornings(connection, 10)] == ["another", written.run_id]
    again = dataclasses.replace(written, sentence="Told again.")
    table.insert(connection, again)
    assert table.of_run(connection, written.run_id) == again
    assert [row["run_id"] for row in table.mornings(connection, 10)] == ["another", written.run_id]
    assert table.newest(connection) == other, "a page that is made again makes no newer night"
