"""Tokens: random, stored as hashes in the database, and in a file of the state folder for when that is down."""

import hashlib
import json
import os
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio

from selfimprove import disk, postgres
from selfimprove.errors import DatabaseDown, TokenNeeded, TokensUnreadable, TokenTaken, TokenUnknown
from selfimprove.gateway import origin, work
from selfimprove.postgres import Connection
from selfimprove.settings import Settings, private

PER_MINUTE = 600
SECONDS = 30.0  # between two looks into the database
LOOK_SECONDS = 0.2  # and at the file: so long a revoked token may still be used
UNREAD = "nobody has looked at it yet"
UNREADABLE = (OSError, ValueError, TypeError, KeyError)  # cut short, another's, or with fields of a later version


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


def owners(connection: Connection) -> frozenset[str]:
    """Ids of the tokens, revoked ones too, whose word is the owner's: those that may review, or administer."""
    return frozenset(row["id"] for row in connection.execute(postgres.queries("tokens").owners))


def are_guests(tokens: Collection[Token]) -> bool:
    """Whether there are tokens and none of them is an owner's: from the first one on nobody gets in without."""
    return bool(tokens) and not any({"review", "admin"} & {*token.scopes} for token in tokens)


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
    _write(file(home), json.dumps(rows))
    return len(rows)


def require(settings: Settings) -> None:
    """See that the gateway may listen where it shall.

    Raises:
        TokenNeeded: others than this machine could reach it, and there is no token.
        DatabaseDown: nobody knows the tokens, since the database was never reached from here.
        TokensUnreadable: nor are they known where the file says nothing that can be read.
    """
    if not file(settings.home).exists():
        raise DatabaseDown(reason="it was never reached from here, and holds who may be let in")
    host, known = origin.elsewhere(settings), Known(settings.home).all()
    if host and not known:
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
        self._wrong = UNREAD  # why nobody knows who may be let in; "" when it is known

    def find(self, text: str) -> Token | None:
        """The token whose text this is."""
        token = self.all().get(digest(text))
        if token:
            self.used[token.id] = datetime.now(UTC)
        return token

    def all(self) -> Mapping[str, Token]:
        """Every valid token by its hash. A file that went away changes nothing: nobody gets in by deleting it.

        Raises:
            TokensUnreadable: it is not known who may be let in, so nobody is.
        """
        if time.monotonic() >= self._look_at:
            self._look()
        if self._wrong:
            raise TokensUnreadable(reason=self._wrong)
        return self._tokens

    def _look(self) -> None:
        self._look_at = time.monotonic() + LOOK_SECONDS
        try:
            stamp = _stamp(self._file)
            if stamp and stamp != self._stamp:
                self._tokens, self._stamp = _read(self._file), stamp
            if stamp or self._wrong == UNREAD:
                self._wrong = ""
        except UNREADABLE as exc:
            self._wrong = type(exc).__name__


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


def _read(path: Path) -> dict[str, Token]:
    rows = json.loads(path.read_text())
    if not isinstance(rows, list):
        raise TypeError("not a list of tokens")
    return {row["sha256"]: Token(**{**row, "scopes": tuple(row["scopes"])}) for row in rows}


def _write(path: Path, text: str) -> None:
    """Replace a file by another that outlasts a power failure; one that says the same stays."""
    with suppress(OSError, ValueError):
        if path.read_text() == text:
            return
    draft = private(path.parent) / f"tokens.{secrets.token_hex(4)}.draft"
    try:
        draft.touch(mode=0o600)
        draft.write_text(text)
        disk.sync_file(draft)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    disk.sync_folder(path.parent)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_ino
