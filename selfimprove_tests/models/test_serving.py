"""What answering needs is known before it begins, and refused with figures where it is not there."""

import json
from pathlib import Path

import pytest

from selfimprove.errors import ServingTooLarge
from selfimprove.models.base import TINY
from selfimprove.models.memory import GB, PROCESS
from selfimprove.models.serving import Room, Serving, context_of, room

EIGHT_B = {
    "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8,
    "intermediate_size": 14336, "vocab_size": 128256, "torch_dtype": "bfloat16", "max_position_embeddings": 131072,
}  # fmt: skip


@pytest.fixture
def eight_b(tmp_path: Path) -> Path:
    """A model of 8 billion weights in 4 bits, as far as its sizes go."""
    (tmp_path / "config.json").write_text(json.dumps(EIGHT_B))
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(int(4.5 * GB))
    return tmp_path


def test_an_8b_model_fits_into_16_gb_with_four_adapters_and_several_conversations(eight_b: Path) -> None:
    found = room(eight_b, Serving(memory_gb=12), 14 * GB)
    assert found.token == 128 * 1024
    assert found.prefixes == 2**29
    assert found.fits([8192])
    assert found.fits([2048] * 8)
    assert not found.fits([8192] * 8)


def test_it_is_refused_with_figures_where_it_does_not(eight_b: Path) -> None:
    parts = r"\(weights 4\.50, .* 8192 tokens 1\.00, the program itself 0\.\d\d\)"
    with pytest.raises(ServingTooLarge, match=rf"need 6\.\d\d GB {parts} and 5\.00 GB"):
        room(eight_b, Serving(memory_gb=12), 5 * GB)
    assert room(eight_b, Serving(memory_gb=12, context=1024, slots=1, rows=4), 6 * GB).states > 0


def test_what_was_read_before_gives_way_to_one_long_conversation(eight_b: Path) -> None:
    found = room(eight_b, Serving(memory_gb=7), 14 * GB)
    assert found.prefixes < 2**29
    assert found.fits([8192])


def test_of_another_kind_only_the_weights_are_known(eight_b: Path) -> None:
    (eight_b / "config.json").write_text(json.dumps({"model_type": "mamba"}))
    assert room(eight_b, Serving(memory_gb=12), 14 * GB).fits([8192] * 32)
    with pytest.raises(ServingTooLarge):
        room(eight_b, Serving(memory_gb=12), 4 * GB)


def test_of_a_mixture_of_experts_conversations_are_counted_too(eight_b: Path) -> None:
    (eight_b / "config.json").write_text(json.dumps({**EIGHT_B, "num_local_experts": 32, "text_config": None}))
    found = room(eight_b, Serving(memory_gb=12), 14 * GB)
    assert found.fits([2048] * 8)
    assert not found.fits([8192] * 32)


def test_a_batch_is_as_wide_as_its_longest() -> None:
    there = Room(GB, 0, states=10 * 512, token=10)
    assert there.fits([512])
    assert there.fits([256, 200])
    assert not there.fits([257, 10])


def test_one_more_adapter_is_read_before_it_is_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "adapters.safetensors").write_bytes(bytes(1000))
    there = Room(PROCESS + 3000, 0, states=2000, token=1)
    there.check_adapter(tmp_path, 0, 1000, [])
    with pytest.raises(ServingTooLarge):
        there.check_adapter(tmp_path, 0, 1001, [])


def test_places_that_are_wider_than_was_reckoned_with_leave_less_to_conversations(tmp_path: Path) -> None:
    there = Room(PROCESS + 10_000, 0, states=10 * 512, token=1, adapters=100, context=512)
    assert there.fits([512] * 10, 100)
    assert not there.fits([512] * 10, 101)
    assert there.fits([512] * 9, 612)
    there.check_adapter(tmp_path, 100, 0, [512] * 20)
    there.check_adapter(tmp_path, 612, 0, [512] * 9)
    with pytest.raises(ServingTooLarge):
        there.check_adapter(tmp_path, 613, 0, [512] * 9)
    there.check_adapter(tmp_path, 100 + 9 * 512, 0, [])
    with pytest.raises(ServingTooLarge):
        there.check_adapter(tmp_path, 101 + 9 * 512, 0, [])


def test_one_of_high_rank_is_refused_with_figures_before_it_widens_all_places(eight_b: Path) -> None:
    (eight_b / "adapters.safetensors").write_bytes(bytes(1000))
    there = room(eight_b, Serving(memory_gb=12), 14 * GB)
    rank_16 = there.adapters / 5
    there.check_adapter(eight_b, 5 * rank_16, 6 * GB, [])
    there.check_adapter(eight_b, 3 * 8 * rank_16, 6 * GB, [])
    with pytest.raises(ServingTooLarge, match=r"need 14\.\d\d GB \(weights 4\.50, adapters 7\.\d\d, .* and 12\.00 GB"):
        there.check_adapter(eight_b, 3 * 16 * rank_16, 6 * GB, [])


def test_no_conversation_is_longer_than_the_model_was_made_for(eight_b: Path) -> None:
    assert (context_of(TINY, 8192), context_of(TINY, 100), context_of(eight_b, 8192)) == (2048, 100, 8192)
