"""What we rely on in mlx-lm, which changes its signatures in patch releases: a failure names what changed."""

import dataclasses
import inspect
import re
import warnings
from importlib import import_module
from typing import Any

import pytest

# Name of the thing, then the parameters we pass or receive, in order where we pass them by position.
CALLED = {
    "mlx_lm.utils:load": ["path_or_hf_repo"],
    "mlx_lm.utils:load_tokenizer": ["model_path", "eos_token_ids"],
    "mlx_lm.generate:BatchGenerator.__init__": [
        "self", "model", "stop_tokens", "completion_batch_size", "prefill_batch_size", "prefill_step_size",
    ],
    "mlx_lm.generate:BatchGenerator.insert": [
        "self", "prompts", "max_tokens", "caches", "all_tokens", "samplers", "logits_processors",
    ],
    "mlx_lm.generate:BatchGenerator.remove": ["self", "uids", "return_prompt_caches"],
    "mlx_lm.generate:BatchGenerator.next": ["self"],
    "mlx_lm.generate:BatchGenerator.close": ["self"],
    "mlx_lm.models.cache:make_prompt_cache": ["model"],
    "mlx_lm.tuner.utils:linear_to_lora_layers": ["model", "num_layers", "config"],
    "mlx_lm.tuner.utils:load_adapters": ["model", "adapter_path"],
    "mlx_lm.tuner.trainer:train": [
        "model", "optimizer", "train_dataset", "val_dataset", "args", "loss", "iterate_batches", "training_callback",
    ],
    "mlx_lm.tuner.trainer:evaluate": ["model", "dataset", "batch_size", "num_batches", "loss", "iterate_batches"],
    "mlx_lm.tuner.trainer:iterate_batches": ["dataset", "batch_size", "max_seq_length", "loop", "comm_group"],
    "mlx_lm.models.llama:Model.__init__": ["self", "args"],
    "mlx_lm.models.llama:swiglu": ["gate", "x"],
    "mlx_lm.models.llama:scaled_dot_product_attention": [
        "queries", "keys", "values", "cache", "scale", "mask", "sinks",
    ],
    "mlx.optimizers:AdamW.__init__": ["learning_rate", "weight_decay", "bias_correction"],
    "mlx.optimizers:clip_grad_norm": ["grads", "max_norm"],
}  # fmt: skip


def _reach(name: str) -> Any:
    module, _, path = name.partition(":")
    thing: Any = import_module(module)
    for part in path.split("."):
        thing = getattr(thing, part)
    return thing


@pytest.mark.parametrize("name", CALLED)
def test_parameters_we_rely_on(name: str) -> None:
    found = list(inspect.signature(_reach(name)).parameters)
    wanted = CALLED[name]
    assert [one for one in found if one in wanted] == wanted, f"{name} changed: it takes {found}, we rely on {wanted}"


def test_how_much_of_a_prompt_is_read_is_looked_at_each_time() -> None:
    assert "self.prefill_step_size" in inspect.getsource(_reach("mlx_lm.generate:BatchGenerator._next"))


def test_positional_parameters_of_train_come_first() -> None:
    found = list(inspect.signature(_reach("mlx_lm.tuner.trainer:train")).parameters)[:4]
    assert found == CALLED["mlx_lm.tuner.trainer:train"][:4], f"mlx_lm.tuner.trainer:train changed: {found}"


def test_fields_of_training_args() -> None:
    wanted = {
        "batch_size", "iters", "val_batches", "steps_per_report", "steps_per_eval", "steps_per_save", "max_seq_length",
        "adapter_file", "clear_cache_threshold",
    }  # fmt: skip
    found = {one.name for one in dataclasses.fields(_reach("mlx_lm.tuner.trainer:TrainingArgs"))}
    assert wanted <= found, f"TrainingArgs changed: it lost {wanted - found}"


def test_methods_of_the_callback() -> None:
    callback = _reach("mlx_lm.tuner.callbacks:TrainingCallback")
    for name in ("on_train_loss_report", "on_val_loss_report"):
        assert hasattr(callback, name), f"TrainingCallback changed: it lost {name}"
        assert len(inspect.signature(getattr(callback, name)).parameters) == 2, f"TrainingCallback.{name} changed"


