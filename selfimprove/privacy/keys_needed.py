"""Whether the vault's keys are those that the database needs; nothing is made or changed by asking."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from selfimprove.errors import VaultInvalid, VaultKeyMissing, VaultKeyUnknown
from selfimprove.privacy.vault import OTHER_HASHES, Vault, hash_key_id, path_of


def insist(home: Path, needed: Mapping[str, Any]) -> None:
    """Return where the house can work with its keys, or needs none yet.

    `needed` has by the id of each key a row that is `sealed` under it, and the id of the key of its `hashes`, if any.

    Raises:
        VaultKeyMissing, VaultOpenToOthers, VaultInvalid, VaultKeyUnknown: it cannot, and this is what to do.
    """
    path = path_of(home)
    if not path.exists():
        if needed["sealed"]:
            raise VaultKeyMissing(path=path)
        return
    vault = Vault.look(home)
    if needed["hashes"] not in (None, hash_key_id(vault.hash_key)):
        raise VaultInvalid(path=path, reason=OTHER_HASHES)
    for key_id, row in sorted(needed["sealed"].items()):
        if key_id not in vault.ciphers:
            raise VaultKeyUnknown(key_id=key_id, row=row)
