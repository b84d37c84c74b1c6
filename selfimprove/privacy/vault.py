"""Encryption at rest: AES-256-GCM, a random nonce and the key's id in every row, the row's id as associated data."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.errors import SealBroken, VaultInvalid, VaultKeyMissing, VaultKeyUnknown, VaultOpenToOthers
from selfimprove.privacy import key_file, keychain
from selfimprove.settings import private

if TYPE_CHECKING:
    from selfimprove.postgres import Connection

NONCE_BYTES = 12
KEY_BYTES = 32
OTHER_HASHES = "its hash_key is not the one that this database knows: forgotten chats would come back, others twice"


class KeyFile(NamedTuple):
    """Where keys were read from, and what that file was then."""

    path: Path
    stamp: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys of this house: `current` seals, every one of `ciphers` opens, `hash_key` never changes."""

    current: str
    ciphers: Mapping[str, AESGCM] = field(repr=False)
    hash_key: bytes = field(repr=False)
    file: KeyFile | None = field(default=None, repr=False, compare=False)
    later: list[Vault] = field(default_factory=list, repr=False, compare=False)  # the same, as its file was since

    @classmethod
    def open(cls, home: Path, connection: Connection | None = None) -> Vault:
        """The vault of a state folder; its key file is made on first use.

        With a connection, a missing key file is an error when the database already holds sealed rows.

        Raises:
            VaultOpenToOthers: the key file or its folder can be read by other accounts.
            VaultKeyMissing: sealed rows exist and the key file does not.
            VaultInvalid: the key file is not what this class writes, cannot be made or read, or is another database's.
        """
        path = path_of(home)
        try:
            if not path.exists():
                if connection is not None and _holds_sealed_rows(connection):
                    raise VaultKeyMissing(path=path)
                _create(path)
            vault = cls.look(home)
            if connection is not None:
                _refuse_other_hashes(connection, vault, path)
            _complete(path)
            return vault
        except OSError as exc:
            raise VaultInvalid(path=path, reason=exc.strerror or type(exc).__name__) from exc

    @classmethod
    def look(cls, home: Path) -> Vault:
        """The vault as its file is; nothing is made or changed.

        Raises:
            VaultOpenToOthers, VaultInvalid: as `open` does.
        """
        path = path_of(home)
        try:
            _refuse_open_to_others(path.parent)
            _refuse_open_to_others(path)
            return _read(path)
        except OSError as exc:
            raise VaultInvalid(path=path, reason=exc.strerror or type(exc).__name__) from exc

    def seal(self, plaintext: bytes, context: bytes) -> Sealed:
        """Encrypt under the current key; `context` (the row's id) must be given again to open it.

        Raises:
            VaultInvalid, VaultKeyMissing: the key file was changed since, and cannot be read.
        """
        vault = self._newest()
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(vault.current, nonce, vault.ciphers[vault.current].encrypt(nonce, plaintext, context))

    def unseal(self, sealed: Sealed, context: bytes) -> bytes:
        """The plaintext.

        Raises:
            VaultKeyUnknown: sealed under a key that this vault does not have.
            SealBroken: ciphertext, nonce or context is not what was sealed.
        """
        known = (one.ciphers.get(sealed.key_id) for one in (self, *self.later))
        cipher = next(filter(None, known), None) or self._newest().ciphers.get(sealed.key_id)
        if cipher is None:
            raise VaultKeyUnknown(key_id=sealed.key_id, row=_named(context))
        try:
            return cipher.decrypt(sealed.nonce, sealed.ciphertext, context)
        except (InvalidTag, ValueError) as exc:
            raise SealBroken(key_id=sealed.key_id, row=_named(context)) from exc

    def keyed_hash(self, data: bytes) -> str:
        """32 hex digits that nobody without the key can link to `data`; equal for equal data, for ever."""
        return hashlib.blake2b(data, digest_size=16, key=self.hash_key).hexdigest()

    def _newest(self) -> Vault:
        """The vault as its key file is now: keys are exchanged while processes that have read them live on.

        What was read stays known: rows may be held longer than their key is kept.
        """
        newest = self.later[-1] if self.later else self
        if newest.file is not None and newest.file.stamp != _stamp(newest.file.path):
            newest = _read(newest.file.path)
            self.later.append(newest)
        return newest


def path_of(home: Path) -> Path:
    """Where a house's keys are."""
    return home / "keys" / "vault.json"


def add_key(home: Path) -> Vault:
    """Make a new key the current one; the older ones still open."""
    key = secrets.token_bytes(KEY_BYTES)
    with key_file.alone(path_of(home)):
        content = _content(path_of(home))
        content |= {"current": key_id(key), "keys": {**content["keys"], key_id(key): _text(key)}}
        _replace(path_of(home), content)
    return _read(path_of(home))


