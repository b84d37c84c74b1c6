"""What is to differ tonight, as it is typed, read as Dagster's run config; refused before a night begins with it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

OPTION = "--set"


def read(changes: Sequence[str]) -> dict[str, Any]:
    """Run config of changes such as "lora_adapter.rank=8".

    Raises:
        click.BadParameter: one is no change, or has a value that no night could be spent with.
    """
    assets: dict[str, dict[str, Any]] = {}
    for change in changes:
        target, _, value = change.partition("=")
        asset, _, field = target.partition(".")
        if not (asset and field and value):
            raise click.BadParameter(f"{change!r} is not ASSET.FIELD=VALUE", param_hint=OPTION)
        assets.setdefault(asset, {})[field] = _value(value)
    for asset, given in assets.items():
        _check(asset, given)
    return {"ops": {asset: {"config": given} for asset, given in assets.items()}} if assets else {}


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _check(asset: str, given: Mapping[str, Any]) -> None:
    """A night would find out only when it gets there, an hour's work later."""
    from pydantic import BaseModel, ValidationError

    from selfimprove.adapters.assets import TrainingConfig
    from selfimprove.datasets.assets import DatasetConfig

    configured: dict[str, type[BaseModel]] = {"training_dataset": DatasetConfig, "lora_adapter": TrainingConfig}
    if asset not in configured:
        known = " and ".join(configured)
        raise click.BadParameter(f"{asset!r} has nothing to change; {known} have", param_hint=OPTION)
    if unknown := given.keys() - configured[asset].model_fields.keys():
        known = ", ".join(configured[asset].model_fields)
        raise click.BadParameter(f"{asset} has no {min(unknown)!r}; it has {known}", param_hint=OPTION)
    try:
        configured[asset](**given)
    except ValidationError as exc:
        error = exc.errors()[0]
        name = ".".join([asset, *map(str, error["loc"][:1])])
        raise click.BadParameter(f"{name} is {error['input']!r}: {error['msg']}", param_hint=OPTION) from exc
