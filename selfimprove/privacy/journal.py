"""Files of sealed records, one behind another: what a torn write left at the end is recognised, and not read."""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from selfimprove import disk
from selfimprove.chats.chat import Sealed

if TYPE_CHECKING:
    from selfimprove.privacy.vault import Vault

MAGIC = b"selfimprove 1\n"
HEAD = struct.Struct("<II")  # bytes of the record, and their CRC-32
CHAT, KEY, NONCE = 32, 16, 12  # bytes, in this order before the ciphertext
LARGEST = 256 << 20
CLEAR = re.compile(rb"(?=[ -~]{%d})" % (CHAT + KEY))  # what follows a record's head: nowhere in what is sealed
Seal = Callable[[bytes, bytes], Sealed]


@dataclass(frozen=True, slots=True)
class Record:
    """Something that was said, sealed, and the id of its chat, without which it does not open."""

    chat_id: str
    sealed: Sealed


@dataclass(frozen=True, slots=True)
class Damaged:
    """Bytes that are no record: at a file's end what an interrupted write left, elsewhere a fault of the disk."""

    data: bytes
    is_tail: bool


def pack(chat_id: str, text: bytes, seal: Seal) -> bytes:
    """One record, sealed and framed."""
    return frame(Record(chat_id, seal(text, context(chat_id))))


def frame(record: Record) -> bytes:
    """A record as a file holds it."""
    sealed = record.sealed
    body = b"".join((record.chat_id.encode().ljust(CHAT), sealed.key_id.encode(), sealed.nonce, sealed.ciphertext))
    return HEAD.pack(len(body), zlib.crc32(body)) + body


def context(chat_id: str) -> bytes:
    """What must be given again to open a record of this chat."""
    return f"journal {chat_id}".encode()


def scan(content: bytes) -> Iterator[Record | Damaged]:
    """The records of a file's content, and what between them is none."""
    at = len(MAGIC)
    while at < len(content):
        end = _end(content, at)
        if end is None:
            end = next((found for found in _candidates(content, at + 1) if _end(content, found)), len(content))
            yield Damaged(content[at:end], is_tail=end == len(content))
        else:
            yield _record(content[at + HEAD.size : end])
        at = end


def unsealed(record: Record, vault: Vault) -> bytes:
    """What a record says.

    Raises:
        VaultKeyUnknown, SealBroken: it does not open.
    """
    return vault.unseal(record.sealed, context(record.chat_id))


def read(path: Path) -> Iterator[Record | Damaged]:
    """The same of a file."""
    return scan(path.read_bytes())


def write(path: Path, records: list[bytes]) -> None:
    """Put a file of framed records into place, whole and for good."""
    draft = path.with_suffix(".draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(MAGIC + b"".join(records))
        file.flush()
        disk.sync(file.fileno())
    os.replace(draft, path)
    disk.sync_folder(path.parent)


def _candidates(content: bytes, start: int) -> Iterator[int]:
    """Where from here on a record may begin: to try every place would read what was torn over and over."""
    return (match.start() - HEAD.size for match in CLEAR.finditer(content, start + HEAD.size))


def _end(content: bytes, at: int) -> int | None:
    """Where the record that begins here ends; None where none does."""
    if at + HEAD.size > len(content):
        return None
    length, checksum = HEAD.unpack_from(content, at)
    end = at + HEAD.size + length
    if not CHAT + KEY + NONCE < length <= LARGEST or end > len(content):
        return None
    return end if zlib.crc32(memoryview(content)[at + HEAD.size : end]) == checksum else None


def _record(body: bytes) -> Record:
    chat, key, nonce = CHAT, CHAT + KEY, CHAT + KEY + NONCE
    sealed = Sealed(body[chat:key].decode("ascii", "replace"), body[key:nonce], body[nonce:])
    return Record(body[:chat].decode("ascii", "replace").rstrip(), sealed)
