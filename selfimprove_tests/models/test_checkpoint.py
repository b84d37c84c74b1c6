"""A training that is broken off anywhere ends with the same bytes; what is damaged or foreign is not gone on from."""

from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from mlx.utils import tree_flatten

from selfimprove.errors import CheckpointCorrupt, TrainingDiverged
from selfimprove.models import checkpoint, mlx
from selfimprove.models.base import TINY
from selfimprove.models.batches import Batches, drawn
from selfimprove.models.checkpoint import STATE, Run, Segment
from selfimprove.models.encode import encode
from selfimprove.models.tiny import corpus
from selfimprove.models.training import Plan, Training, optimizer

PLAN = Plan(steps=7, learning_rate=1e-3, seed=3, warmup=2, evaluate_every=3, patience=5, report_every=2)
LORA = mlx.Lora(rank=2, dropout=0.2)
CHATS = [sample.line() for sample in corpus.replay()[:30]]


def trained(segment: Segment, plan: Plan = PLAN, heard: list[Any] | None = None) -> tuple[mlx.Loaded, Training]:
    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, LORA, seed=1)
    rows = [encode(loaded.tokenizer, chat) for chat in CHATS]
    return loaded, mlx.train(loaded, rows, rows[:4], plan, heard.append if heard is not None else None, segment)


def weights(loaded: mlx.Loaded) -> dict[str, mx.array]:
    return dict(tree_flatten(loaded.model.trainable_parameters()))


def same(one: mlx.Loaded, other: mlx.Loaded) -> bool:
    ours, theirs = weights(one), weights(other)
    return ours.keys() == theirs.keys() and all(mx.array_equal(ours[name], theirs[name]) for name in ours)


def run(rank: int = 2) -> Run:
    loaded = mlx.load(TINY)
    mlx.add_lora(loaded, mlx.Lora(rank=rank), seed=1)
    return Run(loaded.model, optimizer(PLAN, loaded.model), PLAN, Training(steps=4, losses=[(2, 1.0)], pending=[0.5]))


@pytest.fixture(scope="module")
def whole() -> tuple[mlx.Loaded, Training]:
    """A training without a break."""
    return trained(Segment())


def test_a_step_at_a_time_gives_the_same_bytes(tmp_path: Path, whole: tuple[mlx.Loaded, Training]) -> None:
    """With dropout, clipping, a schedule, sums of two losses and the best weights kept."""
    for _ in range(PLAN.steps - 1):
        assert trained(Segment(tmp_path, seconds=0.0))[1].stopped == ""
    loaded, training = trained(Segment(tmp_path, seconds=0.0))
    assert training.stopped == "steps"
    assert same(loaded, whole[0])
    assert (training.losses, training.validation) == (whole[1].losses, whole[1].validation)
    assert (training.tokens, training.best_step) == (whole[1].tokens, whole[1].best_step)
    assert [step for step, _ in training.losses] == [2, 4, 6, 7]
    assert [step for step, _ in training.validation] == [0, 2, 5, 6]
    assert training.seconds > 0


def test_a_finished_training_is_not_trained_again(tmp_path: Path, whole: tuple[mlx.Loaded, Training]) -> None:
    trained(Segment(tmp_path))
    heard: list[dict[str, Any]] = []
    loaded, training = trained(Segment(tmp_path), heard=heard)
    assert heard == [{"step": 7, "steps": 7, "resumed": True}]
    assert same(loaded, whole[0])
    assert training.stopped == "steps"


