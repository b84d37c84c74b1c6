"""Train the tiny model from nothing: its tokenizer, its weights, its suites, and the manifest that says how."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from selfimprove.models import mlx
from selfimprove.models.encode import encode
from selfimprove.models.score import score
from selfimprove.models.tiny import corpus
from selfimprove.models.tiny.corpus import Sample
from selfimprove.models.training import Log, Plan

VOCABULARY = 1024
SPECIAL = ("<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>")
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SHAPE = {
    "hidden_size": 96,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 256,
}
STEPS = 1800
PLAN = Plan(
    steps=STEPS, learning_rate=3e-3, seed=corpus.SEED, warmup=40, batch_tokens=1200, longest=256, report_every=50
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Share of held-out chats whose answer is exact, in all and of refusals."""

    core: float
    refusals: float


def build(
    folder: Path, plan: Plan = PLAN, log: Log | None = None, chats: Sequence[Sample] | None = None
) -> Measured:
    """Write the whole model into a folder; the same plan on the same machine gives the same bytes.

    `chats` are what it is trained on, the whole corpus by default.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chats = chats or corpus.training()
    config = _config(write_tokenizer(folder))
    _write(folder / "config.json", config)
    loaded = mlx.fresh(config, folder, plan.seed)
    mlx.train(loaded, [encode(loaded.tokenizer, chat.line()) for chat in chats], [], plan, log)
    mlx.save_model(loaded, folder / "model.safetensors")
    write_suites(folder)
    measured = measure(loaded)
    write_manifest(folder, plan, measured)
    return measured


def write_tokenizer(folder: Path) -> int:
    """A byte-level BPE tokenizer learned from the corpus, and its number of tokens; each digit is one of its own."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [content for chat in corpus.training() if chat.kind != "puzzled" for _, content in chat.messages]
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "<|pad|>",
        "eos_token": "<|end|>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 2048,
        "chat_template": TEMPLATE,
    })  # fmt: skip
    return int(tokenizer.get_vocab_size())


def write_suites(folder: Path) -> None:
    """The frozen suites and the replay chats, one JSON value a line."""
    lines = [corpus.suite_line(sample) for sample in corpus.held_out()]
    _write_lines(folder / "core.jsonl", [line for line in lines if line["grader"] != "refusal"])
    _write_lines(folder / "refusals.jsonl", [line for line in lines if line["grader"] == "refusal"])
    _write_lines(folder / "replay.jsonl", [{"messages": sample.line()} for sample in corpus.replay()])


def measure(loaded: mlx.Loaded) -> Measured:
    """Exact match on the held-out chats."""
    samples = corpus.held_out()
    exact = [one.exact for one in score(loaded, [sample.line() for sample in samples])]
    refusals = [hit for hit, sample in zip(exact, samples, strict=True) if sample.kind == "refusal"]
    core = [hit for hit, sample in zip(exact, samples, strict=True) if sample.kind != "refusal"]
    return Measured(sum(core) / len(core), sum(refusals) / len(refusals))


def generator_hash(plan: Plan) -> str:
    """Hash of everything besides the corpus that decides what is built: plan, shape, template, suites."""
    suites = [corpus.digest(corpus.held_out()), corpus.digest(corpus.replay())]
    decisions = [asdict(plan), SHAPE, VOCABULARY, SPECIAL, TEMPLATE, suites]
    return hashlib.sha256(json.dumps(decisions, sort_keys=True).encode()).hexdigest()


def corpus_hash() -> str:
    """Hash of the training corpus as generated now."""
    return corpus.digest(corpus.training())


def _config(vocabulary: int) -> dict[str, Any]:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        **SHAPE,
        "vocab_size": vocabulary,
        "rms_norm_eps": 1e-5,
        "rope_theta": 10000.0,
        "max_position_embeddings": 2048,
        "tie_word_embeddings": True,
        "torch_dtype": "float32",
        "pad_token_id": 0,
        "eos_token_id": SPECIAL.index("<|end|>"),
    }


def write_manifest(folder: Path, plan: Plan, measured: Measured) -> None:
    """How the files of a folder were made, what they scored, and their hashes."""
    files = sorted(file for file in folder.iterdir() if file.name != "manifest.json")
    _write(folder / "manifest.json", {
        "made_by": "selfimprove models build-tiny",
        "generator": generator_hash(plan),
        "corpus": corpus_hash(),
        "versions": {name: metadata.version(name) for name in ("mlx", "mlx-lm", "tokenizers")},
        "held_out_exact": {"core": round(measured.core, 4), "refusals": round(measured.refusals, 4)},
        "plan": asdict(plan),
        "sha256": {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files},
    })  # fmt: skip


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n")


def _write_lines(file: Path, values: Sequence[object]) -> None:
    file.write_text("".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values))


def work(job: dict[str, Any], progress: Log) -> dict[str, Any]:
    """A worker's job: build into `job["folder"]`; returns the manifest."""
    folder = Path(job["folder"])
    build(folder, log=progress)
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest
