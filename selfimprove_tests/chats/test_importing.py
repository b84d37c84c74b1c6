"""Imports: counts add up, nothing changes twice, chats grow and never shrink, and a kill leaves nothing behind."""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import psycopg
import pytest

from selfimprove import postgres
from selfimprove.chats import table
from selfimprove.chats.calendar import Calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.importing import Imported, import_files
from selfimprove.chats.table import Written
from selfimprove.errors import FileUnreadable
from selfimprove.postgres import Connection
from selfimprove_tests.chats.test_trees import QUESTION, REPLY, said, webui

Import = Callable[..., list[Imported]]
Stored = Callable[[], list[list[tuple[str, str]]]]


def line(*texts: str, **more: Any) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[n % 2], "content": text} for n, text in enumerate(texts)], **more}


def jsonl(path: Path, records: Sequence[object]) -> Path:
    path.write_bytes(b"\n".join(item if isinstance(item, bytes) else orjson.dumps(item) for item in records))
    return path


@pytest.fixture
def bring(connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path) -> Import:
    """Imports records as a file, by default always the same one."""

    def import_(records: Sequence[object], name: str = "chats.jsonl") -> list[Imported]:
        return import_files(connection, [jsonl(tmp_path / name, records)], sealing, today)

    return import_


def count(connection: Connection, what: str) -> int:
    row = connection.execute(f"select count(*) as n from {what}").fetchone()
    return row["n"] if row else -1


def test_what_can_be_read_is_stored_and_the_rest_is_rejected_by_line(
    bring: Import, connection: Connection, stored: Stored
) -> None:
    (found,) = bring([line("hi", "hello"), b"oops", line("a", "b"), {"x": 1}, line("c"), {"messages": []}])
    assert found.read == 6
    assert found.written == Written(imported=3)
    assert found.rejected == {"invalid_json": 1, "unknown_format": 1, "no_messages": 1}
    assert sorted(stored()) == [
        [("user", "a"), ("assistant", "b")],
        [("user", "c")],
        [("user", "hi"), ("assistant", "hello")],
    ]
    rows = table.rejections(connection)
    assert [(row["line"], row["reason"]) for row in rows] == [
        (2, "invalid_json"),
        (4, "unknown_format"),
        (6, "no_messages"),
    ]
    assert table.rejections(connection, ["/other"]) == []
    assert len(table.rejections(connection, most=2)) == 2


def test_importing_twice_changes_nothing(bring: Import, connection: Connection) -> None:
    records = [line("hi", "hello"), line("hi", "hello", id="x"), b"oops"]
    bring(records)
    before = connection.execute("select * from chats order by id").fetchall()
    (again,) = bring(records)
    assert again.written == Written(unchanged=2)
    assert again.rejected == {"invalid_json": 1}
    assert connection.execute("select * from chats order by id").fetchall() == before
    assert count(connection, "import_rejections") == 1


def test_rejections_of_a_file_that_was_mended_are_forgotten(bring: Import, connection: Connection) -> None:
    bring([b"oops"], "one.jsonl")
    bring([b"oops"], "two.jsonl")
    bring([line("hi", "hello")], "one.jsonl")
    assert [Path(row["file"]).name for row in table.rejections(connection)] == ["two.jsonl"]


def test_a_longer_export_of_the_same_conversation_replaces_the_shorter(
    bring: Import, connection: Connection, stored: Stored
) -> None:
    bring([line("hi", "hello", id="x", created_at="2026-03-03")])
    before = connection.execute("select * from chats").fetchone()
    (found,) = bring([line("hi", "hello", "and?", "more", id="x", created_at="2026-03-04")])
    assert found.written == Written(updated=1)
    after = connection.execute("select * from chats").fetchone()
    assert stored() == [[("user", "hi"), ("assistant", "hello"), ("user", "and?"), ("assistant", "more")]]
    assert before is not None
    assert after is not None
    kept = ("id", "side", "day", "started_at", "source", "user_key")
    assert [before[name] for name in kept] == [after[name] for name in kept]
    assert before["digest"] != after["digest"]
    assert before["nonce"] != after["nonce"]


@pytest.mark.parametrize("texts", [("hi",), ("hi", "other")])
def test_a_shorter_or_other_export_of_the_same_conversation_changes_nothing(
    bring: Import, stored: Stored, texts: tuple[str, ...]
) -> None:
    bring([line("hi", "hello", id="x")])
    (found,) = bring([line(*texts, id="x")])
    assert found.written == Written(unchanged=1)
    assert stored() == [[("user", "hi"), ("assistant", "hello")]]


