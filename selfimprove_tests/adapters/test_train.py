"""What the training process reports, without training."""

import math

import pytest

from selfimprove.adapters.learn import sentence
from selfimprove.adapters.recipe import Recipe
from selfimprove.adapters.train import Progress, metrics, named, number, plan
from selfimprove.adapters.verify import finite
from selfimprove.models.batch import order
from selfimprove.models.encode import Encoded
from selfimprove.models.training import Training


def test_curves_are_short_whatever_the_steps() -> None:
    losses = [(step, 1000.0 - step) for step in range(1, 1001)]
    found = metrics(Training(steps=1000, tokens=5000, seconds=2.0, losses=losses, stopped="steps"))
    curve = found["train_losses"]
    assert len(curve) <= 60
    assert curve[0][0] == 17
    assert curve[0][1] == pytest.approx(991.0)
    assert curve[-1][0] == 1000
    assert found["tokens_per_second"] == 2500.0


def test_a_training_of_no_steps_has_no_curve() -> None:
    found = metrics(Training(stopped="budget"))
    assert (found["train_losses"], found["tokens_per_second"], found["stopped"]) == ([], 0.0, "budget")


def test_progress_is_told_about_sixty_times_and_every_evaluation() -> None:
    heard: list[dict] = []
    progress = Progress(Recipe(steps=300), heard.append)
    for step in range(1, 301):
        progress.hear({"step": step, "steps": 300, "train_loss": 1.0})
    progress.hear({"step": 299, "steps": 300, "validation_loss": 2.0})
    progress.hear({"step": 299, "steps": 300, "resumed": True})
    assert len(heard) == 62
    assert heard[-2]["validation_loss"] == 2.0
    assert heard[0]["seconds"] >= 0


def test_the_examples_of_a_step_are_named() -> None:
    rows = [Encoded((1,) * (3 + n % 20), (False, *(True,) * (2 + n % 20))) for n in range(40)]
    ids = [f"id{n:02}" for n in range(40)]
    recipe = Recipe(batch_tokens=64, seed=3, batching="buckets")
    first, second = order(rows, 64, 3, 0), order(rows, 64, 3, 1)
    for step, batch in ((1, first[0]), (len(first), first[-1]), (len(first) + 1, second[0])):
        expected = sorted({ids[row] for row in batch})
        told = named(ids, rows, plan(recipe), step)
        assert told.startswith(", ".join(expected[:5]))
        assert ("more" in told) == (len(expected) > 5)


def test_the_plan_is_the_recipe() -> None:
    made = plan(Recipe(steps=7, learning_rate=0.5, seed=9, warmup=2, clip=3.0, batch_tokens=64, longest=32, patience=4))
    assert (made.steps, made.learning_rate, made.seed, made.warmup, made.clip) == (7, 0.5, 9, 2, 3.0)
    assert (made.batch_tokens, made.longest, made.patience, made.report_every) == (64, 32, 4, 1)


def test_progress_in_words() -> None:
    assert (
        sentence({"step": 5, "steps": 300, "train_loss": 1.25, "seconds": 3.0}) == "Step 5 of 300: loss 1.2500, 3.0 s."
    )
    assert sentence({"step": 5, "steps": 300, "validation_loss": 1.5}) == "Step 5 of 300: held-out loss 1.5000."
    assert sentence({"step": 5, "steps": 300, "resumed": True, "seconds": 0.0}) == "Going on after step 5 of 300."
    assert "(it is damaged): training starts again" in sentence({"step": 0, "steps": 300, "refused": "it is damaged"})


def test_a_change_that_is_no_number_is_stored_as_none_and_fails_its_check() -> None:
    assert [number(value) for value in (0.0, 1.5, math.nan, math.inf)] == [0.0, 1.5, None, None]
    stored = {**metrics(Training(losses=[(1, 2.0)])), "delta_norm": number(math.nan)}
    assert not finite(stored).passed
    assert finite({**stored, "delta_norm": 0.1}).passed
