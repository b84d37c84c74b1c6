"""A state folder made ready, database included, and the environment in which Dagster works on it."""

import os

from selfimprove import postgres
from selfimprove.forgetting.give_back import give_back
from selfimprove.forgetting.sweep import sweep
from selfimprove.gateway import tokens
from selfimprove.settings import CHECKOUT, Settings, private

FOLDERS = ("adapters", "dagster/files", "dagster/logs", "datasets", "gateway", "logs", "reports", "work")


def prepare(settings: Settings) -> str:
    """Make what the state folder needs, start the database and migrate it; returns the database's URL."""
    for folder in FOLDERS:
        private(settings.home / folder)
    instance = settings.home / "dagster" / "dagster.yaml"
    if not instance.exists() or instance.resolve() != CHECKOUT / "dagster.yaml":
        instance.unlink(missing_ok=True)
        instance.symlink_to(CHECKOUT / "dagster.yaml")
    database_url = postgres.prepare(settings)
    with postgres.connect(database_url) as connection:
        sweep(connection, settings.home)
        tokens.remember(connection, settings.home)
        connection.commit()
        tuple(give_back(connection, settings.home))
    return database_url


def environment(settings: Settings) -> dict[str, str]:
    """What plain `dagster …` commands need to work on this house, database included."""
    return {
        "DAGSTER_HOME": str(settings.home / "dagster"),
        "SELFIMPROVE_HOME": str(settings.home),
        "SELFIMPROVE_DAGSTER_URL": postgres.dagster_url(postgres.url(settings)),
        "SELFIMPROVE_DAGSTER_FILES": str(settings.home / "dagster" / "files"),
        "SELFIMPROVE_DAGSTER_LOGS": str(settings.home / "dagster" / "logs"),
        # A step over many days stores its days' events at once; one by one they take two to three times as long.
        "DAGSTER_EVENT_BATCH_SIZE": "1000",
    }


def adopt(settings: Settings) -> None:
    """Give this process and those it starts the house's environment."""
    os.environ.update(environment(settings))
    os.environ.pop("DAGSTER_MODULE_NAME", None)  # `selfimprove env` sets it, and Dagster refuses it beside -w