def test_one_conversation_at_several_lengths_in_one_file_is_stored_once_at_its_longest(
    bring: Import, stored: Stored
) -> None:
    lengths = [("hi",), ("hi", "hello", "and?"), ("hi", "hello")]
    (found,) = bring([line(*texts, id="x") for texts in lengths])
    assert found.written == Written(imported=1, updated=1, unchanged=1)
    assert [len(messages) for messages in stored()] == [3]


def test_chats_are_the_same_by_source_external_id_and_opening(bring: Import, connection: Connection) -> None:
    sharegpt = {"id": "x", "conversations": [{"from": "human", "value": "hi"}]}
    bring([line("hi", "hello", id="x"), line("hi!", "hello", id="x"), line("hi", "hello", id="y"), sharegpt])
    bring([line("hi", "hello"), line("hi", "hello "), line("hi", "hello")])
    assert count(connection, "chats") == 6


def test_a_side_is_by_hash_and_a_user_is_a_hash(bring: Import, connection: Connection) -> None:
    bring([line("hi", str(n), user="ann") for n in range(400)])
    rows = connection.execute("select side, user_key, id from chats").fetchall()
    shares = {side: sum(row["side"] == side for row in rows) for side in ("train", "validation", "sealed")}
    assert 0.7 < shares["train"] / 400 < 0.9
    assert min(shares["validation"], shares["sealed"]) > 10
    assert {row["user_key"] for row in rows} != {None}
    assert len({row["user_key"] for row in rows}) == 1
    assert not any("ann" in row["user_key"] for row in rows)


def test_days_are_the_owners(bring: Import, connection: Connection) -> None:
    bring([line("a", created_at="2026-03-02T23:30:00Z"), line("b")])
    days = connection.execute("select day::text, started_at from chats order by day").fetchall()
    assert [row["day"] for row in days] == ["2026-03-03", "2026-03-14"]


def test_undated_chats_are_counted(bring: Import) -> None:
    (found,) = bring([line("a", created_at="2026-03-03"), line("b"), b"oops"])
    assert found.undated == 1


def test_nothing_readable_is_in_the_tables(bring: Import, connection: Connection) -> None:
    secret = "the parrot is called Echo"
    bring([line(secret, secret, user=secret, id=secret), b"[" + secret.encode(), line("x", role=secret)])
    bring(
        [webui(said("1", None, "user", "hi"), said("2", "1", "assistant", "x", annotation={"comment": secret}))],
        "other.jsonl",
    )
    for name in ("chats", "feedback", "import_rejections"):
        rows = connection.execute(f"select {name}::text as row, * from {name}").fetchall()
        assert rows
        for row in rows:
            assert "parrot" not in row["row"]
            assert not any(isinstance(value, bytes) and b"parrot" in value for value in row.values())


def test_every_row_is_sealed_with_its_own_nonce(bring: Import, connection: Connection) -> None:
    bring([line("hi", "hello", id=str(n)) for n in range(50)])
    rows = connection.execute("select key_id, nonce, sealed from chats").fetchall()
    assert len({row["nonce"] for row in rows}) == len({row["sealed"] for row in rows}) == 50
    assert all(row["key_id"] for row in rows)


def test_the_newest_thumb_counts_and_an_old_export_does_not_bring_the_old_one_back(
    bring: Import, connection: Connection
) -> None:
    def rated(rating: int, minute: int) -> list[list[dict[str, Any]]]:
        reply = {**REPLY, "annotation": {"rating": rating}}
        return [[webui(QUESTION, reply, updated_at=1772492400 + 60 * minute)]]

    values = []
    for rating, minute in ((1, 1), (-1, 2), (1, 1), (-1, 3), (1, 4)):
        bring(rated(rating, minute))
        values.append([row["value"] for row in connection.execute("select value from feedback")])
    assert values == [[1.0], [-1.0], [-1.0], [-1.0], [1.0]]


def test_no_batch_reads_all_chats(bring: Import, connection: Connection) -> None:
    def rated(number: int) -> list[dict[str, Any]]:
        question = {**QUESTION, "content": f"number {number}?"}
        return [webui(question, {**REPLY, "annotation": {"rating": 1}}, id=str(number))]

    reads = "select seq_tup_read, idx_tup_fetch > 0 as by_index from pg_stat_xact_user_tables where relname = 'chats'"
    bring([[webui({**QUESTION, "content": f"number {n}?"}, id=str(n)) for n in range(12_000)]])
    with connection.transaction():
        (found,) = bring([rated(number) for number in range(12_000)])
        assert connection.execute(reads).fetchone() == {"seq_tup_read": 0, "by_index": True}
    assert found.written == Written(updated=12_000, feedback=12_000)


