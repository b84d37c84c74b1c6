"""The voice that Postgres confirmed last, in a file: the gateway answers with it while Postgres is down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from selfimprove import disk
from selfimprove.adapters.adapter import FILES, hashes, id_of
from selfimprove.errors import VoiceRefused
from selfimprove.gateway.ask import BASE
from selfimprove.gateway.plan import Plan
from selfimprove.settings import private


@dataclass(frozen=True, slots=True)
class Remembered:
    """A plan, the promotion that it follows, and for each of its adapters the folder and its files' hashes.

    `refused` says why the adapter that was promoted last does not answer.
    """

    promotion_id: int
    base_model: str
    plan: Plan
    folders: Mapping[str, str]
    files: Mapping[str, Mapping[str, str]]
    refused: str | None = None


def place(home: Path) -> Path:
    """Where it is."""
    return home / "gateway" / "voice.json"


def write(file: Path, remembered: Remembered) -> None:
    """Put it in the file's place, whole or not at all."""
    plan = remembered.plan
    content = {
        "promotion": remembered.promotion_id, "base_model": remembered.base_model, "adapter": plan.voice,
        "control": plan.control, "experiment": plan.experiment, "share": plan.share, "shadow": plan.shadow,
        "folders": dict(remembered.folders), "files": {slot: dict(files) for slot, files in remembered.files.items()},
        "refused": remembered.refused,
    }  # fmt: skip
    draft = private(file.parent) / f"{file.name}.draft"
    with draft.open("wb") as stream:
        stream.write(orjson.dumps(content, option=orjson.OPT_INDENT_2))
        stream.flush()
        disk.sync(stream.fileno())
    os.replace(draft, file)


def read(file: Path, base_model: str) -> Remembered | None:
    """What was remembered, if it is whole and about this base model."""
    content = _content(file)
    try:
        shares = float(content["share"]), float(content.get("shadow", 0.0))  # earlier versions wrote no shadow
        plan = Plan(content["adapter"], content["control"], content["experiment"], shares[0], shadow=shares[1])
        found = Remembered(
            content["promotion"], content["base_model"], plan, content["folders"], content["files"],
            content.get("refused"),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None
    is_whole = plan.slots - {BASE} == found.folders.keys() == found.files.keys()
    return found if is_whole and found.base_model == base_model else None


def refused(file: Path) -> str | None:
    """Why the adapter that was promoted last does not answer, as far as the gateway has seen; None when it does."""
    found = _content(file).get("refused")
    return str(found) if found else None


def instead(file: Path, base_model: str) -> str | None:
    """Who answers in the place of the adapter of this base model that was promoted last; None where that one does."""
    content = _content(file)
    is_of_another = content.get("base_model", base_model) != base_model
    return str(content.get("adapter", BASE)) if refused(file) or is_of_another else None


def verified(file: Path, base_model: str) -> Remembered | None:
    """What was remembered, when every file of its adapters is the one that was confirmed.

    Raises:
        VoiceRefused: one is not.
    """
    known = read(file, base_model)
    for slot in known.folders if known else ():
        wrong = known and _damage(known, slot)
        if wrong:
            raise VoiceRefused(id=slot[:12], reason=wrong)
    return known


def _content(file: Path) -> dict[str, Any]:
    try:
        found = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _damage(known: Remembered, slot: str) -> str | None:
    wanted = known.files[slot]
    if set(wanted) != set(FILES) or id_of(wanted) != slot:
        return "the hashes remembered are not those of its id"
    try:
        found = hashes(Path(known.folders[slot]))
    except OSError as exc:
        return f"{exc.filename}: {exc.strerror}"
    return None if found == wanted else "its files were changed"
