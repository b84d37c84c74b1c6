"""All of it, handed to Dagster in the order data flows."""

import gc
from importlib import import_module
from types import ModuleType

import dagster as dg

from selfimprove import automation, resources, settings

ROOMS = ("chats", "privacy", "curation", "critiques", "datasets", "adapters", "evals", "promotion", "reports")


def of_every_room(kind: str) -> list[ModuleType]:
    """Each room's module of one kind, in flow order."""
    return [import_module(f"selfimprove.{room}.{kind}") for room in ROOMS]


defs = dg.Definitions(
    assets=dg.load_assets_from_modules(of_every_room("assets")),
    asset_checks=dg.load_asset_checks_from_modules(of_every_room("checks")),
    jobs=automation.JOBS,
    schedules=automation.SCHEDULES,
    sensors=automation.SENSORS,
    resources=resources.from_settings(settings.current()),
)
gc.freeze()  # all that was loaded stays; looking through it again would hold up each room