def test_one_file_of_arrays_is_kept(tmp_path: Path) -> None:
    trained(Segment(tmp_path, save_every=0.0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000007.safetensors", STATE]


def test_time_spent_counts_over_all_segments(tmp_path: Path) -> None:
    first = trained(Segment(tmp_path, seconds=0.0))[1]
    second = trained(Segment(tmp_path, seconds=0.0))[1]
    assert second.seconds > first.seconds
    last = trained(Segment(tmp_path, budget=second.seconds + 1e-9))[1]
    assert (last.stopped, last.steps) == ("budget", 3)


def test_an_early_stop_is_remembered(tmp_path: Path) -> None:
    plan = Plan(steps=50, learning_rate=1.0, seed=3, warmup=1, evaluate_every=2, patience=1, clip=1e9)
    stopped = trained(Segment(tmp_path), plan)[1]
    again = trained(Segment(tmp_path), plan)[1]
    assert stopped.stopped == again.stopped == "early"
    assert (again.steps, again.best_step) == (stopped.steps, stopped.best_step)
    assert again.steps < 50


def test_what_a_kill_left_half_written_is_not_read(tmp_path: Path, whole: tuple[mlx.Loaded, Training]) -> None:
    trained(Segment(tmp_path, seconds=0.0))
    (tmp_path / "draft.safetensors").write_bytes(b"half")
    (tmp_path / "00000002.safetensors").write_bytes(b"whole, but its state was not written yet")
    (tmp_path / "draft.json").write_bytes(b"{")
    assert same(trained(Segment(tmp_path))[0], whole[0])


def _damage_state(folder: Path) -> None:
    (folder / STATE).write_bytes((folder / STATE).read_bytes().replace(b'"tokens":', b'"tokens":1'))


def _damage_arrays(folder: Path) -> None:
    (file,) = folder.glob("*.safetensors")
    content = bytearray(file.read_bytes())
    content[-9] ^= 1
    file.write_bytes(content)


def _lose_arrays(folder: Path) -> None:
    (file,) = folder.glob("*.safetensors")
    file.unlink()


def _empty_state(folder: Path) -> None:
    (folder / STATE).write_bytes(b"")


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (_damage_state, "state.json is damaged"),
        (_empty_state, "state.json is damaged"),
        (_damage_arrays, "00000004.safetensors is missing or damaged"),
        (_lose_arrays, "00000004.safetensors is missing or damaged"),
    ],
)
def test_a_damaged_checkpoint_is_refused(tmp_path: Path, harm: Any, reason: str) -> None:
    checkpoint.write(tmp_path, run())
    harm(tmp_path)
    with pytest.raises(CheckpointCorrupt, match=reason):
        checkpoint.read(tmp_path, run())


def test_one_of_another_shape_is_refused(tmp_path: Path) -> None:
    checkpoint.write(tmp_path, run(rank=4))
    with pytest.raises(CheckpointCorrupt, match="of another training"):
        checkpoint.read(tmp_path, run())


def test_a_state_comes_back_whole(tmp_path: Path) -> None:
    given, found = run(), run()
    given.optimizer.state["step"] = mx.array(9, mx.uint64)
    given.keep_best(3)
    checkpoint.write(tmp_path, given)
    assert checkpoint.read(tmp_path, found)
    assert found.training == given.training
    assert found.optimizer.state["step"].item() == 9
    assert found.best.keys() == given.best.keys()
    assert not checkpoint.read(tmp_path / "elsewhere", found)


def test_training_starts_again_from_a_damaged_one_and_says_so(
    tmp_path: Path, whole: tuple[mlx.Loaded, Training]
) -> None:
    trained(Segment(tmp_path, seconds=0.0))
    _damage_arrays(tmp_path)
    heard: list[dict[str, Any]] = []
    assert same(trained(Segment(tmp_path), heard=heard)[0], whole[0])
    assert heard[0] == {"step": 0, "steps": 7, "refused": "00000001.safetensors is missing or damaged"}


def test_a_loss_that_is_no_number_has_its_step_after_a_break_too(tmp_path: Path) -> None:
    plan = Plan(steps=20, learning_rate=1e30, seed=3, warmup=1, clip=1e30, report_every=10)
    with pytest.raises(TrainingDiverged) as whole:
        trained(Segment(), plan)
    with pytest.raises(TrainingDiverged) as broken:
        [trained(Segment(tmp_path, seconds=0.0), plan) for _ in range(20)]
    assert broken.value.details["step"] == whole.value.details["step"]


def test_batches_go_on_where_they_were(tiny: mlx.Loaded) -> None:
    rows = [encode(tiny.tokenizer, chat) for chat in CHATS]
    plan = Plan(steps=9, learning_rate=1e-3, seed=3, batch_tokens=200)
    stream = drawn(rows, plan, 0)
    expected = [next(stream) for _ in range(30)]
    assert len({str(batch) for batch in expected}) > 10, "more than one epoch, in other orders"
    for step in (0, 1, 7, 29):
        assert next(drawn(rows, plan, step)) == expected[step]


def test_random_numbers_depend_on_the_step_alone(tiny: mlx.Loaded) -> None:
    rows = [encode(tiny.tokenizer, chat) for chat in CHATS]

    def first(step: int) -> float:
        next(Batches(PLAN, step)(rows, loop=True))
        return float(mx.random.uniform().item())

    assert first(4) == first(4) != first(5)
