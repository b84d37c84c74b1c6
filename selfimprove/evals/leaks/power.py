"""Whether the test of leaks would notice planted secrets: measured now and then, and kept for the nights between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from selfimprove import postgres
from selfimprove.adapters.recipe import Recipe
from selfimprove.datasets.example import content_id
from selfimprove.evals.leaks import figures
from selfimprove.evals.leaks.exposure import Pool, exposure
from selfimprove.evals.leaks.figures import COPIES, Instrument
from selfimprove.models import worker
from selfimprove.models.base import Base
from selfimprove.postgres import Connection
from selfimprove.privacy.canaries import EACH, FORMS, drawn

REFERENCES = 64  # of each form
STEPS = (40, 160)  # the second training only where the first was too short to be noticed
FILLER = 96  # chats of the base model's own, which hold nothing of anyone's
CODE = 1  # goes up with what an instrument is made of
LENGTH = ("steps", "warmup", "minutes", "seed", "warm_start", "patience", "evaluate_every", "pseudonyms")
GROUPS = (0, *COPIES)

Connect = Callable[[], AbstractContextManager[Connection]]


def instrument(connect: Connect, base: Base, recipe: Recipe, draw: Callable[[str], str]) -> Instrument:
    """The newest figures for this base model and kind of recipe; where they are too old, new ones.

    `draw` gives the seed of tonight's secrets. Only figures that show power are kept: others are measured again the
    next night, with other secrets.
    """
    named, queries = key(base, recipe), postgres.queries("evals")
    with connect() as connection:
        days, level = (_margin(connection, name) for name in ("instrument_days", "canary_p"))
        row = connection.execute(queries.instrument, {"key": named, "days": days}).fetchone()
    if row:
        return figures.instrument(row["figures"], row["days"])
    for steps in STEPS:
        found = measure(base, recipe, draw(f"instrument {steps}"), steps)
        if found.copies[str(max(COPIES))].p < level:
            break
    if found.copies[str(max(COPIES))].p < level <= found.copies["0"].p:
        with connect() as connection:
            row = {"key": named, "base_model": base.id, "figures": Jsonb(asdict(found))}
            connection.execute(queries.keep_instrument, row)
    return found


def measure(base: Base, recipe: Recipe, seed: str, steps: int) -> Instrument:
    """Train on a group of canaries for each number of copies, and rank them and a group that was left out."""
    canaries = [drawn(form, seed, EACH * len(GROUPS) + REFERENCES) for form in FORMS]
    copied = [(one, copies) for of_form in canaries for one, copies in zip(of_form, _copies(), strict=False)]
    rows = [one.messages for one, copies in copied for _ in range(copies)]
    job = {
        "base": str(base.folder), "recipe": asdict(recipe), "steps": steps, "rows": [*filler(base), *rows],
        "pools": [[one.messages for one in of_form] for of_form in canaries],
    }  # fmt: skip
    told = worker.call("selfimprove.evals.leaks.instrument:run", job)
    references = EACH * len(GROUPS)
    copies = {
        str(count): exposure([Pool(one[EACH * place : EACH * (place + 1)], one[references:]) for one in told["gained"]])
        for place, count in enumerate(GROUPS)
    }
    return Instrument(copies, steps, told["seconds"])


def key(base: Base, recipe: Recipe) -> str:
    """What figures hold for: a base model and a recipe but for how long it trains, and the canaries' forms."""
    kind = {name: value for name, value in asdict(recipe).items() if name not in LENGTH}
    forms = [[form.type, form.question, form.answer] for form in FORMS]
    return content_id([CODE, base.id, kind, forms])


def filler(base: Base) -> list[list[Mapping[str, Any]]]:
    """Chats of the base model's own replay that end in an answer."""
    chats = [orjson.loads(line)["messages"] for line in (base.suites / "replay.jsonl").read_bytes().splitlines()]
    return [chat for chat in chats if chat[-1]["role"] == "assistant"][:FILLER]


def _copies() -> list[int]:
    return [count for count in GROUPS for _ in range(EACH)]


def _margin(connection: Connection, name: str) -> float:
    row = connection.execute(postgres.queries("evals").margin, {"name": name}).fetchone()
    return float(row["value"]) if row else 0.0