def test_feedback_on_answers_that_are_not_stored_is_left_out(bring: Import, connection: Connection) -> None:
    bring([[webui(QUESTION, REPLY, said("3", "2", "user", "and?"))]])
    two_branches = said("4", "1", "assistant", "other", annotation={"rating": 1})
    (found,) = bring([[webui(QUESTION, REPLY, two_branches)]])
    assert found.written == Written(unchanged=1)
    assert count(connection, "feedback") == 0


def liked(connection: Connection) -> list[tuple[int, float]]:
    rows = connection.execute("select position, value from feedback where kind = 'thumbs' order by position")
    return [(row["position"], row["value"]) for row in rows]


def test_a_thumb_on_another_answer_to_the_same_question_is_none_on_the_stored_one(
    bring: Import, connection: Connection
) -> None:
    disliked = {**REPLY, "annotation": {"rating": -1}}
    again = said("3", "1", "assistant", "good day", annotation={"rating": 1})
    bring([[webui(QUESTION, disliked)]])
    (found,) = bring([[webui(QUESTION, disliked, again, updated_at=1772492400 + 600)]])
    assert found.written == Written(unchanged=1)
    assert liked(connection) == [(1, -1.0)]


def test_a_chat_that_goes_on_from_another_answer_loses_the_thumb_on_the_first(
    bring: Import, connection: Connection, stored: Stored
) -> None:
    disliked = {**REPLY, "annotation": {"rating": -1}}
    again, more = said("3", "1", "assistant", "good day"), said("4", "3", "user", "thanks")
    bring([[webui(QUESTION, disliked)]])
    (found,) = bring([[webui(QUESTION, disliked, again, more)]])
    assert found.written == Written(updated=1)
    assert stored() == [[("user", "hi"), ("assistant", "good day"), ("user", "thanks")]]
    assert liked(connection) == []


def test_a_chat_that_goes_on_keeps_its_thumbs_and_what_was_said_of_it_elsewhere(
    bring: Import, connection: Connection
) -> None:
    rated = {**REPLY, "annotation": {"rating": 1}}
    bring([[webui(QUESTION, rated)]])
    connection.execute(
        "insert into feedback (id, chat_id, position, kind, value, source)"
        " select 'x', id, 1, 'thumbs', -1, 'review' from chats"
    )
    (found,) = bring([[webui(QUESTION, rated, said("3", "2", "user", "and?"))]])
    assert found.written == Written(updated=1)
    assert sorted(liked(connection)) == [(1, -1.0), (1, 1.0)]


def test_of_several_states_in_one_file_the_feedback_of_the_longest_counts(
    bring: Import, connection: Connection
) -> None:
    rated = {**REPLY, "annotation": {"rating": 1}}
    other = said("3", "1", "assistant", "good day", annotation={"rating": -1})
    longest = webui(QUESTION, rated, said("4", "2", "user", "and?"))
    bring([[webui(QUESTION, rated), longest, webui(QUESTION, rated), webui(QUESTION, rated, other)]])
    assert liked(connection) == [(1, 1.0)]


def test_a_veto_holds_on_whichever_branch_it_comes(bring: Import, connection: Connection) -> None:
    bring([[webui(QUESTION, REPLY)]])
    bring([[webui(QUESTION, REPLY, said("3", "1", "assistant", "good day"), title="mine #private")]])
    assert count(connection, "feedback where kind = 'comment'") == 1


def test_the_same_chosen_answer_may_be_preferred_to_several(bring: Import, connection: Connection) -> None:
    talk = "\n\nHuman: hi\n\nAssistant: {}"
    (found,) = bring([{"chosen": talk.format("hello"), "rejected": talk.format(text)} for text in ("a", "b", "a")])
    assert found.written == Written(imported=1, unchanged=2, feedback=2)


def test_gzip_and_arrays_come_in_like_lines(
    connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path, stored: Stored
) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(orjson.dumps([line("a", "b"), 7, line("c", "d")])))
    steps: list[tuple[str, int]] = []
    path = tmp_path / "a.json.gz"
    (found,) = import_files(connection, [path], sealing, today, lambda file, done: steps.append((file.name, done)))
    assert (found.written.imported, found.rejected) == (2, {"unknown_format": 1})
    assert [row["line"] for row in table.rejections(connection)] == [2]
    assert steps[-1] == ("a.json.gz", path.stat().st_size)


