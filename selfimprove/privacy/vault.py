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
from typing import TYPE_CHECKING

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from selfimprove import postgres
from selfimprove.chats.chat import Sealed
from selfimprove.errors import SealBroken, VaultInvalid, VaultKeyMissing, VaultKeyUnknown, VaultOpenToOthers

if TYPE_CHECKING:
    from selfimprove.postgres import Connection

NONCE_BYTES = 12
KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys of this house: `current` seals, every one of `ciphers` opens, `hash_key` never changes."""

    current: str
    ciphers: Mapping[str, AESGCM] = field(repr=False)
    hash_key: bytes = field(repr=False)

    @classmethod
    def open(cls, home: Path, connection: Connection | None = None) -> Vault:
        """The vault of a state folder; its key file is made on first use.

        With a connection, a missing key file is an error when the database already holds sealed rows.

        Raises:
            VaultOpenToOthers: the key file or its folder can be read by other accounts.
            VaultKeyMissing: sealed rows exist and the key file does not.
            VaultInvalid: the key file is not what this class writes, or cannot be made or read.
        """
        path = home / "keys" / "vault.json"
        try:
            if not path.exists():
                if connection is not None and _holds_sealed_rows(connection):
                    raise VaultKeyMissing(path=path)
                _create(path)
            _refuse_open_to_others(path.parent)
            _refuse_open_to_others(path)
            return _read(path)
        except OSError as exc:
            raise VaultInvalid(path=path, reason=exc.strerror or type(exc).__name__) from exc

    def seal(self, plaintext: bytes, context: bytes) -> Sealed:
        """Encrypt under the current key; `context` (the row's id) must be given again to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(self.current, nonce, self.ciphers[self.current].encrypt(nonce, plaintext, context))

    def unseal(self, sealed: Sealed, context: bytes) -> bytes:
        """The plaintext.

        Raises:
            VaultKeyUnknown: sealed under a key that this vault does not have.
            SealBroken: ciphertext, nonce or context is not what was sealed.
        """
        cipher = self.ciphers.get(sealed.key_id)
        if cipher is None:
            raise VaultKeyUnknown(key_id=sealed.key_id)
        try:
            return cipher.decrypt(sealed.nonce, sealed.ciphertext, context)
        except (InvalidTag, ValueError) as exc:
            raise SealBroken(key_id=sealed.key_id) from exc

    def keyed_hash(self, data: bytes) -> str:
        """32 hex digits that nobody without the key can link to `data`; equal for equal data, for ever."""
        return hashlib.blake2b(data, digest_size=16, key=self.hash_key).hexdigest()


def key_id(key: bytes) -> str:
    """A key's name in sealed rows, derived from the key: a wrong key can never pass for the right one."""
    return hashlib.blake2b(key, digest_size=8, person=b"selfimprove-key").hexdigest()


def _holds_sealed_rows(connection: Connection) -> bool:
    row = connection.execute(postgres.queries("privacy").sealed_rows_exist).fetchone()
    return row is not None and bool(row["found"])


def _create(path: Path) -> None:
    """Write a new key file; the file of another process that was quicker is left as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    key, hash_key = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(KEY_BYTES)
    content = orjson.dumps({"current": key_id(key), "keys": {key_id(key): _text(key)}, "hash_key": _text(hash_key)})
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)  # or a power failure could take the only key of rows that are already stored
    os.close(folder)


def _read(path: Path) -> Vault:
    try:
        content = orjson.loads(path.read_bytes())
        keys = [_key(text) for text in content["keys"].values()]
        vault = Vault(content["current"], {key_id(key): AESGCM(key) for key in keys}, _key(content["hash_key"]))
        if {vault.current} | content["keys"].keys() != vault.ciphers.keys():
            raise ValueError("ids do not belong to the keys")
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as exc:
        # the cause could carry key material
        raise VaultInvalid(path=path, reason=type(exc).__name__) from None
    return vault


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
