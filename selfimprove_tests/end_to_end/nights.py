"""Nights in this process: the real job, on real Dagster storage in the test's own database."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg
import orjson
import pytest

from selfimprove import automation, house, postgres
from selfimprove.chats.calendar import calendar
from selfimprove.chats.chat import Sealing
from selfimprove.chats.commands import load_samples
from selfimprove.chats.importing import import_files
from selfimprove.definitions import defs
from selfimprove.night import QUIET
from selfimprove.privacy.vault import Vault
from selfimprove.resources import Database, from_settings
from selfimprove.settings import Settings


@dataclass(frozen=True)
class Nights:
    """A house and its Dagster instance."""

    settings: Settings
    instance: dg.DagsterInstance
    url: str

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, patch: pytest.MonkeyPatch) -> Iterator["Nights"]:
        url = house.prepare(settings)
        for name, value in house.environment(settings).items():
            patch.setenv(name, value)
        with dg.DagsterInstance.get() as instance:
            yield cls(settings, instance, url)

    def live_until(self, last_day: date, days: int = 14) -> None:
        """Let the sample household chat until a day."""
        load_samples(self.settings, last_day, days)

    def hear(self, chats: Iterable[list[dict[str, str]]], last_day: date) -> None:
        """Chats of this day from elsewhere than the household."""
        path = self.settings.home / "heard.jsonl"
        said_at = f"{last_day}T12:00:00+00:00"
        path.write_bytes(b"".join(orjson.dumps({"messages": chat, "created_at": said_at}) + b"\n" for chat in chats))
        with postgres.connect(self.url) as connection:
            vault = Vault.open(self.settings.home, connection)
            connection.commit()
            days = calendar(self.settings, datetime.now(UTC), last_day)
            import_files(connection, [path], Sealing(vault.seal, vault.keyed_hash), days)
        path.unlink()

    def spend(self, after: date, **config: dict[str, Any]) -> dg.ExecuteInProcessResult:
        """The night after a day, as the schedule would launch it; config by asset."""
        today = after + timedelta(days=1)
        with postgres.connect(self.url) as connection:
            tags = automation.range_tags(automation.missing_days(connection, today), today)
        result = self.run("nightly", tags, {name: {"config": values} for name, values in config.items()})
        automation.raise_alerts(self.instance, self._run(result.run_id), Database(url=self.url))
        if not automation.was_told(Database(url=self.url), result.run_id):
            self.run("morning", {automation.NIGHT_RUN: result.run_id}, {})
        return result

    def launch_alone(self, asset: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
        """One asset by hand, without its upstream and without any check."""
        resources = from_settings(self.settings)
        return dg.materialize(
            [asset], instance=self.instance, resources=resources, run_config=QUIET, raise_on_error=False
        )

    def run(self, job: str, tags: dict[str, str], ops: dict[str, Any]) -> dg.ExecuteInProcessResult:
        """One job in this process; failed steps do not raise."""
        return defs.resolve_job_def(job).execute_in_process(
            instance=self.instance, tags=tags, run_config={**QUIET, "ops": ops}, raise_on_error=False,
            resources=from_settings(self.settings),
        )

    def connect(self) -> AbstractContextManager[postgres.Connection]:
        return postgres.connect(self.url)

    def rows(self, query: str) -> list[dict[str, Any]]:
        with postgres.connect(self.url) as connection:
            return list(connection.execute(query))

    def champion(self) -> str | None:
        found = self.rows("select id from champion")
        return found[0]["id"] if found else None

    def told(self) -> dict[str, Any]:
        """The newest morning report."""
        return self.rows("select * from morning_reports order by created_at desc limit 1")[0]

    def decision(self) -> dict[str, Any]:
        return self.rows("select * from decisions order by decided_at desc limit 1")[0]

    def refusing_gates(self) -> set[str]:
        return {verdict["gate"] for verdict in self.decision()["verdicts"] if verdict["outcome"] == "failed"}

    def _run(self, run_id: str) -> dg.DagsterRun:
        run = self.instance.get_run_by_id(run_id)
        assert run is not None
        return run
