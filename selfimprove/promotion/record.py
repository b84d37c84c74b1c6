"""What a decision rests on, as one record: hashed, and signed with a key of the vault."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from psycopg.types.json import Jsonb

from selfimprove.postgres import Connection
from selfimprove.privacy.vault import Vault
from selfimprove.promotion import table
from selfimprove.promotion.decision import Margins
from selfimprove.promotion.evidence import Evidence, Paired, in_score
from selfimprove.promotion.power import detectable

Record = dict[str, Any]
Sign = Callable[[str], str]
DOMAIN = b"selfimprove decision record\n"  # nothing else that the vault hashes begins so
JUDGES = (
    "gate", "decision", "margins", "table", "evidence", "sift", "together", "alike", "wording", "statistics",
    "superiority", "power", "budget", "../curation/sketch", "../datasets/outdated", "../datasets/said",
    "../datasets/subjects", "../datasets/words", "../evals/faults", "../evals/leaks/exposure",
    "../evals/leaks/figures", "../evals/leaks/membership", "../evals/report", "../evals/task",
)  # fmt: skip


def signer(vault: Vault) -> Sign:
    """Signs a record's hash: keyed BLAKE2b (RFC 7693) under the vault's hash key, which no rotation changes."""
    return lambda sha256: vault.keyed_hash(DOMAIN + sha256.encode())


def seal(connection: Connection, evidence: Evidence, limits: Margins, sign: Sign | None) -> None:
    """Write the record of a stored decision as it is now, with its hash, and its signature where there is a key."""
    row = table.one(connection, "decision_of_report", report_id=evidence.report_id)
    assert row is not None
    record = build(connection, row, evidence, limits)
    sha256 = digest(record)
    sealed = {"record": Jsonb(record), "sha256": sha256, "signature": sign(sha256) if sign else ""}
    connection.execute(table.query("seal"), {**sealed, "report_id": evidence.report_id})


def build(connection: Connection, decided: Mapping[str, Any], evidence: Evidence, limits: Margins) -> Record:
    """The record of a decision's row: the word and verdicts stored in it, and what they were found from."""
    sources = table.one(connection, "sources", report_id=evidence.report_id)
    assert sources is not None
    record = {
        **stored(decided), **sources,
        "thresholds": dict(sorted(limits.items())),
        "results": {name: digest(_results(task)) for name, task in evidence.tasks.items()},
        "detectable": _detectable(evidence, limits["target_gain"]),
        "code": code(),
    }  # fmt: skip
    plain: Record = _plain(orjson.loads(orjson.dumps(record)))
    return plain


def stored(decided: Mapping[str, Any]) -> Record:
    """What a decision's row itself says, as its record has it."""
    names = ("report_id", "adapter_id", "night", "decision", "reasons", "verdicts", "alpha", "spent")
    said: Record = _plain(orjson.loads(orjson.dumps({name: decided[name] for name in names})))
    return said


def digest(value: Any) -> str:
    """Sha256 over canonical JSON."""
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


@cache
def code() -> str:
    """Which code judges: the first 16 hex digits of the sha256 over the files that a verdict comes from."""
    here = Path(__file__).parent
    files = [*(here / f"{name}.py" for name in JUDGES), *sorted((here / "gates").glob("*.py"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _detectable(evidence: Evidence, floor: float) -> float | None:
    """The gain that tonight's target items show four times in five, if no more of them are lost than tonight.

    Items that go together may tell no more than one of them.
    """
    groups = [in_score(evidence.some(*names), "champion") for names in evidence.targets]
    values = [value for group in groups for value in group.values]
    lost = sum(value < 0 for value in values) / max(len(values), 1)
    alone = len({cluster for group in groups for cluster in group.clusters})
    return detectable(alone, min(lost, 0.5), evidence.alpha, floor)


def _results(task: Paired) -> Record:
    """What was measured; which examples go together follows from what they are."""
    return {name: value for name, value in asdict(task).items() if name != "groups"}


def _plain(value: Any) -> Any:
    """As Postgres gives JSON back: it knows no negative zero."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return 0.0 if isinstance(value, float) and value == 0 else value
