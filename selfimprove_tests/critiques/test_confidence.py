"""Confidence by the tiny model, in a process of its own, on texts it knows and texts it does not."""

import json
import shutil
from pathlib import Path

import pytest

from selfimprove.chats.chat import Message
from selfimprove.critiques import confidence
from selfimprove.models.base import TINY


def said(*turns):
    roles = ("user", "assistant")
    return tuple(Message(roles[i % 2], text) for i, text in enumerate(turns))


def test_without_answers_no_process_is_started():
    assert confidence.measure(Path("/nowhere"), None, []) == []


def test_the_answer_the_model_would_give_is_the_surer_one():
    from selfimprove.models import mlx

    question = [{"role": "user", "content": "What is two plus two?"}]
    (own,) = mlx.generate(mlx.load(TINY), [question], max_tokens=32)
    asked = question[0]["content"]
    events = []
    sure, unsure = confidence.measure(TINY, None, [said(asked, own.text), said(asked, "zq xv kj")], log=events.append)
    assert sure.mean_logprob > unsure.mean_logprob
    assert all(one.min_logprob <= one.mean_logprob <= 0 < one.tokens for one in (sure, unsure))
    assert events == [{"answers": 2, "readable": 2}]


def test_only_the_last_turn_is_measured():
    _, alone = confidence.measure(TINY, None, [said("Hello", "Hi"), said("Hello", "zq xv", "Hello", "Hi")])
    short, _ = confidence.measure(TINY, None, [said("Hello", "Hi"), said("Hello", "zq xv")])
    assert alone.tokens == short.tokens


def test_answers_of_one_chat_are_measured_as_each_alone():
    chat = said("Hello", "Hi", "What is two plus two?", "It is four.", "Hello", "zq xv")
    parts = [chat[:4], chat, chat[:2], chat[:4]]
    together, alone = confidence.measure(TINY, None, parts), [confidence.measure(TINY, None, [one])[0] for one in parts]
    for one, other in zip(together, alone, strict=True):
        assert one.tokens == other.tokens
        assert (one.mean_logprob, one.min_logprob) == pytest.approx((other.mean_logprob, other.min_logprob), abs=1e-3)


def refusing(folder, where):
    """The tiny model with a template that refuses a chat in which a message says so."""
    shutil.copytree(TINY, folder / "strict")
    path = folder / "strict" / "tokenizer_config.json"
    config = json.loads(path.read_text())
    refusal = f"{{% if 'refuse' in messages[{where}].content %}}{{{{ raise_exception('no') }}}}{{% endif %}}"
    path.write_text(json.dumps({**config, "chat_template": refusal + config["chat_template"]}))
    return folder / "strict"


def test_what_the_template_refuses_has_no_confidence(tmp_path):
    asked = [said("refuse this", "Hi"), said("Hello", "Hi")]
    first, second = confidence.measure(refusing(tmp_path, 0), None, asked)
    assert first is None
    assert second.tokens > 0


def test_a_chat_that_the_template_refuses_later_is_measured_up_to_there(tmp_path):
    chat = said("Hello", "Hi", "Hello", "refuse")
    first, last = confidence.measure(refusing(tmp_path, -1), None, [chat[:2], chat])
    assert first.tokens > 0
    assert last is None


def test_a_loss_that_is_no_number_is_no_confidence():
    assert confidence._summary([float("-inf"), -1.0]) is None
    assert confidence._summary([-1.0, -3.0]) == {"mean_logprob": -2.0, "min_logprob": -3.0, "tokens": 2}


@pytest.mark.parametrize("turns", [("Hello", "")])
def test_an_empty_answer_is_its_end_token(turns):
    (found,) = confidence.measure(TINY, None, [said(*turns)])
    assert found.tokens == 1


@pytest.fixture(scope="module")
def adapter(tmp_path_factory):
    """An adapter that changes every answer a little."""
    import mlx.core as mx
    from mlx.utils import tree_map

    from selfimprove.models import mlx

    folder, loaded = tmp_path_factory.mktemp("adapter"), mlx.load(TINY)
    config = mlx.add_lora(loaded, mlx.Lora(rank=4), seed=1)
    mx.random.seed(2)
    changed = tree_map(lambda leaf: leaf + 0.02 * mx.random.normal(leaf.shape), loaded.model.trainable_parameters())
    loaded.model.update(changed)
    mlx.save_adapter(loaded, folder, config)
    return folder


def test_an_adapter_is_measured_beside_the_base_model_in_one_process(adapter):
    asked = [said("Hello", "Hi"), said("What is two plus two?", "It is four.")]
    alone, both = confidence.measure(TINY, None, asked), confidence.measure(TINY, adapter, asked)
    assert [one.base_logprob for one in alone] == [None, None]
    for base, champion in zip(alone, both, strict=True):
        assert champion.base_logprob == pytest.approx(base.mean_logprob, abs=1e-4)
        assert abs(champion.mean_logprob - base.mean_logprob) > 1e-3
