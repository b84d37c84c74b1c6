"""The tagger can be made again, the shipped one is what its manifest says, and no other is used."""

import json
import shutil
from pathlib import Path

import pytest

from selfimprove.errors import TaggerMissing
from selfimprove.privacy.names import find as module
from selfimprove.privacy.names.build import build, chosen
from selfimprove.privacy.names.check import TOLERANCE, differences, strays
from selfimprove.privacy.names.corpus.make import training
from selfimprove.privacy.names.train import Plan, train
from selfimprove.privacy.names.weights import FILE, FOLDER, MANIFEST, load, manifest


def test_the_shipped_weights_are_small_and_say_where_they_come_from() -> None:
    said = manifest()
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) <= 3_000_000
    assert {corpus["licence"] for corpus in said["corpora"]} == {"MIT", "CC BY 4.0"}
    assert said["encoder"]["licence"] == "Apache-2.0"
    assert said["threshold"] == chosen(said["validation"])
    assert differences(FOLDER, corpus=False) == []


def test_of_thresholds_that_are_as_good_the_one_that_masks_least_is_chosen() -> None:
    figures = {"0.5": 0.90, "0.3": 0.946, "0.2": 0.949, "0.1": 0.95, "0.05": 0.94}
    assert chosen({limit: {"f2": f2} for limit, f2 in figures.items()}) == 0.3
    assert chosen({"0.5": {"f2": 0.8}, "0.1": {"f2": 0.9}}) == 0.1


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    shutil.copytree(FOLDER, folder)
    return folder


def alter(folder: Path) -> None:
    content = bytearray((folder / FILE).read_bytes())
    content[-1] ^= 1
    (folder / FILE).write_bytes(content)


def remove(folder: Path) -> None:
    (folder / FILE).unlink()


def scramble(folder: Path) -> None:
    (folder / MANIFEST).write_text("{")


def other_encoder(folder: Path) -> None:
    said = manifest(folder)
    said["encoder"]["sha256"] = "0" * 64
    (folder / MANIFEST).write_text(json.dumps(said))


@pytest.mark.parametrize("harm", [alter, remove, scramble, other_encoder])
def test_other_weights_than_the_manifests_are_refused(tmp_path: Path, harm) -> None:
    folder = copied(tmp_path)
    harm(folder)
    with pytest.raises(TaggerMissing, match=str(folder) if harm is not other_encoder else "model.safetensors"):
        load(folder)
    with pytest.raises(TaggerMissing):
        module.find(["Ann"], None, folder)


@pytest.mark.parametrize(("harm", "found"), [(alter, [FILE]), (remove, [FILE]), (other_encoder, ["encoder"])])
def test_a_check_names_what_differs(tmp_path: Path, harm, found: list[str]) -> None:
    folder = copied(tmp_path)
    harm(folder)
    assert differences(folder, corpus=False) == found


def test_one_made_anew_may_differ_within_a_tolerance(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    assert strays(folder) == []
    said = manifest(folder)
    limit = str(said["threshold"])
    for off, found in ((TOLERANCE * 0.9, []), (-TOLERANCE * 0.9, []), (TOLERANCE * 1.1, ["f2"])):
        other = {**said["validation"][limit], "f2": said["validation"][limit]["f2"] + off}
        (folder / MANIFEST).write_text(json.dumps(said | {"validation": said["validation"] | {limit: other}}))
        assert strays(folder) == found
    (folder / MANIFEST).write_text(json.dumps(said | {"corpora": said["corpora"][:1], "plan": {}}))
    assert strays(folder) == ["corpora", "plan"]


def test_the_same_texts_make_the_same_weights() -> None:
    one, other = (train(training(12), Plan(rank=2, tokens=512), lambda _: None) for _ in range(2))
    assert {name: tensor.tolist() for name, tensor in one.items()} == {
        name: tensor.tolist() for name, tensor in other.items()
    }


def test_a_small_one_is_made_from_nothing(tmp_path: Path) -> None:
    told: list[dict] = []
    plan = Plan(rank=2, tokens=512, learning_rate=5e-3)
    made = build(tmp_path / "names", None, plan, texts=60, log=told.append)
    assert told[-1]["step"] == told[-1]["steps"] == len(told)
    assert told[-1]["loss"] < told[0]["loss"]
    assert made["corpora"][0]["texts"] == 60
    assert differences(tmp_path / "names") == []
    assert len(module.find(["Hello, I am Ann."], 0.0, tmp_path / "names")[0]) >= 1
