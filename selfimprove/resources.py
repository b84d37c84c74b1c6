"""Database, state folder, model and judge as Dagster resources; the partitions that all daily rooms share."""

import os
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from selfimprove import postgres
from selfimprove.models import worker
from selfimprove.models.base import Base, resolve
from selfimprove.models.judge import Judge
from selfimprove.models.worker import SENTENCES, Worker
from selfimprove.settings import Settings, current

warnings.filterwarnings("ignore", category=dg.BetaWarning)  # backfill_policy is beta, and meant
SINGLE_RUN = dg.BackfillPolicy.single_run()
SKIP_CLEAN = "selfimprove/skip_clean"  # run tag: days that passed and did not change since are left as they are


@cache
def daily(settings: Settings) -> dg.DailyPartitionsDefinition:
    """One partition a calendar day of the owner's time zone, from the first day on."""
    return dg.DailyPartitionsDefinition(start_date=settings.first_day.isoformat(), timezone=settings.timezone)


DAILY = daily(current())


def days(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> list[date]:
    """The days of this step's partition or range of partitions, ascending."""
    return [date.fromisoformat(key) for key in sorted(context.partition_keys)]


def skips_clean(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> bool:
    """Whether this run, as the nightly ones do, leaves clean days alone; what a person materializes is done again."""
    return SKIP_CLEAN in context.run.tags


def and_unchanged(count: int) -> str:
    """The end of a sentence about days: those that were left as they are."""
    return f" {count} days unchanged since their checks passed." if count else ""


def tell_rows(context: dg.AssetExecutionContext, rows: Mapping[date, int]) -> None:
    """Tell how many rows each day of this step holds: of a range run, Dagster gives the result's metadata to all."""
    for day in days(context):
        context.add_asset_metadata({"dagster/partition_row_count": rows.get(day, 0)}, partition_key=day.isoformat())


def check_specs(asset: str, rules: Mapping[str, str], advice: Collection[str] = ()) -> list[dg.AssetCheckSpec]:
    """The checks of an asset, each with what it demands; all but those that only advise stop what comes after."""
    return [
        dg.AssetCheckSpec(name, asset=asset, blocking=name not in advice, description=text)
        for name, text in rules.items()
    ]


def check_results(
    asset: str,
    names: Iterable[str],
    found: Mapping[date, Mapping[str, Sequence[str]]],
    advice: Collection[str] = (),
    **more: dg.MetadataValue | str,
) -> Iterator[dg.AssetCheckResult]:
    """One result a check over all days of the step, with what it found on which day."""
    for name in names:
        wrong = {day: "; ".join(sentences[name]) for day, sentences in found.items() if sentences[name]}
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=name,
            passed=not wrong,
            severity=dg.AssetCheckSeverity.WARN if name in advice else dg.AssetCheckSeverity.ERROR,
            description="; ".join(f"{day}: {words}" for day, words in wrong.items()) or f"{len(found)} days hold",
            metadata={"days": len(found), "days_that_fail": len(wrong), **more},
        )


class Database(dg.ConfigurableResource[None]):
    """Our tables in Postgres."""

    url: str = ""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Any]:
        """What happens in a run is stored by connections that stay as long as it lasts."""
        from selfimprove.connections import held_connections  # half a second of imports, which only a run needs

        with held_connections(context.instance) if context.run and context.instance else nullcontext():
            yield self

    @contextmanager
    def connect(self, *, snapshot: bool = False) -> Iterator[postgres.Connection]:
        """One connection whose block is one transaction."""
        with postgres.connect(self.url or postgres.url(current()), snapshot=snapshot) as connection:
            yield connection

    @contextmanager
    def transactions(self) -> Iterator[Callable[[], AbstractContextManager[postgres.Connection]]]:
        """One connection for many transactions, one after another; each sees the database as it was at its start.

        Who works a day at a time is spared a login a day.
        """
        url = self.url or postgres.url(current())
        with postgres.connect(url, autocommit=True, snapshot=True) as connection:

            @contextmanager
            def begin() -> Iterator[postgres.Connection]:
                with connection.transaction():
                    yield connection

            yield begin


class Home(dg.ConfigurableResource[None]):
    """The state folder."""

    folder: str

    @property
    def path(self) -> Path:
        """The state folder as a path."""
        return Path(self.folder)


class LanguageModel(dg.ConfigurableResource[None]):
    """The base model that adapters are trained for; while a run lasts, workers for its jobs get ready in time."""

    name: str
    home: str
    memory_gb: float = 0.0  # of a training; 0 is what the machine has
    _warm: ExitStack = PrivateAttr(default_factory=ExitStack)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """From now on the next worker loads what it needs while another one works."""
        self._warm.enter_context(worker.warm())

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """End the worker that was not needed."""
        self._warm.close()

    def base(self) -> Base:
        """The base model's files and identity."""
        return resolve(self.name, Path(self.home))


class ModelProcess(dg.ConfigurableResource[None]):
    """A process that loads a library for models, see `models.worker`, and leaves with its last use.

    `ahead`: it loads from the run's start on, while the first rooms work.
    """

    library: str
    ahead: bool = True
    _worker: Worker | None = PrivateAttr(default=None)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Begin to load."""
        self._worker = Worker(self.library) if self.ahead else None

    @contextmanager
    def worker(self, *, stays: bool = False) -> Iterator[Worker]:
        """The process, a new one if it died; it ends with the block unless it stays for the rooms after."""
        if self._worker is None or not self._worker.is_alive:
            self._close()
            self._worker = Worker(self.library)
        try:
            yield self._worker
        finally:
            if not stays:
                self._close()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """End the process where nothing used it."""
        self._close()

    def _close(self) -> None:
        if self._worker:
            self._worker.close()
        self._worker = None


class JudgeServer(dg.ConfigurableResource[None]):
    """An OpenAI-compatible server that judges answers; none while `url` is empty."""

    url: str = ""
    model: str = "default"
    key: str = ""

    def client(self) -> Judge | None:
        """The judge, or None when none is configured."""
        return Judge(self.url, self.model, self.key) if self.url else None


def from_settings(settings: Settings) -> dict[str, dg.ConfigurableResource[None]]:
    """The resources of this machine, by the parameter names assets use."""
    home = str(settings.home)
    return {
        "database": Database(url=_secret("SELFIMPROVE_DATABASE_URL", settings.database_url)),
        "home": Home(folder=home),
        "language_model": LanguageModel(name=settings.base_model, home=home, memory_gb=settings.memory_gb),
        "sentence_model": ModelProcess(library=SENTENCES),
        "secret_scanner": ModelProcess(library="selfimprove.datasets.sweep:load"),
        "judge": JudgeServer(
            url=settings.judge_url or "",
            model=settings.judge_model,
            key=_secret("SELFIMPROVE_JUDGE_KEY", settings.judge_key),
        ),
    }


def _secret(variable: str, value: str | None) -> str:
    """A secret by its variable's name where it comes from there: Dagster's pages show a resource's values."""
    return dg.EnvVar(variable) if value and os.environ.get(variable, "").strip() == value else value or ""


def tomorrow(day: date) -> date:
    """The morning after a day: the night between them bears this date."""
    return day + timedelta(days=1)
