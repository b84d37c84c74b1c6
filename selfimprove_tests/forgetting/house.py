"""A house in which one chat has left traces in every room, every file and every report that it can."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
from psycopg.types.json import Jsonb

from selfimprove.chats.chat import Chat, Feedback, Message, Sealing
from selfimprove.chats.importing import import_chats
from selfimprove.chats.seal import identify
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.promotion.promote import promote
from selfimprove_tests.promotion import house as promotion
from selfimprove_tests.promotion.house import BASE, NIGHT

DAY = date(2031, 4, 30)
SECRET = "the heron sleeps under the red bridge"
ALONE = "nobody but I keeps seven blue kites"


def said(*contents: str, day: date = DAY, user: str = "ada", **more: object) -> Chat:
    """A conversation of user and assistant in turn, named by its first words."""
    roles = ("user", "assistant")
    messages = tuple(Message(roles[number % 2], content) for number, content in enumerate(contents))
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    given = {"external_id": contents[0], "source": "test", "feedback": (), **more}
    return Chat(user=user, started_at=at, messages=messages, **given)  # type: ignore[arg-type]


def corrected(text: str) -> tuple[Feedback, ...]:
    return (Feedback(1, "correction", None, text, "test", datetime(2031, 4, 30, 13, tzinfo=UTC)),)


@dataclass(frozen=True)
class House:
    """A database, a state folder and a vault."""

    connection: Connection
    home: Path
    vault: Vault
    sealing: Sealing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sealing", Sealing(self.vault.seal, self.vault.keyed_hash))

    def hear(self, *chats: Chat) -> list[str]:
        """Store chats and what the daily rooms make of them; returns their ids."""
        import_chats(self.connection, chats, self.sealing, ZoneInfo("UTC"))
        ids = [identify(chat, self.sealing) for chat in chats]
        for id, chat in zip(ids, chats, strict=True):
            self._digest(id, chat)
        self.connection.commit()
        return ids

    def _digest(self, id: str, chat: Chat) -> None:
        words = Jsonb([{"role": m.role, "content": m.content} for m in chat.messages])
        day, run = chat.started_at.date(), self.connection.execute
        run("insert into redacted_chats values (%s, %s, %s, %s, '{}', '1')", (id, day, words, words))
        run("insert into sketches values (%s, %s, 'hash', '', '1')", (id, day))
        run("insert into filtered_chats values (%s, %s, 'en', '1')", (id, day))
        vector = "[" + ",".join(["0.1"] * 384) + "]"
        run("insert into embeddings (chat_id, model, vector) values (%s, 'm', %s)", (id, vector))
        run(
            "insert into critiques (chat_id, position, day, score, evidence, rule_version)"
            " values (%s, 1, %s, 0.9, %s, '1')",
            (id, day, words),
        )
        row = (f"e {id}", id, words)
        run("insert into examples (id, chat_id, kind, messages) values (%s, %s, 'approved', %s)", row)

    def learn(self, name: str, *chat_ids: str, split: str = "train", parent: str | None = None) -> str:
        """An adapter with a dataset that holds these chats, and their files; returns its id."""
        adapter = promotion.adapter(promotion.House(self.connection, self.home), name)
        recipe = Jsonb({"warm_start": parent})
        self.connection.execute("update adapters set recipe = %s, run_id = %s where id = %s", (recipe, name, adapter))
        texts = b""
        for number, id in enumerate(chat_ids):
            row = (self.dataset_of(name), f"e {id}", split, number)
            self.connection.execute("insert into dataset_examples values (%s, %s, %s, %s)", row)
            found = self.connection.execute("select messages from examples where chat_id = %s", (id,)).fetchone()
            texts += orjson.dumps(found)
        folder = self.home / "datasets" / self.dataset_of(name)
        folder.mkdir(parents=True)
        (folder / "train.jsonl").write_bytes(texts)
        self.connection.execute(
            "insert into dataset_runs (run_id, night, dataset_id, sentence, counts) values (%s, %s, %s, 'found', '{}')",
            (name, NIGHT, self.dataset_of(name)),
        )
        self.connection.commit()
        return adapter

    def dataset_of(self, name: str) -> str:
        return f"data of {name}"

    def champion(self, adapter: str, before: str | None, run_id: str) -> None:
        """Judge and promote an adapter; the one before it is champion and anchor."""
        promote(self.connection, self._report(adapter, before, run_id), run_id)
        self.connection.commit()

    def challenger(self, adapter: str, champion: str, anchor: str, run_id: str, chat_id: str) -> None:
        """Measure an adapter, with a chat among its tests."""
        self._test_with(self._report(adapter, champion, run_id, anchor), chat_id, adapter)
        self.connection.commit()

    def _report(self, adapter: str, champion: str | None, run_id: str, anchor: str | None = None) -> str:
        rows = promotion.House(self.connection, self.home)
        return promotion.report(rows, adapter, champion=champion, anchor=anchor or champion, run_id=run_id)

    def _test_with(self, report: str, chat_id: str, adapter: str) -> None:
        run = self.connection.execute
        run(
            "insert into eval_examples (id, task, slice, grader, messages, reference, chat_id)"
            " select 'v ' || chat_id, 'fresh', 's', 'exact', messages, messages::text, chat_id from redacted_chats"
            " where chat_id = %s",
            (chat_id,),
        )
        run("insert into report_examples values (%s, %s)", (report, f"v {chat_id}"))
        run(
            "insert into eval_results (model, example_id, decoding, loss, passed, output, tokens)"
            " select %s, id, 'greedy', 1, true, reference, 3 from eval_examples where id = %s",
            (f"{BASE}+{adapter}", f"v {chat_id}"),
        )

    def tell(self, run_id: str, text: str) -> Path:
        """The morning report of a run, which quotes a text."""
        path = self.home / "reports" / f"{run_id}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<p>The night went well.</p><p>{text}</p>")
        self.connection.execute(
            "insert into morning_reports (run_id, night, outcome, sentence, url, sha256)"
            " values (%s, %s, 'promoted', 'The night went well.', %s, 'hash')",
            (run_id, NIGHT, path.as_uri()),
        )
        self.connection.commit()
        return path

    def answers(self) -> str | None:
        return promotion.answers(promotion.House(self.connection, self.home))

    def count(self, table: str) -> int:
        row = self.connection.execute(f"select count(*) as n from {table}").fetchone()
        self.connection.commit()
        return int(row["n"]) if row else 0


def rows_that_hold(connection: Connection, text: str) -> list[str]:
    """Tables of our schema and Dagster's in which any column of any row holds the text, or the server's samples."""
    tables = connection.execute(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables"
        " where schemaname in ('selfimprove', 'dagster') union all select 'pg_stats'"
    ).fetchall()
    found = "select 1 as found from {} t where position(lower(%s) in lower(t::text)) > 0 limit 1"
    plain, hexadecimal = text, text.encode().hex()  # bytea columns are written in hexadecimal
    return [
        row["name"] for row in tables for form in (plain, hexadecimal)
        if connection.execute(found.format(row["name"]), (form,)).fetchone()
    ]  # fmt: skip


def files_that_hold(home: Path, text: str) -> Iterator[Path]:
    """Files below a folder, hidden ones included, that hold the text."""
    for path in home.rglob("*"):
        if path.is_file() and text.lower().encode() in path.read_bytes().lower():
            yield path
