"""The vault opens what it sealed, and nothing else."""

import base64
import itertools
import os
import secrets
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from selfimprove import disk
from selfimprove.chats.chat import Sealed
from selfimprove.errors import SealBroken, VaultInvalid, VaultKeyMissing, VaultKeyUnknown, VaultOpenToOthers
from selfimprove.postgres import Connection
from selfimprove.privacy import key_file as exchange
from selfimprove.privacy.vault import Vault, add_key, drop_older_keys, hash_key_id, key_id
from selfimprove_tests.privacy.conftest import Store, chat

ROW = b"0123456789abcdef"


def key_file(home: Path) -> Path:
    return home / "keys" / "vault.json"


def test_what_is_sealed_opens_again_also_after_reopening(home: Path, vault: Vault) -> None:
    sealed = vault.seal("grüße".encode(), ROW)
    assert vault.unseal(sealed, ROW).decode() == "grüße"
    assert Vault.open(home).unseal(sealed, ROW).decode() == "grüße"
    assert b"gr" not in sealed.ciphertext


@given(st.binary(max_size=300), st.binary(max_size=40))
def test_any_bytes_and_context(plaintext: bytes, context: bytes) -> None:
    key = secrets.token_bytes(32)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    vault = Vault(key_id(key), {key_id(key): AESGCM(key)}, key)
    sealed = vault.seal(plaintext, context)
    assert vault.unseal(sealed, context) == plaintext
    assert len(sealed.ciphertext) == len(plaintext) + 16


def test_the_same_text_is_sealed_differently_each_time(vault: Vault) -> None:
    one, two = vault.seal(b"same", ROW), vault.seal(b"same", ROW)
    assert one.nonce != two.nonce
    assert one.ciphertext != two.ciphertext


def test_files_are_private(home: Path, vault: Vault) -> None:
    assert key_file(home).stat().st_mode & 0o777 == 0o600
    assert key_file(home).parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(key_file(home).parent) == ["vault.json"]


@pytest.mark.parametrize("part", ["ciphertext", "nonce", "context", "short"])
def test_what_was_changed_does_not_open(vault: Vault, part: str) -> None:
    sealed, context = vault.seal(b"text of a chat", ROW), ROW
    if part == "ciphertext":
        sealed = sealed._replace(ciphertext=bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:])
    elif part == "nonce":
        sealed = sealed._replace(nonce=bytes(12))
    elif part == "short":
        sealed = sealed._replace(nonce=b"x", ciphertext=b"")
    else:
        context = b"another row"
    with pytest.raises(SealBroken) as error:
        vault.unseal(sealed, context)
    assert "text of a chat" not in str(error.value)


def test_a_key_that_is_not_there_is_named(vault: Vault) -> None:
    with pytest.raises(VaultKeyUnknown, match="'gone'"):
        vault.unseal(Sealed("gone", bytes(12), bytes(20)), ROW)


@pytest.mark.parametrize(("name", "mode"), [("vault.json", 0o644), ("vault.json", 0o660), ("", 0o755)])
def test_keys_that_others_can_read_are_refused(home: Path, vault: Vault, name: str, mode: int) -> None:
    path = home / "keys" / name
    path.chmod(mode)
    with pytest.raises(VaultOpenToOthers, match=f"mode {mode:04o}.*chmod"):
        Vault.open(home)


def test_a_missing_key_file_is_an_error_once_rows_are_sealed(
    home: Path, vault: Vault, connection: Connection, store: Store
) -> None:
    key_file(home).unlink()
    Vault.open(home, connection)  # nothing is sealed yet: a new one is made
    store(chat("one", "1"))
    key_file(home).unlink()
    with pytest.raises(VaultKeyMissing, match=r"vault\.json"):
        Vault.open(home, connection)
    assert not key_file(home).exists()


def tampered(home: Path, **changes: object) -> None:
    content = orjson.loads(key_file(home).read_bytes())
    key_file(home).write_bytes(orjson.dumps({**content, **changes}))


def other_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def test_a_key_file_that_is_not_ours_is_refused(home: Path, vault: Vault) -> None:
    for changes in (
        {"current": "gone"},
        {"keys": {}},
        {"keys": {vault.current: other_key()}},
        {"keys": {vault.current: "short"}},
        {"keys": ["list"]},
        {"hash_key": 7},
        {"hash_key": other_key()},
        {"hash_key_id": "gone"},
        {"keychain": None},
        {"keychain": ""},
    ):
        whole = key_file(home).read_bytes()
        tampered(home, **changes)
        with pytest.raises(VaultInvalid) as error:
            Vault.open(home)
        assert error.value.__cause__ is None
        key_file(home).write_bytes(whole)
    key_file(home).write_bytes(b"{")
    with pytest.raises(VaultInvalid):
        Vault.open(home)


def test_a_key_file_that_is_no_file_is_refused(home: Path, vault: Vault) -> None:
    path = key_file(home)
    path.unlink()
    path.mkdir(mode=0o700)
    with pytest.raises(VaultInvalid, match="Is a directory"):
        Vault.open(home)
    path.rmdir()
    path.symlink_to(home / "gone")
    with pytest.raises(VaultInvalid, match="No such file"):
        Vault.open(home)
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("a file in the folder's place")
    with pytest.raises(VaultInvalid, match=r"Not a directory|File exists"):
        Vault.open(home)


def test_older_keys_still_open_and_the_current_one_seals(home: Path, vault: Vault) -> None:
    old = vault.seal(b"old", ROW)
    content = orjson.loads(key_file(home).read_bytes())
    key = secrets.token_bytes(32)
    keys = {**content["keys"], key_id(key): base64.b64encode(key).decode()}
    tampered(home, current=key_id(key), keys=keys)
    rotated = Vault.open(home)
    assert rotated.unseal(old, ROW) == b"old"
    assert rotated.seal(b"new", ROW).key_id == key_id(key)
    assert rotated.keyed_hash(b"someone") == vault.keyed_hash(b"someone")


