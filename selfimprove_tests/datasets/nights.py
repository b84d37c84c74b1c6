"""The room's asset and checks, run by Dagster on a test's own house."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np

from selfimprove.datasets import sweep
from selfimprove.datasets.assets import training_dataset
from selfimprove.datasets.checks import training_dataset_checks
from selfimprove.datasets.look_for_names import PLANTED
from selfimprove.models.base import Base
from selfimprove.resources import Database, Home, LanguageModel, ModelProcess
from selfimprove_tests.datasets.house import make_base


class SuitesOnly(LanguageModel):
    """A base model of which only the suites are there."""

    def base(self) -> Base:
        return make_base(Path(self.home) / "suites")


SECRET_WORD = "zirkelschluss"


class Scanner(ModelProcess):
    """One that finds what it was put there to find, and the secret word; it is there at once."""

    @contextmanager
    def worker(self, *, stays: bool = False) -> Iterator[Any]:
        yield self

    def do(self, function: str, job: dict[str, Any]) -> dict[str, Any]:
        assert function == "selfimprove.datasets.sweep:sweep"
        known = (SECRET_WORD, sweep.planted())
        return {"found": [["Key"] if any(word in text for word in known) else [] for text in job["texts"]]}


class Tagger(ModelProcess):
    """One that finds what it was put there to find, and knows all texts as alike; it is there at once."""

    @contextmanager
    def worker(self, *, stays: bool = False) -> Iterator[Any]:
        yield self

    def do(self, function: str, job: dict[str, Any]) -> dict[str, Any]:
        if function == "selfimprove.models.embed:work":
            vectors = np.full((len(job["texts"]), 384), 384**-0.5, np.float32)
            return {"vectors": b64encode(vectors.tobytes()).decode()}
        assert function == "selfimprove.privacy.names.find:work"
        return {"spans": [[[0, len(text), "NAME", "tagger"]] * (text == PLANTED) for text in job["texts"]]}


def resources(url: str, home: Path, model: LanguageModel | None = None) -> dict[str, Any]:
    model = model or SuitesOnly(name="test", home=str(home))
    return {
        "database": Database(url=url), "home": Home(folder=str(home)), "language_model": model,
        "secret_scanner": Scanner(library="none", ahead=False),
        "sentence_model": Tagger(library="none", ahead=False),
    }  # fmt: skip


def spend(url: str, home: Path, config: dict[str, Any] | None = None) -> dg.ExecuteInProcessResult:
    """Materialize the dataset and judge it in one run."""
    return dg.materialize(
        [training_dataset, training_dataset_checks],
        resources=resources(url, home),
        run_config={"ops": {"training_dataset": {"config": config or {}}}},
        raise_on_error=False,
    )


def failed(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """Names and sentences of the checks that did not pass."""
    return {c.check_name: c.description or "" for c in result.get_asset_check_evaluations() if not c.passed}
