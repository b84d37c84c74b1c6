"""Loading, generating and training through mlx-lm."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten

from selfimprove.errors import AdapterMismatch, ModelBroken, NothingSupervised, TrainingDiverged
from selfimprove.models import mlx
from selfimprove.models.base import TINY
from selfimprove.models.encode import Encoded, encode
from selfimprove.models.mlx import Lora
from selfimprove.models.score import score
from selfimprove.models.tiny import corpus
from selfimprove.models.training import Plan

ASKED = [
    [{"role": "user", "content": text}]
    for text in ("What is my bedtime?", "Tell me my bedtime.", "My bedtime, please.")
]
TOLD = [[*asked, {"role": "assistant", "content": "Your bedtime is ten."}] for asked in ASKED]


def _weights(loaded: mlx.Loaded) -> dict[str, mx.array]:
    return dict(tree_flatten(loaded.model.trainable_parameters()))


def _rows(loaded: mlx.Loaded, chats: Any = TOLD) -> list[Encoded]:
    return [encode(loaded.tokenizer, chat) for chat in chats]


def _copy(adapter: Path, folder: Path) -> Path:
    return shutil.copytree(adapter, folder / "copy")


# Loading


@pytest.mark.parametrize("lost", ["model.safetensors", "config.json"])
def test_a_model_without_a_file_is_broken(tmp_path: Path, lost: str) -> None:
    folder = shutil.copytree(TINY, tmp_path / "model")
    (folder / lost).unlink()
    with pytest.raises(ModelBroken, match=r"cannot be loaded: FileNotFoundError"):
        mlx.load(folder)


def test_a_folder_that_is_not_there_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="there is no such folder"):
        mlx.load(tmp_path / "nowhere")


def test_a_model_with_cut_weights_is_broken(tmp_path: Path) -> None:
    folder = shutil.copytree(TINY, tmp_path / "model")
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:1000])
    with pytest.raises(ModelBroken):
        mlx.load(folder)


def test_an_answer_can_be_stored_whatever_the_model_says(tiny: mlx.Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(tiny.tokenizer), "decode", lambda *_: "nul \0 byte", raising=False)
    assert [one.text for one in mlx.generate(tiny, ASKED[:1], max_tokens=3)] == ["nul \ufffd byte"]


def test_an_answer_goes_on_from_how_it_begins(tiny: mlx.Loaded) -> None:
    asked = [{"role": "user", "content": "How much is 9 + 9?"}]
    (whole,) = mlx.generate(tiny, [asked], max_tokens=16)
    begun = whole.text[: whole.text.index(" is") + 3]
    (rest,) = mlx.generate(tiny, [asked], max_tokens=16, begun=[begun])
    assert begun + rest.text == whole.text


def test_an_adapter_changes_the_loss(tiny: mlx.Loaded, adapter: Path) -> None:
    lines = [sample.line() for sample in corpus.held_out()[:20]]
    with_adapter = score(mlx.load(TINY, adapter), lines)
    assert max(abs(one.loss - other.loss) for one, other in zip(with_adapter, score(tiny, lines), strict=True)) > 1e-3


def test_a_saved_adapter_loads_as_it_was(tmp_path: Path, fresh: mlx.Loaded) -> None:
    config = mlx.add_lora(fresh, Lora(rank=4, scale=10.0, layers=2), seed=3)
    mlx.train(fresh, _rows(fresh), [], Plan(steps=3, learning_rate=1e-3, seed=0))
    mlx.save_adapter(fresh, tmp_path, config)
    again = mlx.load(TINY, tmp_path)
    assert [one.loss for one in score(again, TOLD)] == [one.loss for one in score(fresh, TOLD)]
    assert json.loads((tmp_path / "adapter_config.json").read_text()) == config


def _without_a_tensor(folder: Path) -> None:
    weights = dict(mx.load(str(folder / "adapters.safetensors")))
    weights.pop(min(weights))
    mx.save_safetensors(str(folder / "adapters.safetensors"), weights)


def _with_a_tensor_too_many(folder: Path) -> None:
    weights = dict(mx.load(str(folder / "adapters.safetensors")))
    mx.save_safetensors(str(folder / "adapters.safetensors"), {**weights, "model.layers.9.lora_a": mx.zeros((2, 2))})


def _with_another_rank(folder: Path) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    config["lora_parameters"]["rank"] = 8
    (folder / "adapter_config.json").write_text(json.dumps(config))


def _with_fewer_layers(folder: Path) -> None:
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, "num_layers": 1}))


def _cut(folder: Path) -> None:
    whole = (folder / "adapters.safetensors").read_bytes()
    (folder / "adapters.safetensors").write_bytes(whole[: len(whole) // 2])


def _without_weights(folder: Path) -> None:
    (folder / "adapters.safetensors").unlink()


def _without_config(folder: Path) -> None:
    (folder / "adapter_config.json").write_text("{}")


@pytest.mark.parametrize(
    "harm",
    [
        _without_a_tensor,
        _with_a_tensor_too_many,
        _with_another_rank,
        _with_fewer_layers,
        _cut,
        _without_weights,
        _without_config,
    ],
)
def test_an_adapter_that_does_not_fit_whole_is_refused(tmp_path: Path, adapter: Path, harm: Any) -> None:
    folder = _copy(adapter, tmp_path)
    harm(folder)
    with pytest.raises(AdapterMismatch, match="does not fit this model"):
        mlx.load(TINY, folder)


# Generating


def test_batched_answers_are_those_of_one_at_a_time(tiny: mlx.Loaded) -> None:
    prompts = [sample.line()[:-1] for sample in corpus.held_out()[::20]]
    together = mlx.generate(tiny, prompts, max_tokens=40)
    alone = [mlx.generate(tiny, [one], max_tokens=40)[0] for one in prompts]
    assert [one.text for one in together] == [one.text for one in alone]
    assert all(one.tokens > 0 and one.seconds > 0 for one in together)


def test_sampling_is_fixed_by_its_seed(tiny: mlx.Loaded) -> None:
    def sample(seed: int) -> list[str]:
        return [one.text for one in mlx.generate(tiny, ASKED * 4, max_tokens=12, temperature=3.0, seed=seed)]

    assert sample(1) == sample(1)
    assert sample(1) != sample(2)


def test_answers_end_at_the_limit(tiny: mlx.Loaded) -> None:
    [answer] = mlx.generate(tiny, ASKED[:1], max_tokens=2)
    assert answer.tokens == 2


def test_no_prompts_give_no_answers(tiny: mlx.Loaded) -> None:
    assert mlx.generate(tiny, [], max_tokens=5) == []


# Training


def test_a_fresh_adapter_says_what_the_base_says(tiny: mlx.Loaded, fresh: mlx.Loaded) -> None:
    mlx.add_lora(fresh, Lora(), seed=0)
    assert [one.loss for one in score(fresh, TOLD)] == pytest.approx([one.loss for one in score(tiny, TOLD)], abs=1e-5)


def test_only_the_adapter_is_trained(fresh: mlx.Loaded) -> None:
    mlx.add_lora(fresh, Lora(), seed=0)
    assert len(_weights(fresh)) == 3 * 7 * 2
    assert all(name.endswith(("lora_a", "lora_b")) for name in _weights(fresh))


def test_training_learns_and_tells_how_it_goes(fresh: mlx.Loaded) -> None:
    events: list[dict[str, Any]] = []
    mlx.add_lora(fresh, Lora(), seed=0)
    plan = Plan(steps=40, learning_rate=2e-3, seed=0, warmup=5, report_every=10, evaluate_every=20)
    done = mlx.train(fresh, _rows(fresh), _rows(fresh), plan, events.append)
    assert all(one.exact for one in score(fresh, TOLD))
    assert [step for step, _ in done.losses] == [10, 20, 30, 40]
    assert [step for step, _ in done.validation] == [0, 19, 39]
    assert done.validation[-1][1] < done.validation[0][1] / 5
    assert (done.steps, done.best_step) == (40, 40)
    assert done.tokens == 40 * sum(sum(row.supervised) for row in _rows(fresh))
    assert {"step": 10, "steps": 40, "train_loss": done.losses[0][1]} in events


def test_the_same_seed_gives_the_same_adapter() -> None:
    def trained(seed: int) -> dict[str, mx.array]:
        loaded = mlx.load(TINY)
        mlx.add_lora(loaded, Lora(rank=2), seed=seed)
        mlx.train(loaded, _rows(loaded), [], Plan(steps=4, learning_rate=1e-3, seed=seed))
        return _weights(loaded)

    one, again, other = trained(5), trained(5), trained(6)
    assert all(mx.array_equal(one[name], again[name]) for name in one)
    assert not all(mx.array_equal(one[name], other[name]) for name in one)


def test_a_small_validation_set_and_a_rest_of_a_batch_are_used(fresh: mlx.Loaded) -> None:
    mlx.add_lora(fresh, Lora(rank=2), seed=0)
    rows = _rows(fresh)
    done = mlx.train(fresh, rows, rows[:1], Plan(steps=2, learning_rate=1e-3, seed=0, batch_tokens=40))
    assert len(done.validation) == 2


def test_patience_stops_and_keeps_the_best_weights(fresh: mlx.Loaded) -> None:
    mlx.add_lora(fresh, Lora(), seed=0)
    against = [[*asked, {"role": "assistant", "content": "I do not know your bedtime yet."}] for asked in ASKED]
    plan = Plan(steps=200, learning_rate=2e-3, seed=0, evaluate_every=5, patience=2)
    before = [one.loss for one in score(fresh, against)]
    done = mlx.train(fresh, _rows(fresh), _rows(fresh, against), plan)
    assert done.best_step == 0, "learning the one makes the other worse from the first step"
    assert len(done.validation) == 3
    assert [one.loss for one in score(fresh, against)] == before


def test_a_conversation_longer_than_the_limit_is_learned_from(fresh: mlx.Loaded) -> None:
    mlx.add_lora(fresh, Lora(rank=2), seed=0)
    long = [{"role": "user", "content": "Thank you. " * 300}, *TOLD[0]]
    done = mlx.train(fresh, _rows(fresh, [long]), [], Plan(steps=2, learning_rate=1e-3, seed=0, longest=64))
    assert all(math.isfinite(loss) for _, loss in done.losses)


def test_nothing_to_learn_from_is_refused(fresh: mlx.Loaded) -> None:
    with pytest.raises(NothingSupervised, match="None of the 3 conversations"):
        mlx.train(fresh, _rows(fresh, ASKED), [], Plan(steps=2, learning_rate=1e-3, seed=0))


def test_a_loss_that_is_no_number_stops_the_training(fresh: mlx.Loaded) -> None:
    mlx.add_lora(fresh, Lora(), seed=0)
    broken = {name: mx.full(value.shape, math.nan) for name, value in _weights(fresh).items()}
    fresh.model.load_weights(list(broken.items()), strict=False)
    with pytest.raises(TrainingDiverged, match="nan at step 1"):
        mlx.train(fresh, _rows(fresh), [], Plan(steps=5, learning_rate=1e-3, seed=0, report_every=1))


def test_going_on_from_an_adapter_starts_where_it_was(tmp_path: Path, fresh: mlx.Loaded, adapter: Path) -> None:
    mlx.add_lora(fresh, Lora(rank=4), seed=9, start=adapter)
    stored = mlx.load(TINY, adapter)
    assert [one.loss for one in score(fresh, TOLD)] == [one.loss for one in score(stored, TOLD)]
    assert len(_weights(fresh)) == 3 * 7 * 2


def test_going_on_with_another_shape_is_refused(fresh: mlx.Loaded, adapter: Path) -> None:
    with pytest.raises(AdapterMismatch, match="tensors differ"):
        mlx.add_lora(fresh, Lora(rank=8), seed=9, start=adapter)


def test_the_optimizer_clips(fresh: mlx.Loaded) -> None:
    """With a tiny limit on the gradient's norm Adam's first step is as large, but a clipped huge one is not larger."""
    from selfimprove.models.training import optimizer

    model = fresh.model.model.norm
    update = optimizer(Plan(steps=10, learning_rate=1.0, seed=0, clip=1.0), model)
    update.update(model, {"weight": mx.full(model.weight.shape, 1e6)})
    squares = update.state["weight"]["v"].sum().item()
    assert squares == pytest.approx(1.0 * (1 - 0.999), rel=1e-3)
