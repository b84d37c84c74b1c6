"""On the embedded server no file holds what was forgotten: no word, no embedding, no sketch, no sample."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import numpy as np
import psycopg
import pytest

from selfimprove import logins, postgres
from selfimprove.forgetting.forget import forget
from selfimprove.forgetting.give_back import give_back
from selfimprove.forgetting.select import Wish
from selfimprove.forgetting.sweep import sweep
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.settings import Settings, read
from selfimprove_tests.forgetting.house import ALONE, SECRET, House, files_that_hold, said

NOW = datetime(2031, 5, 3, 9, tzinfo=UTC)


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Settings]:
    settings = read({"SELFIMPROVE_HOME": str(tmp_path / "home")})
    yield settings
    postgres.stop_embedded(settings.home)


def files_with(home: Path, found: bytes) -> list[Path]:
    return [path for path in home.rglob("*") if path.is_file() and found in path.read_bytes()]


def forgotten(connection: Connection, house: House, wish: Wish) -> None:
    assert forget(connection, house.vault, wish, NOW)
    sweep(connection, house.home)
    assert list(give_back(connection, house.home)) == []


def test_no_file_of_the_house_holds_its_words(embedded: Settings) -> None:
    with postgres.connect(postgres.prepare(embedded)) as connection:
        connection.commit()
        house = House(connection, embedded.home, Vault.open(embedded.home))
        house.hear(said(f"Remember that {SECRET}.", "I do."), said(f"Remember that {ALONE}.", "I do."))
        assert list(files_that_hold(embedded.home, SECRET))
        wrong = "insert into redacted_chats values ('x', null, %s, '[]', '{}', '1')"
        with pytest.raises(psycopg.errors.NotNullViolation) as fault, connection.transaction():
            connection.execute(wrong, (f'["{SECRET}"]',))
        assert SECRET in str(fault.value.diag.message_detail)  # and in no file behind it
        forgotten(connection, house, Wish("matching", SECRET))
    assert list(files_that_hold(embedded.home, SECRET)) == []
    assert list(files_that_hold(embedded.home, ALONE))
    postgres.stop_embedded(embedded.home)
    assert list(files_that_hold(embedded.home, SECRET)) == []


def imprint(connection: Connection, id: str, random: Random) -> list[bytes]:
    """Give a chat an embedding and a sketch of its own; what of them stands in files, the index's copy included."""
    vector, sketch = [random.gauss() for _ in range(384)], random.randbytes(256)
    connection.execute("update embeddings set vector = %s::real[]::halfvec where chat_id = %s", (vector, id))
    connection.execute("update sketches set sketch = %s where chat_id = %s", (sketch, id))
    unit = "select vector::real[] as plain, l2_normalize(vector)::real[] as unit from embeddings where chat_id = %s"
    row = connection.execute(unit, (id,)).fetchone()
    assert row
    return [*(np.array(row[name], "<f2").tobytes() for name in ("plain", "unit")), sketch]


def test_nor_its_embedding_nor_its_sketch(embedded: Settings) -> None:
    random = Random(secrets.randbits(64))
    with postgres.connect(postgres.prepare(embedded)) as connection:
        connection.commit()
        house = House(connection, embedded.home, Vault.open(embedded.home))
        ids = house.hear(*(said(f"chat {number}", "I see.") for number in range(40)))
        *stays, gone = [imprint(connection, id, random) for id in ids]
        connection.commit()
        with postgres.connect(postgres.login(embedded.home, logins.OWNER), autocommit=True) as owner:
            owner.execute("checkpoint")
        assert all(files_with(embedded.home, found) for found in (*gone, *stays[0]))
        forgotten(connection, house, Wish("chat", ids[-1]))
        assert [files_with(embedded.home, found) for found in gone] == [[], [], []]
        assert all(files_with(embedded.home, found) for found in stays[-2])
        assert connection.execute(postgres.queries("curation").embedded, {"model": "m"}).fetchone() == {"chats": 39}
    postgres.stop_embedded(embedded.home)
    assert [files_with(embedded.home, found) for found in gone] == [[], [], []]


def test_nor_do_samples_that_an_older_house_took(embedded: Settings) -> None:
    """They were deleted when their columns were sampled no more, and their bytes go with the migration's end."""
    postgres.prepare(embedded)
    words = secrets.token_hex(24)
    with psycopg.connect(postgres.login(embedded.home, logins.OWNER), autocommit=True) as owner:
        owner.execute("create table selfimprove.older as select %s::text as said from generate_series(1, 99)", [words])
        owner.execute("analyze selfimprove.older")
        owner.execute("drop table selfimprove.older")
        owner.execute("vacuum pg_catalog.pg_statistic")
        owner.execute("checkpoint")
        assert any(path.parent.parent.name == "base" for path in files_with(embedded.home, words.encode()))
        owner.execute("delete from selfimprove.migrations where name = 'grants.sql'")  # as if a newer version began
    postgres.prepare(embedded)
    with psycopg.connect(postgres.login(embedded.home, logins.OWNER), autocommit=True) as owner:
        owner.execute("checkpoint")
    assert not any(path.parent.parent.name == "base" for path in files_with(embedded.home, words.encode()))
