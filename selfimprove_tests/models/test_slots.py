"""A batch mixed over base and adapters says, row by row, what the stock loader says."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
import pytest
from mlx.utils import tree_flatten

from selfimprove.errors import AdapterMismatch
from selfimprove.models import mlx
from selfimprove.models.base import TINY
from selfimprove.models.encode import Messages, prompt
from selfimprove.models.mlx import Lora
from selfimprove.models.serving import COPIED, READ
from selfimprove.models.slots import Mixed, Rows
from selfimprove_tests.models.adapters import write

ASKED: list[Messages] = [json.loads(line)["messages"] for line in (TINY / "core.jsonl").read_text().splitlines()[:24]]
SHAPES = {
    "plain": Lora(rank=4),
    "wide": Lora(rank=16, scale=10.0),
    "last": Lora(rank=8, layers=1),
    "dora": Lora(rank=8, method="dora"),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    home = tmp_path_factory.mktemp("adapters")
    return {name: write(home / name, lora, seed) for seed, (name, lora) in enumerate(SHAPES.items())}


@pytest.fixture(scope="module")
def quantised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny-4bit")
    loaded = mlx.load(TINY)
    nn.quantize(loaded.model, group_size=32, bits=4)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(TINY / name, folder)
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(loaded.model.parameters())))
    config = json.loads((TINY / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "quantization": {"group_size": 32, "bits": 4}}))
    return folder


def said(mixed: Mixed, tokenizer: object, slots: Sequence[str], asked: Sequence[Messages] = ASKED) -> list[str]:
    """Each row by the slot of its turn, all in one batch; greedy."""
    ends = sorted(tokenizer.eos_token_ids)  # type: ignore[attr-defined]
    generator = mixed.generator(ends, 32, 64)
    places = [mixed.places.get(slots[row % len(slots)], 0) for row in range(len(asked))]
    uids = generator.insert(
        [prompt(tokenizer, messages) for messages in asked],
        [20] * len(asked),
        caches=[[*mixed.cache(), Rows([place])] for place in places],
    )
    tokens: dict[int, list[int]] = {uid: [] for uid in uids}
    while responses := generator.next_generated():
        for one in responses:
            tokens[one.uid] += [one.token] if one.finish_reason != "stop" else []
    return [tokenizer.decode(tokens[uid]) for uid in uids]  # type: ignore[attr-defined]


def stock(folder: Path, adapter: Path | None, asked: Sequence[Messages]) -> list[str]:
    return [one.text for one in mlx.generate(mlx.load(folder, adapter), asked, max_tokens=20)]


def test_a_mixed_batch_says_what_the_stock_loader_says(folders: dict[str, Path]) -> None:
    loaded = mlx.load(TINY)
    mixed = Mixed(loaded.model)
    for name, folder in folders.items():
        mixed.load(name, folder)
    slots = ["base", *folders]
    got = said(mixed, loaded.tokenizer, slots)
    for turn, name in enumerate(slots):
        wanted = stock(TINY, folders.get(name), ASKED[turn :: len(slots)])
        assert got[turn :: len(slots)] == wanted, name
    assert len(set(map(str, (said(mixed, loaded.tokenizer, [name]) for name in slots)))) == len(slots)


def test_a_quantised_base_too(quantised: Path, tmp_path: Path) -> None:
    folders = {
        "one": write(tmp_path / "one", Lora(rank=4), 1, base=quantised),
        "two": write(tmp_path / "two", Lora(rank=8, method="dora"), 2, base=quantised),
    }
    loaded = mlx.load(quantised)
    mixed = Mixed(loaded.model)
    for name, folder in folders.items():
        mixed.load(name, folder)
    got = said(mixed, loaded.tokenizer, ["one", "base", "two"])
    for turn, adapter in enumerate((folders["one"], None, folders["two"])):
        assert got[turn::3] == stock(quantised, adapter, ASKED[turn::3])


def test_a_base_without_adapters_keeps_its_own_layers() -> None:
    loaded = mlx.load(TINY)
    mixed = Mixed(loaded.model)
    assert said(mixed, loaded.tokenizer, ["base"]) == stock(TINY, None, ASKED)
    assert not mixed.layers


def test_only_layers_that_an_adapter_changes_are_exchanged(folders: dict[str, Path]) -> None:
    mixed = Mixed(mlx.load(TINY).model)
    mixed.load("last", folders["last"])
    assert {name.split(".")[2] for name in mixed.layers} == {"2"}


def test_a_freed_place_is_taken_again_and_nothing_of_the_old_one_stays(folders: dict[str, Path]) -> None:
    loaded = mlx.load(TINY)
    mixed = Mixed(loaded.model)
    assert (mixed.load("dora", folders["dora"]), mixed.load("plain", folders["plain"])) == (1, 2)
    mixed.unload("dora")
    assert mixed.load("last", folders["last"]) == 1
    assert said(mixed, loaded.tokenizer, ["last"]) == stock(TINY, folders["last"], ASKED)
    assert said(mixed, loaded.tokenizer, ["plain"]) == stock(TINY, folders["plain"], ASKED)


@pytest.mark.parametrize("last", ["wide", "dora", "plain"])
def test_what_all_places_will_hold_is_known_before_and_nothing_is_there_twice(
    folders: dict[str, Path], tmp_path: Path, last: str
) -> None:
    mixed = Mixed(mlx.load(TINY).model)
    wide = write(tmp_path, Lora(rank=256, method="dora" if last == "dora" else "lora"), 5)
    for folder in (folders["plain"], folders["last"], wide, folders[last]):
        told, held = mixed.size_with(folder), mixed.size
        mx.clear_cache()
        mx.reset_peak_memory()
        before = mx.get_active_memory()
        mixed.load(str(len(mixed.places)), folder)
        assert told == mixed.size
        read = (folder / "adapters.safetensors").stat().st_size
        assert mx.get_peak_memory() - before <= COPIED * told - held + READ * read


def test_of_files_that_cannot_be_read_nothing_is_known(folders: dict[str, Path], tmp_path: Path) -> None:
    mixed = Mixed(mlx.load(TINY).model)
    mixed.load("plain", folders["plain"])
    assert mixed.size_with(tmp_path) == mixed.size * 3 / 2
    (tmp_path / "adapters.safetensors").write_text("nonsense")
    assert mixed.size_with(tmp_path) == mixed.size * 3 / 2


def changed(folder: Path, to: Path, weights: dict[str, mx.array] | None = None, **config: object) -> Path:
    shutil.copytree(folder, to)
    if weights:
        whole = {**mx.load(str(folder / "adapters.safetensors")), **weights}
        mx.save_safetensors(
            str(to / "adapters.safetensors"), {name: one for name, one in whole.items() if one is not None}
        )
    (to / "adapter_config.json").write_text(
        json.dumps({**json.loads((folder / "adapter_config.json").read_text()), **config})
    )
    return to


FIRST = "model.layers.0.self_attn.q_proj.lora_a"


@pytest.mark.parametrize(
    ("weights", "config", "reason"),
    [
        ({}, {"fine_tune_type": "full"}, "replaces the model: serve it as the base model"),
        ({FIRST: None}, {}, "it lacks 1 tensors, the first is " + FIRST),
        ({"model.layers.9.mlp.up_proj.lora_a": mx.zeros((2, 2))}, {}, "1 tensors have no place in it"),
        ({FIRST: mx.zeros((95, 4))}, {}, FIRST + " is of shape (95, 4)"),
        ({FIRST: mx.full((96, 4), mx.nan)}, {}, "1 tensors hold what is not a finite number"),
        ({}, {"num_layers": 1}, "28 tensors have no place in it"),
        ({}, {"lora_parameters": {"rank": 4}}, "KeyError: 'scale'"),
        ({}, {"lora_parameters": {"rank": 4, "scale": float("nan")}}, "its scale is nan"),
        ({}, {"lora_parameters": ["rank", 4]}, "AttributeError"),
        ({FIRST: mx.array(1.0)}, {}, FIRST + " is of shape ()"),
        ({FIRST: mx.zeros((96, 0)), FIRST[:-1] + "b": mx.zeros((0, 96))}, {}, FIRST[:-1]),
    ],
    ids=["full", "missing", "strange", "shape", "nan", "layers", "scale", "strength", "form", "number", "rank"],
)
def test_what_does_not_fit_whole_changes_nothing(
    folders: dict[str, Path], tmp_path: Path, weights: dict[str, mx.array], config: dict[str, object], reason: str
) -> None:
    mixed = Mixed(mlx.load(TINY).model)
    with pytest.raises(AdapterMismatch) as refused:
        mixed.load("bad", changed(folders["plain"], tmp_path / "bad", weights, **config))
    assert reason in str(refused.value)
    assert not mixed.places
    assert not mixed.layers


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AdapterMismatch, match="FileNotFoundError"):
        Mixed(mlx.load(TINY).model).load("none", tmp_path)


def test_rows_follow_what_a_batch_does_to_its_rows() -> None:
    rows = Rows.merge([Rows([1]), Rows([0]), Rows([2])])
    rows.extend(Rows([0, 3]))
    rows.filter([0, 1, 4])
    assert rows.places == [1, 0, 3]
    assert rows.index.tolist() == [1, 0, 3]
    assert rows.extract(2).places == [3]
    rows.filter([1])
    assert rows.index is None
