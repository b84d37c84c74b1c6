"""Experiments in Postgres, and what became of the chats of one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.critiques.sources import FEW
from selfimprove.errors import ExperimentMissing, ExperimentUnknown
from selfimprove.experiments.evidence import Shadows
from selfimprove.experiments.experiment import BASE, DAYS, LEVEL, RATIO, Experiment, Look, Outcome
from selfimprove.postgres import Connection

Row = dict[str, Any]
DAYS_BEFORE = 28  # in which an owner who talks has shown a few signs
FEWEST_TOKENS = 16  # of an answer whose pace is taken: that of fewer is mostly chance


def begin(connection: Connection, promotion: Mapping[str, Any], share: float, shadow: float = 0.0) -> None:
    """Begin an experiment about a row of the promotions; one that is known already stays as it is.

    The challenger is to answer `share` of new chats, and both are to answer `shadow` of them once more, unheard.
    An experiment that another promotion made pointless is ended first: there is one at a time.
    """
    close_replaced(connection)
    challenger, control = promotion["adapter_id"], promotion["replaced"]
    content = orjson.dumps([promotion["promotion_id"], challenger, control])
    row = {
        "id": hashlib.sha256(content).hexdigest()[:32], "promotion_id": promotion["promotion_id"],
        "challenger": challenger, "control": control, "share": share, "shadow": shadow,
        "level": LEVEL, "ratio": RATIO, "days": DAYS, "few": FEW, "days_before": DAYS_BEFORE,
    }  # fmt: skip
    connection.execute(_queries().begin, row)


def close_replaced(connection: Connection) -> None:
    """End what runs about a challenger that is no longer champion by that promotion."""
    connection.execute(_queries().replaced)


def running(connection: Connection) -> Experiment | None:
    """The experiment under way, its row locked until the transaction ends."""
    row = connection.execute(_queries().running).fetchone()
    return experiment_of(row) if row else None


def chats(connection: Connection, experiment: Experiment) -> list[Row]:
    """Conversations that began in an experiment, as `tally` reads them, the first to begin first."""
    named = {"challenger": experiment.challenger, "control": experiment.control, "started_at": experiment.started_at,
             "fewest_tokens": FEWEST_TOKENS}  # fmt: skip
    return connection.execute(_queries().chats, named).fetchall()


def shadowed(
    connection: Connection, experiment_id: str, challenger: Sequence[str], control: Sequence[str], *, same: bool
) -> None:
    """Store which rules objected to either answer to one question; not where the experiment has ended."""
    row = {"id": experiment_id, "challenger": list(challenger), "control": list(control), "is_same": same}
    connection.execute(_queries().shadowed, row)


def shadows(connection: Connection, experiment: Experiment) -> Shadows | None:
    """What both answered unheard; None where the experiment has none of that."""
    if not experiment.shadow:
        return None
    row = connection.execute(_queries().shadows, {"id": experiment.id}).fetchone()
    assert row is not None
    return Shadows(**row)


def rows(connection: Connection, beginning: str = "", limit: int = 30) -> list[Row]:
    """Experiments whose id begins so, the newest first."""
    return connection.execute(_queries().experiments, {"id": beginning, "limit": limit}).fetchall()


def row_of(connection: Connection, beginning: str) -> Row:
    """The one experiment whose id begins so; with an empty one, the newest.

    Raises:
        ExperimentUnknown: none or several do.
        ExperimentMissing: there was none at all.
    """
    found = rows(connection, beginning, 2)
    if not found and not beginning:
        raise ExperimentMissing
    if not found or (beginning and len(found) > 1):
        raise ExperimentUnknown(found="Several experiments" if found else "No experiment", id=beginning)
    return found[0]


def looked(connection: Connection, experiment: Experiment, look: Look) -> None:
    """Write what a look found, and the end that it came to."""
    figures = asdict(look)
    outcome, reason = figures.pop("outcome"), figures.pop("reason")
    row = {"id": experiment.id, "figures": Jsonb(figures), "outcome": outcome, "reason": reason}
    connection.execute(_queries().looked, row)


def now(connection: Connection) -> datetime:
    """The clock by which experiments end."""
    row = connection.execute(_queries().now).fetchone()
    assert row is not None
    moment: datetime = row["now"]
    return moment


def experiment_of(row: Mapping[str, Any]) -> Experiment:
    """The noun from its row."""
    given = {field.name: row[field.name] for field in fields(Experiment)}
    return Experiment(**{**given, "control": row["control"] or BASE, "outcome": Outcome(row["outcome"])})


def _queries() -> Any:
    return postgres.queries("experiments")
