"""The doctor says of keys with which nothing works that they are at fault, and of all others that they are well."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from selfimprove import doctor
from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault, _text, hash_key_id, key_id, path_of
from selfimprove.settings import Settings
from selfimprove_tests.privacy.conftest import Store, chat


def of_keys(settings: Settings) -> doctor.Finding:
    [found] = doctor._guarded(doctor._keys, settings)
    return found


def rewrite(path: Path, **changed: object) -> None:
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | changed))


def of_another(path: Path) -> None:
    """Another key in the place of the one that sealed."""
    key = secrets.token_bytes(32)
    rewrite(path, current=key_id(key), keys={key_id(key): _text(key)})


def of_other_hashes(path: Path) -> None:
    key = secrets.token_bytes(32)
    rewrite(path, hash_key=_text(key), hash_key_id=hash_key_id(key))


AT_FAULT: list[tuple[Callable[[Path], object], str]] = [
    (Path.unlink, "is missing. Put it back from your backup"),
    (lambda path: path.write_text("{"), "cannot be used (JSONDecodeError)"),
    (lambda path: path.chmod(0o644), "chmod 600"),
    (lambda path: path.parent.chmod(0o755), "chmod 700"),
    (of_another, "which is not in the vault. Put the key file"),
    (of_other_hashes, "forgotten chats would come back"),
]


@pytest.fixture
def sealed(settings: Settings, connection: Connection, store: Store) -> Path:
    """The key file of a house that holds one chat."""
    Vault.open(settings.home, connection)
    store(chat("hello", "hi"))
    return path_of(settings.home)


@pytest.mark.parametrize(("change", "told"), AT_FAULT)
def test_keys_with_which_nothing_works_are_told(
    settings: Settings, sealed: Path, change: Callable[[Path], object], told: str
) -> None:
    assert of_keys(settings).ok
    change(sealed)
    before = sorted(os.listdir(sealed.parent))
    found = of_keys(settings)
    assert not found.ok
    assert told in str(found)
    assert sorted(os.listdir(sealed.parent)) == before


def test_a_house_without_chats_needs_no_keys(settings: Settings) -> None:
    assert of_keys(settings).detail == "none yet; made with the first chat"
    assert not settings.home.exists()


def test_feedback_under_another_key_is_told_too(settings: Settings, sealed: Path, connection: Connection) -> None:
    connection.execute(
        "insert into feedback (id, chat_id, position, kind, source, key_id, nonce, sealed)"
        " select 'f', id, 1, 'comment', 'test', 'other', '', '' from chats"
    )
    connection.commit()
    assert "Row f is sealed under key 'other'" in of_keys(settings).detail


def test_asking_makes_no_file_of_an_older_house_anew(settings: Settings, sealed: Path) -> None:
    content = orjson.loads(sealed.read_bytes())
    del content["hash_key_id"]
    sealed.write_bytes(orjson.dumps(content))
    assert of_keys(settings).ok
    assert "hash_key_id" not in orjson.loads(sealed.read_bytes())
