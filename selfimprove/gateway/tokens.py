"""Tokens: random, stored as hashes in the database, and in a file of the state folder for when that is down."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio

from selfimprove import postgres
from selfimprove.errors import DatabaseDown, TokenNeeded, TokenTaken, TokenUnknown
from selfimprove.gateway import origin, work
from selfimprove.postgres import Connection
from selfimprove.settings import Settings, private

PER_MINUTE = 600
SECONDS = 30.0  # between two looks into the database
LOOK_SECONDS = 0.2  # and at the file: so long a revoked token may still be used


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: never the token itself."""

    id: str
    name: str
    sha256: str
    scopes: tuple[str, ...]
    per_minute: int


def add(connection: Connection, name: str, scopes: Sequence[str], per_minute: int = PER_MINUTE) -> tuple[str, str]:
    """A new token's id, and the token, which cannot be told again: 256 random bits.

    Raises:
        TokenTaken: a valid token has that name.
    """
    if any(row["name"] == name and row["revoked_at"] is None for row in listed(connection)):
        raise TokenTaken(name=name)
    text = f"si-{secrets.token_urlsafe(32)}"
    row = {"id": secrets.token_hex(4), "name": name, "sha256": digest(text)}
    connection.execute(
        postgres.queries("tokens").insert, {**row, "scopes": sorted(set(scopes)), "per_minute": per_minute}
    )
    return row["id"], text


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every token there ever was, the newest first."""
    return list(connection.execute(postgres.queries("tokens").all))


def revoke(connection: Connection, given: str) -> list[str]:
    """Let the tokens of this id or name in no more; returns their ids.

    Raises:
        TokenUnknown: no valid token has it.
    """
    rows = connection.execute(postgres.queries("tokens").revoke, {"given": given}).fetchall()
    if not rows:
        raise TokenUnknown(given=given)
    return [row["id"] for row in rows]


def note_use(connection: Connection, uses: Mapping[str, datetime]) -> None:
    """Store when tokens were last used, by their ids."""
    for id, at in uses.items():
        connection.execute(postgres.queries("tokens").used, {"id": id, "at": at})


def digest(token: str) -> str:
    """SHA-256 of a token: of 256 random bits no slower hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def file(home: Path) -> Path:
    """Where the hashes of the valid tokens are kept for the gateway."""
    return home / "gateway" / "tokens.json"


def remember(connection: Connection, home: Path) -> int:
    """Write the valid tokens' hashes where the gateway finds them whether the database answers or not; how many.

    One at a time until the transaction ends, so that who is slow does not bring back what another has revoked.
    """
    connection.execute(postgres.queries("tokens").lock)
    rows = [asdict(Token(**row)) for row in connection.execute(postgres.queries("tokens").valid)]
    draft = private(file(home).parent) / f"tokens.{secrets.token_hex(4)}.draft"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(rows))
    os.replace(draft, file(home))
    return len(rows)


def require(settings: Settings) -> None:
    """See that the gateway may listen where it shall.

    Raises:
        TokenNeeded: others than this machine could reach it, and there is no token.
        DatabaseDown: nobody knows the tokens, since the database was never reached from here.
    """
    if not file(settings.home).exists():
        raise DatabaseDown(reason="it was never reached from here, and holds who may be let in")
    host = origin.elsewhere(settings)
    if host and not Known(settings.home).all():
        name = "SELFIMPROVE_GATEWAY_NAMES" if host in settings.gateway_names else "SELFIMPROVE_GATEWAY_HOST"
        raise TokenNeeded(host=host, setting=name)


class Known:
    """The tokens that let in now, by their hashes; a changed file is read at the next look."""

    def __init__(self, home: Path) -> None:
        self._file = file(home)
        self._stamp: tuple[int, int] | None = None
        self._look_at = 0.0
        self.used: dict[str, datetime] = {}  # ids that were used since this was stored last
        self._tokens: dict[str, Token] = {}

    def find(self, text: str) -> Token | None:
        """The token whose text this is."""
        token = self.all().get(digest(text))
        if token:
            self.used[token.id] = datetime.now(UTC)
        return token

    def all(self) -> Mapping[str, Token]:
        """Every valid token by its hash. A file that went away changes nothing: nobody gets in by deleting it."""
        if time.monotonic() < self._look_at:
            return self._tokens
        self._look_at = time.monotonic() + LOOK_SECONDS
        stamp = _stamp(self._file)
        if stamp and stamp != self._stamp:
            rows = json.loads(self._file.read_text())
            self._tokens = {row["sha256"]: Token(**{**row, "scopes": tuple(row["scopes"])}) for row in rows}
            self._stamp = stamp
        return self._tokens


async def follow(settings: Settings, known: Known) -> None:
    """Store when tokens were used, and learn of those made or revoked elsewhere, until cancelled."""

    async def exchange() -> None:
        used, known.used = known.used, {}
        try:
            await anyio.to_thread.run_sync(_exchange, settings, used)
        except Exception:
            known.used = used | known.used  # for the next round
            raise

    await work.rounds(exchange, every=SECONDS, failing="Tokens made or revoked elsewhere are not learned of")


def _exchange(settings: Settings, used: Mapping[str, datetime]) -> None:
    with postgres.connect(postgres.url(settings, "gateway")) as connection:
        note_use(connection, used)
        remember(connection, settings.home)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
