"""Experiments and conversations by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from selfimprove.experiments.experiment import Experiment
from selfimprove.postgres import Connection
from selfimprove_tests.promotion.house import BASE, NIGHT, House, adapter

CONTROL, CHALLENGER = "c" * 64, "d" * 64
STARTED = datetime(2031, 5, 2, 8, tzinfo=UTC)
ENDS = STARTED + timedelta(days=14)


def experiment(share: float = 0.5, shadow: float = 0.0, *, owner_talks: bool = False) -> Experiment:
    """One that has just begun."""
    more = {"shadow": shadow, "owner_talks": owner_talks}
    return Experiment("e" * 32, 7, CHALLENGER, CONTROL, share, 0.05, 2.0, STARTED, ENDS, **more)


def chat(adapter: str, *, pleased: bool | None = None, pace: float | None = 0.02) -> dict[str, Any]:
    """A conversation's row."""
    return {"root": "", "adapter": adapter, "pace": pace, "pleased": pleased}


def enthrone(house: House, name: str, replaced: str | None = None, base: str = BASE) -> tuple[str, int]:
    """An adapter whose report was decided to promote, and that was promoted; its id and the promotion's."""
    champion = adapter(house, name, base=base)
    return champion, crown(house.connection, champion, replaced)


def crown(connection: Connection, champion: str, replaced: str | None = None, *, quietly: bool = False) -> int:
    """Promote an adapter without measuring anything, and tell those who listen, or do not."""
    report = {"id": f"report of {champion}", "adapter": champion, "night": NIGHT, "replaced": replaced}
    connection.execute(
        "insert into reports (id, night, adapter_id, challenger, champion, anchor, base, measurements, run_id)"
        " values (%(id)s, %(night)s, %(adapter)s, '', '', '', '', '{}', 'run')", report,
    )  # fmt: skip
    connection.execute(
        "insert into decisions (report_id, adapter_id, night, decision, reasons, verdicts, alpha, run_id)"
        " values (%(id)s, %(adapter)s, %(night)s, 'promote', '[]', '[]', 0.001, 'run')", report,
    )  # fmt: skip
    row = connection.execute(
        "insert into promotions (action, adapter_id, replaced, report_id, night)"
        " values ('promoted', %(adapter)s, %(replaced)s, %(id)s, %(night)s) returning id", report,
    ).fetchone()  # fmt: skip
    if not quietly:
        connection.execute("select pg_notify('selfimprove_promotion', %s)", (champion,))
    assert row is not None
    return int(row["id"])


def talk(connection: Connection, root: str, adapter: str, at: datetime, **more: Any) -> None:
    """A conversation's exchange as the gateway keeps it."""
    connection.execute(
        "insert into chats (id, source, day, started_at, turns, side, digest, key_id, nonce, sealed)"
        " values (%s, 'gateway', %s, %s, 2, 'train', 'd', 'k', '', '') on conflict do nothing",
        (root, at.date(), at),
    )
    row = {
        "id": f"{root}-{at:%d%H%M%S}", "chat_id": root, "position": 1, "root": root, "relation": "new", "asked": "",
        "after": "", "at": at, "model": "base0", "adapter": adapter, "arm": "control", "ending": "stop",
        "completion_tokens": 101, "first_token_seconds": 0.5, "seconds": 2.5, **more,
    }  # fmt: skip
    names = ", ".join(row)
    connection.execute(f"insert into exchanges ({names}) values ({', '.join(['%s'] * len(row))})", list(row.values()))


def react(
    connection: Connection, root: str, at: datetime, kind: str = "thumbs", value: float | None = -1, **more: Any
) -> None:
    """What a person says of an answer, the conversation's first where none is named."""
    row = {"id": f"{root}{kind}{at}", "chat_id": root, "position": 1, "kind": kind, "value": value,
           "source": "gateway", "given_at": at, **more}  # fmt: skip
    names = ", ".join(row)
    connection.execute(f"insert into feedback ({names}) values ({', '.join(['%s'] * len(row))})", list(row.values()))
