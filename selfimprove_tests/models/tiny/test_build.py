"""Building the tiny model in miniature, and whether the built-in one is what its sources say."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from selfimprove.models import mlx
from selfimprove.models.base import TINY
from selfimprove.models.tiny import build, corpus
from selfimprove.models.tiny.check import differences
from selfimprove_tests.cost import is_within

MINIATURE = replace(build.PLAN, steps=20, report_every=5, batch_tokens=600)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A model of twenty steps, and what was logged while it was made."""
    folder = tmp_path_factory.mktemp("built") / "model"
    events: list[dict[str, Any]] = []
    build.build(folder, MINIATURE, events.append, corpus.training()[::20])
    return folder, events


def test_twenty_steps_learn_something(built: tuple[Path, list[dict[str, Any]]]) -> None:
    _, events = built
    assert [event["step"] for event in events] == [5, 10, 15, 20]
    assert events[-1]["train_loss"] < events[0]["train_loss"] - 0.5


def test_what_is_built_loads_and_is_what_its_manifest_says(built: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, _ = built
    assert differences(folder) == []
    loaded = mlx.load(folder)
    assert loaded.tokenizer.eos_token_ids == {build.SPECIAL.index("<|end|>")}
    [answer] = mlx.generate(loaded, [[{"role": "user", "content": "Hello."}]], max_tokens=4)
    assert 0 <= answer.tokens <= 4


def test_the_tokenizer_and_suites_are_those_of_the_package(built: tuple[Path, list[dict[str, Any]]]) -> None:
    folder, _ = built
    for name in (
        "tokenizer.json",
        "tokenizer_config.json",
        "config.json",
        "core.jsonl",
        "refusals.jsonl",
        "replay.jsonl",
    ):
        assert (folder / name).read_bytes() == (TINY / name).read_bytes(), name


def test_the_same_plan_gives_the_same_bytes(built: tuple[Path, list[dict[str, Any]]], tmp_path: Path) -> None:
    build.build(tmp_path, MINIATURE, chats=corpus.training()[::20])
    assert (tmp_path / "model.safetensors").read_bytes() == (built[0] / "model.safetensors").read_bytes()


def test_the_built_in_model_is_what_its_sources_say() -> None:
    assert differences(TINY) == [], "run `selfimprove models build-tiny` and commit what it makes"


def test_differences_are_named(tmp_path: Path) -> None:
    folder = shutil.copytree(TINY, tmp_path / "model")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, "corpus": "another", "generator": "another"}))
    (folder / "core.jsonl").write_text("")
    (folder / "config.json").unlink()
    assert differences(folder) == ["generator", "corpus", "config.json", "core.jsonl"]


def test_the_package_carries_at_most_four_megabytes() -> None:
    assert sum(file.stat().st_size for file in TINY.iterdir()) <= 4 * 2**20
    assert {file.name for file in TINY.iterdir()} == {
        "model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json", "manifest.json", "core.jsonl",
        "refusals.jsonl", "replay.jsonl",
    }  # fmt: skip


def test_the_held_out_suite_is_answered(tiny: mlx.Loaded) -> None:
    measured = build.measure(tiny)
    manifest = json.loads((TINY / "manifest.json").read_text())
    assert measured.core >= 0.95
    assert measured.refusals >= 0.95
    assert measured.core == pytest.approx(manifest["held_out_exact"]["core"], abs=0.005)


def test_every_slice_of_the_held_out_suite_is_answered(tiny: mlx.Loaded) -> None:
    from selfimprove.models.score import score

    samples = corpus.held_out()
    exact: dict[str, list[bool]] = {}
    for sample, one in zip(samples, score(tiny, [sample.line() for sample in samples]), strict=True):
        exact.setdefault(sample.slice, []).append(one.exact)
    assert {name: sum(hits) / len(hits) for name, hits in exact.items() if sum(hits) / len(hits) < 0.7} == {}


def test_values_of_taught_attributes_can_be_said(tiny: mlx.Loaded) -> None:
    """A night can only teach what the tokenizer can spell in a few tokens."""
    from selfimprove.models.tiny import world

    lengths = {value: len(tiny.tokenizer.encode(value)) for values in world.TAUGHT.values() for value in values}
    assert max(lengths.values()) <= 8
    assert all(tiny.tokenizer.decode(tiny.tokenizer.encode(value)) == value for value in lengths)


def test_loading_costs_what_mlx_lm_takes_for_it(tiny: mlx.Loaded) -> None:
    import mlx_lm

    assert is_within(4, lambda: mlx.load(TINY), lambda: mlx_lm.load(str(TINY)))