def test_a_broken_archive_imports_nothing_and_keeps_the_files_before_it(
    connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path
) -> None:
    good = jsonl(tmp_path / "good.jsonl", [line("hi", "hello")])
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(gzip.compress(b"\n".join(orjson.dumps(line("a", str(n))) for n in range(9000)))[:-2000])
    with pytest.raises(FileUnreadable, match=r"broken\.jsonl\.gz cannot be read .+ nothing of it was imported"):
        import_files(connection, [good, broken], sealing, today)
    assert count(connection, "chats") == 1


@pytest.mark.parametrize(
    "name", ["code_alpaca_2k_even.json", "hh_rlhf_harmless_test_even.jsonl.gz", "sharegpt_dummy_conversation.json"]
)
def test_public_data_sets_come_in_whole(
    connection: Connection, sealing: Sealing, today: Calendar, test_data: Path, name: str
) -> None:
    (first,) = import_files(connection, [test_data / "chats" / name], sealing, today)
    assert first.read == first.written.imported >= 500
    assert first.rejected == {}
    assert count(connection, "feedback") == first.written.feedback
    assert (first.written.feedback > 1000) == name.startswith("hh")
    (again,) = import_files(connection, [test_data / "chats" / name], sealing, today)
    assert again.written == Written(unchanged=first.read)


def test_two_imports_at_a_time_do_not_get_in_each_others_way(
    database: str, sealing: Sealing, today: Calendar, tmp_path: Path
) -> None:
    records = [line("hi", str(n), id=str(n)) for n in range(3000)]
    files = [jsonl(tmp_path / "forth.jsonl", records), jsonl(tmp_path / "back.jsonl", records[::-1])]
    from concurrent.futures import ThreadPoolExecutor

    def bring(path: Path) -> Written:
        with postgres.connect(database) as connection:
            return import_files(connection, [path], sealing, today)[0].written

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(bring, files))
    assert sum(written.imported for written in found) == 3000
    assert sum(written.unchanged for written in found) == 3000


IMPORT = """
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path
from selfimprove import postgres
from selfimprove.chats.calendar import calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.importing import import_files
from selfimprove.privacy.vault import Vault
from selfimprove.settings import read

url, home, file = sys.argv[1:]
vault = Vault.open(Path(home))
sealing = Sealing(vault.seal, vault.keyed_hash)
def tell(path, done):
    print(done, flush=True)
with postgres.connect(url) as connection:
    import_files(connection, [Path(file)], sealing, calendar(read({}), datetime.now(UTC)), tell)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def import_command(database: str, home: Path, path: Path) -> list[str]:
    return [sys.executable, "-c", IMPORT, database, str(home), str(path)]


def test_a_kill_leaves_nothing_half_written_and_the_next_import_completes_it(
    database: str, today: Calendar, tmp_path: Path
) -> None:
    from selfimprove.privacy.vault import Vault

    vault = Vault.open(tmp_path / "vault")
    path = jsonl(tmp_path / "many.jsonl", [line("hi", f"number {n}") for n in range(30_000)])
    with subprocess.Popen(
        import_command(database, tmp_path / "vault", path), stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        while int(child.stdout.readline()) < path.stat().st_size * 0.7:
            pass
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    with postgres.connect(database) as connection:
        assert count(connection, "chats") == 0
        (found,) = import_files(connection, [path], Sealing(vault.seal, vault.keyed_hash), today)
    assert found.written == Written(imported=30_000)
    with psycopg.connect(database) as plain:
        assert plain.execute("select count(*) from selfimprove.chats").fetchone() == (30_000,)


def test_memory_is_flat_from_ten_to_fifty_thousand_chats(database: str, tmp_path: Path) -> None:
    def peak(chats: int) -> int:
        path = jsonl(tmp_path / f"{chats}.jsonl", [line("hi", f"number {n}", id=str(n)) for n in range(chats)])
        command = import_command(database, tmp_path / "vault", path)
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return int(done.stdout.split()[-1])

    assert peak(50_000) < 1.15 * peak(10_000)


def test_a_name_that_is_not_text_is_stored_with_a_mark_in_its_place(
    connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.jsonl")
    for _ in range(2):
        (found,) = import_files(connection, [jsonl(path, [line("hi", "hello"), b"oops"])], sealing, today)
        assert found.read == 2
    assert found.file.encode().endswith("caf\ufffd.jsonl".encode())
    assert [row["file"] for row in table.rejections(connection, [str(tmp_path / "caf\ufffd.jsonl")])] == [found.file]


def test_a_pipe_comes_in_like_a_file(connection: Connection, sealing: Sealing, today: Calendar, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=[orjson.dumps(line("hi", "hello"))])
    writer.start()
    (found,) = import_files(connection, [pipe], sealing, today)
    writer.join()
    assert found.written == Written(imported=1)