def test_rows_that_are_held_over_two_exchanges_of_the_key_still_open(home: Path, vault: Vault) -> None:
    add_key(home)
    second = drop_older_keys(home)
    held, more = second.seal(b"held", ROW), second.seal(b"more", ROW)
    assert vault.unseal(held, ROW) == b"held"
    add_key(home)
    third = drop_older_keys(home)
    assert vault.unseal(more, ROW) == b"more"
    assert vault.seal(b"new", ROW).key_id == third.current
    with pytest.raises(VaultKeyUnknown):
        Vault.open(home).unseal(more, ROW)


def test_another_hash_key_is_refused_once_something_was_hashed(
    home: Path, vault: Vault, connection: Connection, store: Store
) -> None:
    whole = key_file(home).read_bytes()
    Vault.open(home, connection)
    key = other_key()
    tampered(home, hash_key=key, hash_key_id=hash_key_id(base64.b64decode(key)))
    Vault.open(home, connection)  # nothing was hashed yet: the database takes this one
    key_file(home).write_bytes(whole)
    store(chat("one", "1"))
    with pytest.raises(VaultInvalid, match=r"forgotten chats would come back.*backup") as error:
        Vault.open(home, connection)
    assert vault.hash_key.hex() not in str(error.value)
    tampered(home, hash_key=key, hash_key_id=hash_key_id(base64.b64decode(key)))
    Vault.open(home, connection)
    connection.execute("delete from chats")
    connection.execute("insert into receipts values ('r', 'chat', 'h', '{}', '{}', '{}', '{}', null, null)")
    connection.execute("insert into tombstones values ('t', 'chat', 1, 'r')")
    key_file(home).write_bytes(whole)
    with pytest.raises(VaultInvalid):  # tombstones alone are reason enough
        Vault.open(home, connection)


def test_a_key_file_of_an_older_house_is_completed_once(home: Path, vault: Vault) -> None:
    content = orjson.loads(key_file(home).read_bytes())
    assert content.pop("hash_key_id") == hash_key_id(vault.hash_key)
    key_file(home).write_bytes(orjson.dumps(content))
    assert Vault.open(home).hash_key == vault.hash_key
    completed = key_file(home).read_bytes()
    assert orjson.loads(completed) == {**content, "hash_key_id": hash_key_id(vault.hash_key)}
    inode = key_file(home).stat().st_ino
    assert Vault.open(home).current == vault.current
    assert (key_file(home).read_bytes(), key_file(home).stat().st_ino) == (completed, inode)
    assert key_file(home).stat().st_mode & 0o777 == 0o600


def test_hashes_are_stable_short_and_keyed(home: Path, vault: Vault, tmp_path: Path) -> None:
    assert vault.keyed_hash(b"someone") == Vault.open(home).keyed_hash(b"someone")
    assert len(vault.keyed_hash(b"someone")) == 32
    assert vault.keyed_hash(b"someone") != vault.keyed_hash(b"someone else")
    assert vault.keyed_hash(b"someone") != Vault.open(tmp_path / "other").keyed_hash(b"someone")


def test_keys_are_not_shown(vault: Vault) -> None:
    assert repr(vault) == f"Vault(current='{vault.current}')"


def test_a_disk_that_does_not_take_the_key_leaves_no_draft_of_it(
    home: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = sorted((home / "keys").iterdir())
    monkeypatch.setattr(disk, "sync", fails)
    with pytest.raises(OSError, match="No space"):
        add_key(home)
    assert sorted((home / "keys").iterdir()) == before


BACKUPS = ("bak", "20261122", "2026-11-22.gpg", "0a1b2c3", "0A1B2C3D", "0a1b2c3d.bak")


@pytest.fixture
def backups(home: Path, vault: Vault) -> dict[Path, bytes]:
    """Copies of the key file that its owner made, by names of their own."""
    copies = {key_file(home).with_name(f"vault.json.{name}"): key_file(home).read_bytes() for name in BACKUPS}
    for path, content in copies.items():
        path.write_bytes(content)
    return copies


def test_exchanging_keys_leaves_the_owners_backups_and_clears_drafts(home: Path, backups: dict[Path, bytes]) -> None:
    draft = key_file(home).with_name("vault.json.0a1b2c3d")
    draft.touch()
    folder = key_file(home).with_name("vault.json.aaaaaaaa")
    folder.mkdir()
    add_key(home)
    drop_older_keys(home)
    assert {path: path.read_bytes() for path in backups} == backups
    assert (draft.exists(), folder.exists()) == (False, True)


def test_a_first_key_file_takes_nothing_from_beside_it(home: Path, backups: dict[Path, bytes]) -> None:
    draft = key_file(home).with_name("vault.json.0a1b2c3d")
    draft.write_bytes(key_file(home).read_bytes())
    key_file(home).unlink()
    with pytest.raises(FileNotFoundError):
        add_key(home)
    assert draft.exists()  # it may be the only copy
    Vault.open(home)
    assert draft.exists()
    assert {path: path.read_bytes() for path in backups} == backups


def test_every_draft_is_known_for_one(home: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    given = itertools.cycle(["12345678", secrets.token_hex(4)])
    monkeypatch.setattr("selfimprove.privacy.key_file.secrets.token_hex", lambda size: next(given))
    for _ in range(2):
        draft = exchange._draft(key_file(home), {})
        assert exchange.drafts(key_file(home)) == [draft]
        draft.unlink()