def test_what_the_trainer_reports() -> None:
    text = inspect.getsource(_reach("mlx_lm.tuner.trainer:train"))
    for key in ("iteration", "train_loss", "trained_tokens", "val_loss"):
        assert f'"{key}"' in text, f"the trainer's reports changed: they lost {key}"


def test_fields_of_a_batch_response() -> None:
    found = {one.name for one in dataclasses.fields(_reach("mlx_lm.generate:BatchResponse"))}
    assert {"texts", "token_ids"} <= found, f"BatchResponse changed: it has {found}"


def test_fields_of_what_a_batch_says() -> None:
    found = {one.name for one in dataclasses.fields(_reach("mlx_lm.generate:GenerationBatch.Response"))}
    wanted = {"uid", "token", "logprobs", "finish_reason", "prompt_cache", "all_tokens"}
    assert wanted <= found, f"GenerationBatch.Response changed: it lost {wanted - found}"


def test_what_a_batch_does_to_the_caches_of_its_rows() -> None:
    """`slots.Rows` travels among them; what else were done to them, it could not follow."""
    for batch in ("PromptProcessingBatch", "GenerationBatch"):
        text = inspect.getsource(_reach(f"mlx_lm.generate:{batch}"))
        used = set(re.findall(r"\bc\.(\w+)", text))
        assert used <= {"extract", "filter", "prepare", "finalize", "state"}, f"{batch} changed: it calls {used}"
    for name in ("_merge_caches", "_extend_cache"):
        text = inspect.getsource(_reach(f"mlx_lm.generate:{name}"))
        used = set(re.findall(r"\w+(?:\[\w+\])*\.(\w+)\(", text))
        assert used <= {"merge", "extend", "append"}, f"{name} changed: it calls {used}"
    assert "self.model(inputs[:, None], cache=self.prompt_cache)" in inspect.getsource(
        _reach("mlx_lm.generate:GenerationBatch._step")
    ), "the batch calls its model in another way"


def test_what_a_tokenizer_knows_of_tools() -> None:
    wrapper = _reach("mlx_lm.tokenizer_utils:TokenizerWrapper")
    for name in ("has_tool_calling", "tool_call_start", "tool_call_end", "tool_parser", "eos_token_ids"):
        assert isinstance(getattr(wrapper, name), property), f"TokenizerWrapper lost {name}"


@pytest.mark.parametrize("architecture", ["llama", "qwen2", "qwen3", "phi3"])
def test_architectures_whose_output_layer_we_call_ourselves(architecture: str) -> None:
    with warnings.catch_warnings(action="ignore"):
        text = inspect.getsource(_reach(f"mlx_lm.models.{architecture}:Model.__call__"))
    body = [line.strip() for line in text.splitlines()[text.splitlines().index(next(
        line for line in text.splitlines() if line.strip().startswith("out = ")
    )) :]]  # fmt: skip
    assert body[1:] == [
        "if self.args.tie_word_embeddings:",
        "out = self.model.embed_tokens.as_linear(out)",
        "else:",
        "out = self.lm_head(out)",
        "return out",
    ], f"mlx_lm.models.{architecture} changed: take it off loss.SPLITS or follow it"


def test_lora_layers_keep_their_names() -> None:
    text = inspect.getsource(_reach("mlx_lm.tuner.lora:LoRALinear.__init__"))
    assert "self.lora_a" in text, "LoRALinear changed its parameter names"
    assert "self.lora_b" in text, "LoRALinear changed its parameter names"


def test_an_adapter_folder_has_the_files_that_mlx_lm_reads() -> None:
    text = inspect.getsource(_reach("mlx_lm.tuner.utils:load_adapters"))
    for name in ("adapter_config.json", "adapters.safetensors", "lora_parameters", "num_layers", "fine_tune_type"):
        assert name in text, f"load_adapters changed: it no longer reads {name}"
