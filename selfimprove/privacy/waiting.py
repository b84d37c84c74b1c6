"""What waits on disk to be stored: the gateway's spool, which a new key of the vault must not leave unreadable."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from selfimprove.errors import SealBroken, SpoolHeld, VaultKeyUnknown
from selfimprove.privacy import journal
from selfimprove.privacy.journal import Damaged
from selfimprove.privacy.vault import Vault
from selfimprove.settings import private

DIGITS = 12  # of a file's number, which is its name; whatever is called otherwise is not the spool's
NAMES = f"{'[0-9]' * DIGITS}.spool"
PATIENCE = 30.0  # seconds in which a gateway that is up has stored what it holds


def folder_of(home: Path) -> Path:
    """Where the gateway's spool is."""
    return home / "gateway" / "spool"


def files(home: Path) -> list[Path]:
    """The spool's files, the oldest first."""
    return sorted(folder_of(home).glob(NAMES))


def set_aside(home: Path) -> list[Path]:
    """Records that could not be stored, a file each."""
    return sorted((folder_of(home) / "aside").glob("*.sealed"))


def damaged(home: Path) -> list[Path]:
    """What was set aside and is no record any more: nobody can tell whose it was."""
    return sorted((folder_of(home) / "aside").glob("*.damaged"))


def chats_in(path: Path) -> frozenset[str]:
    """The ids of the chats that a file's records belong to."""
    return frozenset(one.chat_id for one in journal.read(path) if not isinstance(one, Damaged))


@contextmanager
def held(home: Path) -> Iterator[bool]:
    """Whether nobody else works with the spool, and nobody begins to before the block ends."""
    with (private(folder_of(home)) / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def reseal(home: Path, vault: Vault, patience: float = PATIENCE) -> int:
    """See to it that no record needs an older key than the current one; returns how many were sealed again.

    While the gateway is up it stores what it holds, and that is waited for.

    Raises:
        SpoolHeld: it did not in time; the older keys are still needed.
    """
    deadline, count = time.monotonic() + patience, 0
    while needed := [path for path in files(home) if _needs_older(path, vault)]:
        with held(home) as alone:
            if alone:
                count += sum(_reseal(path, vault) for path in needed)
                break
        if time.monotonic() > deadline:
            raise SpoolHeld(folder=folder_of(home))
        time.sleep(0.1)
    return count + sum(_reseal(path, vault) for path in set_aside(home) if _needs_older(path, vault))


def _needs_older(path: Path, vault: Vault) -> bool:
    with suppress(FileNotFoundError):  # stored meanwhile
        return any(not isinstance(one, Damaged) and one.sealed.key_id != vault.current for one in journal.read(path))
    return False


def _reseal(path: Path, vault: Vault) -> int:
    """Seal a file's records again; one that does not open stays as it is."""
    found = [one for one in journal.read(path) if not isinstance(one, Damaged)]
    journal.write(path, [journal.frame(_again(one, vault)) for one in found])
    return len(found)


def _again(record: journal.Record, vault: Vault) -> journal.Record:
    try:
        text = journal.unsealed(record, vault)
    except (SealBroken, VaultKeyUnknown):
        return record
    return journal.Record(record.chat_id, vault.seal(text, journal.context(record.chat_id)))