def drop_older_keys(home: Path) -> Vault:
    """Keep the current key alone: whatever an older one sealed is gone for ever."""
    with key_file.alone(path_of(home)):
        content = _content(path_of(home))
        current = content["current"]
        _replace(path_of(home), content | {"keys": {current: content["keys"][current]}})
    return _read(path_of(home))


def key_id(key: bytes) -> str:
    """A key's name in sealed rows, derived from the key: a wrong key can never pass for the right one."""
    return hashlib.blake2b(key, digest_size=8, person=b"selfimprove-key").hexdigest()


def hash_key_id(key: bytes) -> str:
    """The hash key's name in its file and in the database, derived from it like the others'."""
    return hashlib.blake2b(key, digest_size=8, person=b"selfimprove-hash").hexdigest()


def _refuse_other_hashes(connection: Connection, vault: Vault, path: Path) -> None:
    wanted = hash_key_id(vault.hash_key)
    row = connection.execute(postgres.queries("privacy").known_hash_key, {"id": wanted}).fetchone()
    if row is None or row["id"] != wanted:
        raise VaultInvalid(path=path, reason=OTHER_HASHES)


def _holds_sealed_rows(connection: Connection) -> bool:
    row = connection.execute(postgres.queries("privacy").sealed_rows_exist).fetchone()
    return row is not None and bool(row["found"])


def _create(path: Path) -> None:
    """Write a new key file; the file of another process that was quicker is left as it is."""
    private(path.parent).chmod(0o700)
    key, hash_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    keys = {"current": key_id(key), "keys": {key_id(key): _text(key)}, "hash_key": _text(hash_key)}
    key_file.make(path, {**keys, "hash_key_id": hash_key_id(hash_key)})


def keep_in_keychain(home: Path) -> None:
    """Move the keys into the system's keychain; their file names the entry alone.

    Raises:
        KeychainUnusable: there is none, or it does not give them back; they stay where they were.
    """
    path, entry = path_of(home), str(home)
    with key_file.alone(path):
        keychain.write(entry, _content(path))
        key_file.put(path, {"keychain": entry})


def keep_in_file(home: Path) -> None:
    """Move the keys back into their file."""
    path = path_of(home)
    with key_file.alone(path):
        entry = orjson.loads(path.read_bytes()).get("keychain")
        if entry:
            key_file.put(path, _content(path))
            keychain.delete(entry)


def _complete(path: Path) -> None:
    """Write the hash key's id beside it, where the file is from before it had one."""
    if "hash_key_id" in _content(path):
        return
    with key_file.alone(path):
        content = _content(path)
        _replace(path, {**content, "hash_key_id": hash_key_id(_key(content["hash_key"]))})


def _replace(path: Path, content: Mapping[str, Any]) -> None:
    """Exchange the keys where they are kept; the file is a new one also where it only names the keychain's entry."""
    entry = orjson.loads(path.read_bytes()).get("keychain")
    if entry:
        keychain.write(entry, content)
    key_file.put(path, {"keychain": entry} if entry else content)


def _read(path: Path) -> Vault:
    stamp = _stamp(path)  # taken first: a file exchanged meanwhile is read again
    try:
        content = _content(path)
        keys = [_key(text) for text in content["keys"].values()]
        ciphers = {key_id(key): AESGCM(key) for key in keys}
        vault = Vault(content["current"], ciphers, _key(content["hash_key"]), KeyFile(path, stamp))
        if {vault.current} | content["keys"].keys() != vault.ciphers.keys():
            raise ValueError("ids do not belong to the keys")
        if content.get("hash_key_id", hash_key_id(vault.hash_key)) != hash_key_id(vault.hash_key):
            raise ValueError("nor does the hash key's")
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as exc:
        # the cause could carry key material
        raise VaultInvalid(path=path, reason=type(exc).__name__) from None
    return vault


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = orjson.loads(path.read_bytes())
    if "keychain" not in content:
        return content
    if not (isinstance(content["keychain"], str) and content["keychain"]):
        raise ValueError("names no entry")
    return keychain.read(content["keychain"])


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        raise VaultKeyMissing(path=path) from None
    return found.st_mtime_ns, found.st_ino


def _named(context: bytes) -> str:
    return context.decode("ascii", "replace")


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _key(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("wrong length")
    return key


def _refuse_open_to_others(path: Path) -> None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise VaultOpenToOthers(path=path, mode=f"{mode:04o}", wanted="700" if path.is_dir() else "600")
