"""Look at the experiment under way every hour, and tell when it took a voice back."""

import asyncio
from functools import partial

from selfimprove import postgres
from selfimprove.experiments.experiment import Experiment, Look, Outcome
from selfimprove.experiments.look import look
from selfimprove.gateway import work
from selfimprove.postgres import Connection
from selfimprove.reports import alerts
from selfimprove.settings import Settings

FIRST, HOUR = 60.0, 3600.0


async def every_hour(settings: Settings) -> None:
    """Until cancelled; an hour that cannot look is made up for by the next, as a look is valid whenever it is."""
    look_once = partial(asyncio.to_thread, once, settings)
    await work.rounds(look_once, every=HOUR, first=FIRST, failing="The experiment could not be looked at")


def once(settings: Settings) -> tuple[Experiment, Look] | None:
    """One look, with the alert that follows from a demotion; None where no experiment is under way."""
    with postgres.connect(postgres.url(settings)) as connection:
        found = look(connection)
        if found and found[1].outcome is Outcome.DEMOTED:
            alert(connection, *found, f"{settings.gateway_url}/")
        return found


def alert(connection: Connection, experiment: Experiment, found: Look, url: str) -> None:
    """Once for each experiment: which adapter answers no more, and why."""
    said = f"adapter {experiment.challenger[:12]} was taken back: {found.reason}"
    alerts.record(connection, [alerts.Alert(f"experiment {experiment.id}", "gateway", "experiment", said, url)])
