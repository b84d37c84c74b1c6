"""How good an answer is thought to be, in a person's words; that nothing tells is said as well."""

from collections.abc import Mapping, Sequence
from typing import Any

from selfimprove.critiques import critique
from selfimprove.critiques import table as critiques
from selfimprove.critiques.calibration import Calibration, of_prior
from selfimprove.critiques.score import parts
from selfimprove.postgres import Connection


def likely(connection: Connection, scored: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """By position, of a chat's scored answers."""
    return {one["position"]: _told(one, critiques.calibration(connection, one["calibration"])) for one in scored}


def _told(scored: Mapping[str, Any], by: Calibration | None) -> str:
    """What is shared by all answers tells nothing of this one."""
    evidence = critique.from_json(scored["evidence"])
    speaking = [name for name, part in parts(evidence, by or of_prior()).items() if part and name != "bias"]
    if not speaking and not evidence.explicit:
        return "nothing tells yet whether it is good"
    return f"likely good: {100 * scored['score']:.0f} %"
