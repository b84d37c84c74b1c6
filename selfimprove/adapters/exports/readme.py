"""The page inside an export: what it is, of what, and how to serve it."""

from typing import Any

from selfimprove.adapters.adapter import Adapter
from selfimprove.adapters.recipe import Recipe

SERVE = {
    "mlx": """It is laid over the base model by mlx-lm:

    mlx_lm.generate --model {base} --adapter-path . --prompt "Hello"
    mlx_lm.server --model {base} --adapter-path .

Ollama, llama.cpp and vLLM do not read this format: export as {elsewhere}. LM Studio serves the fused format.""",
    "fused": """It is a whole model.

    mlx_lm.generate --model . --prompt "Hello"
    mlx_lm.server --model .

LM Studio on a Mac: put this folder into ~/.lmstudio/models/selfimprove/. {full}
llama.cpp: `python convert_hf_to_gguf.py .` of its repository makes a GGUF file of an unquantised one; Ollama reads that
(`FROM ./model.gguf`).""",
    "peft": """It is laid over the original base model, unquantised, in PEFT's layout.

{vllm}    from peft import PeftModel; PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("{base}"), ".")

{others}""",
    "gguf": """It is laid over a GGUF file of the base model, of any quantisation.

    llama-server -m base.gguf --lora adapter.gguf

Ollama: a Modelfile with two lines, `FROM ./base.gguf` and `ADAPTER ./adapter.gguf`, then `ollama create mine`.
vLLM does not read this format: export as peft. LM Studio loads no adapters: export as fused.""",
}
VLLM = "    vllm serve {base} --enable-lora --max-lora-rank {rank} --lora-modules mine=.\n"
RANKS = (8, 16, 32, 64, 128, 256, 320, 512)  # that vLLM takes: it refuses those between them
OLLAMA = """Ollama, for Llama, Mistral and Gemma: a Modelfile with `FROM` the base model and `ADAPTER .`, then
`ollama create mine`. llama.cpp and LM Studio do not read this format: export as gguf, or as fused."""
FUSED = "export with `--format fused`, and with `--dequantise` where the base model is quantised."
NO_DORA = f"vLLM, Ollama, llama.cpp and LM Studio load no DoRA: {FUSED}"
TOO_WIDE = f"vLLM loads no LoRA of a rank above {RANKS[-1]}: {FUSED}\n\n{OLLAMA}"
PAGE = """# Adapter {short}

What a household's chats taught a language model on the night of {night}, by selfimprove. Whoever has this may get it to
say what was said in those chats: keep it as private as they are.

| | |
|---|---|
| adapter | {id} |
| base model | {base}, contents {base_id} |
| trained | {method} of rank {rank}, scale {scale:g}, dataset {dataset} |
| format | {format} |
| checked | {checked} |

## Licence

{licence}

## Serving it

{serve}
"""
LICENCES = {
    True: "These weights contain the base model's: its licence and its conditions hold for them too.",
    False: "The base model is not in here. Its licence says what may be done with a model that is made from it.",
}


def page(adapter: Adapter, base_name: str, format: str, figures: dict[str, Any]) -> str:
    """README.md of an export."""
    recipe = adapter.recipe
    full = "vLLM and transformers load it too, when the base model is not quantised or was exported with --dequantise."
    vllm, others = _peft(recipe, base_name)
    elsewhere = "fused" if recipe.method == "dora" else "gguf or peft"
    serve = SERVE[format].format(base=base_name, full=full, vllm=vllm, others=others, elsewhere=elsewhere)
    return PAGE.format(
        short=adapter.id[:12],
        night=adapter.night,
        id=adapter.id,
        base=base_name,
        base_id=adapter.base_model[:12],
        method={"lora": "LoRA", "dora": "DoRA"}[recipe.method],
        rank=recipe.rank,
        scale=recipe.scale,
        dataset=adapter.dataset_id[:12],
        format=format,
        checked=checked(figures),
        licence=LICENCES[format == "fused"],
        serve=serve,
    )


def _peft(recipe: Recipe, base_name: str) -> tuple[str, str]:
    """vLLM's line for an adapter in PEFT's layout, none where it refuses it; and who else loads it."""
    rank = next((rank for rank in RANKS if rank >= recipe.rank), None)
    if recipe.method == "dora":
        return "", NO_DORA
    return ("", TOO_WIDE) if rank is None else (VLLM.format(base=base_name, rank=rank), OLLAMA)


def checked(figures: dict[str, Any]) -> str:
    """What was found when the export was read again."""
    if "greatest" not in figures:
        return f"{figures['tensors']} tensors read back, each the adapter's to the bit"
    agree = f"the likeliest token is the same in {figures['agree']:.1%} of places"
    return f"loaded again, its logits are at most {figures['greatest']:.2g} from the adapter's, and {agree}"
