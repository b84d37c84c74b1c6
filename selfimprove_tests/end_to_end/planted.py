"""The redaction of a day with a redactor that fails, through Dagster.

As a program it redacts one day with a redactor that kills its process in the middle: `python -m … DAY`.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import dagster as dg

from selfimprove.privacy import redact_day as room
from selfimprove.privacy.assets import redacted_chats
from selfimprove.privacy.checks import redaction_holds
from selfimprove.privacy.redact import Redacted, redact
from selfimprove.privacy.vault import Vault
from selfimprove.resources import DAILY, Database, Home, days, from_settings
from selfimprove.settings import Settings, current

Redactor = Callable[..., Any]
DEADLY = "mid-day"


def with_redactor(redactor: Redactor) -> dg.AssetsDefinition:
    """The asset, as it would be if this were the redactor."""

    @dg.asset(name="redacted_chats", deps=["chat_logs"], partitions_def=DAILY)
    def broken(context: dg.AssetExecutionContext, database: Database, home: Home) -> None:
        vault = Vault.open(home.path)
        for day in days(context):
            with database.connect(snapshot=True) as connection:
                room.redact_day(connection, day, vault, context.run.run_id, asked(redactor))

    return broken


def asked(redactor: Redactor) -> Any:
    """What the room takes for a redactor; nobody is asked for names."""
    return room.Asked(lambda texts: [[] for _ in texts], redactor) if hasattr(room, "Asked") else redactor


def redact_one_day(
    settings: Settings, instance: dg.DagsterInstance, day: date, asset: dg.AssetsDefinition = redacted_chats
) -> dg.ExecuteInProcessResult:
    """One day redacted and checked."""
    resources = from_settings(settings) | {"database": Database(url=settings.database_url or "")}
    return dg.materialize(
        [dg.AssetSpec("chat_logs"), asset, redaction_holds], selection=dg.AssetSelection.assets("redacted_chats"),
        instance=instance, resources=resources, partition_key=day.isoformat(), raise_on_error=False,
    )


def deadly(texts: Sequence[str], *more: Any) -> Redacted:
    """Redacts until a chat says the word, then the process is gone."""
    if DEADLY in texts[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return redact(texts, *more)


if __name__ == "__main__":
    with dg.DagsterInstance.get() as instance:
        redact_one_day(current(), instance, date.fromisoformat(sys.argv[1]), with_redactor(deadly))
