"""The keys in a keychain: nothing of them stays in the state folder, and everything reads as before."""

import sys
from pathlib import Path
from types import ModuleType

import orjson
import pytest

from selfimprove.errors import KeychainUnusable
from selfimprove.postgres import Connection
from selfimprove.privacy.rotate import rotate
from selfimprove.privacy.vault import Vault, add_key, keep_in_file, keep_in_keychain, path_of
from selfimprove_tests.privacy.conftest import Store, chat
from selfimprove_tests.privacy.test_rotate import keys_in_use, read_all


class KeyringError(Exception):
    """What keyring raises."""


class Keychain(ModuleType):
    """Keyring's three functions over a dictionary."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.entries: dict[tuple[str, str], str] = {}
        self.locked = False
        self.asked = 0

    def set_password(self, service: str, entry: str, text: str) -> None:
        self._look()
        self.entries[service, entry] = text

    def get_password(self, service: str, entry: str) -> str | None:
        self._look()
        self.asked += 1
        return self.entries.get((service, entry))

    def delete_password(self, service: str, entry: str) -> None:
        del self.entries[service, entry]

    def _look(self) -> None:
        if self.locked:
            raise KeyringError


def reads(home: Path, vault: Vault) -> bool:
    """Whether the house's keys are still those of the vault."""
    found = Vault.open(home)
    return found.unseal(vault.seal(b"x", b"row"), b"row") == b"x" and found.hash_key == vault.hash_key


@pytest.fixture
def keychain(monkeypatch: pytest.MonkeyPatch) -> Keychain:
    errors = ModuleType("keyring.errors")
    errors.KeyringError = KeyringError  # type: ignore[attr-defined]
    found = Keychain()
    monkeypatch.setitem(sys.modules, "keyring", found)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    return found


def test_keys_move_into_the_keychain_and_back(home: Path, vault: Vault, keychain: Keychain) -> None:
    sealed = vault.seal(b"text", b"row")
    keep_in_keychain(home)
    assert orjson.loads(path_of(home).read_bytes()) == {"keychain": str(home)}
    assert path_of(home).stat().st_mode & 0o777 == 0o600
    assert reads(home, vault)
    assert Vault.open(home).unseal(sealed, b"row") == b"text"
    keep_in_file(home)
    assert keychain.entries == {}
    assert reads(home, vault)
    keep_in_file(home)
    assert reads(home, vault)


def test_a_rotation_makes_its_key_in_the_keychain(
    home: Path, vault: Vault, keychain: Keychain, connection: Connection, store: Store
) -> None:
    store(chat("hello", "hi"))
    before = read_all(connection, vault)
    keep_in_keychain(home)
    done = rotate(connection, home)
    assert orjson.loads(path_of(home).read_bytes()) == {"keychain": str(home)}
    [text] = keychain.entries.values()
    assert list(orjson.loads(text)["keys"]) == [done.key_id]
    assert keys_in_use(connection) == {done.key_id}
    assert read_all(connection, vault) == before


def test_whoever_lives_on_asks_the_keychain_once_for_each_key(home: Path, vault: Vault, keychain: Keychain) -> None:
    keep_in_keychain(home)
    new = add_key(home)
    asked = keychain.asked
    for _ in range(5):
        assert vault.unseal(vault.seal(b"text", b"row"), b"row") == b"text"
    assert vault.seal(b"text", b"row").key_id == new.current
    assert keychain.asked == asked + 1


def test_a_keychain_that_is_locked_or_lost_is_one_clear_line(home: Path, vault: Vault, keychain: Keychain) -> None:
    keychain.locked = True
    with pytest.raises(KeychainUnusable, match="KeyringError"):
        keep_in_keychain(home)
    assert reads(home, vault)
    keychain.locked = False
    keep_in_keychain(home)
    keychain.entries.clear()
    with pytest.raises(KeychainUnusable, match=r"no such entry.*--keep-in file"):
        Vault.open(home)


def test_without_the_package_the_keys_stay_in_their_file(
    home: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeychainUnusable, match="not installed"):
        keep_in_keychain(home)
    assert reads(home, vault)
