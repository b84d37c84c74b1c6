"""How like a question a remembered fact must be to be told: the sample household's own questions, with every fact of
its first chapter remembered under one of its phrasings.

A fact is wanted where another phrasing of its question is asked, and none is where the talk is small or the fact is one
that nobody taught. Prints, for each floor, how often the wanted fact is among those told, and how often one is told in
vain. `python benchmarks/recall.py`.
"""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from selfimprove.chats.sample import facts, smalltalk, trouble
from selfimprove.datasets.memories import NEAREST, key
from selfimprove.models.embed import embed

FLOORS = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7)
UNKNOWN = 6  # facts of the household that are not remembered


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    seeds = parser.parse_args().seeds
    rows = np.array([[told(seed, floor) for floor in FLOORS] for seed in range(seeds)]).mean(axis=0)
    print(f"{seeds} households: NEAREST={NEAREST}")
    print("| similarity from | the fact wanted is told | told where the wanted one is not known | told to small talk |")
    print("|---|---|---|---|")
    for floor, (wanted, unknown, small) in zip(FLOORS, rows, strict=True):
        print(f"| {floor} | {wanted:.1%} | {unknown:.2f} | {small:.2f} |")


def told(seed: int, floor: float) -> tuple[float, float, float]:
    """Share of questions whose fact is told; facts told to one that has none here, and to small talk."""
    asked = taught(seed)
    names = sorted(asked)
    known, unknown = names[UNKNOWN:], names[:UNKNOWN]
    keys = vectors([key(asked[name][0][0], asked[name][0][1]) for name in known])
    wanted = [
        name in {known[at] for at in brought(question, keys, floor)}
        for name in known
        for question, _ in asked[name][1:]
    ]
    strange = [len(brought(question, keys, floor)) for name in unknown for question, _ in asked[name]]
    small = [len(brought(question, keys, floor)) for question in chatter(seed)]
    return float(np.mean(wanted)), float(np.mean(strange)), float(np.mean(small))


def brought(question: str, keys: Any, floor: float) -> list[int]:
    """The facts that are told with a question."""
    cosines = keys @ vectors([question])[0]
    return [int(at) for at in np.argsort(-cosines)[:NEAREST] if cosines[at] >= floor]


def taught(seed: int) -> dict[str, list[tuple[str, str]]]:
    """By attribute, its questions in ever other words, each with the answer that the household wants."""
    found: dict[str, dict[str, str]] = {}
    for lesson in facts.lessons(seed, 1):
        for draft in facts.drafts(seed, 1):
            question = draft.messages[-2].content
            answers = [said.text for said in draft.said if said.kind == "correction"] + [draft.messages[-1].content]
            if lesson.right in answers:
                found.setdefault(lesson.name, {})[question] = lesson.right
    return {name: list(questions.items()) for name, questions in found.items()}


def chatter(seed: int) -> list[str]:
    """Questions that no fact answers."""
    drafts = [*smalltalk.drafts(seed, 1), *trouble.drafts(seed, 1)]
    return [m.content for draft in drafts for m in draft.messages if m.role == "user"][:300]


def vectors(texts: Sequence[str]) -> Any:
    """Embeddings, each text's once."""
    new = [text for text in dict.fromkeys(texts) if text not in SEEN]
    SEEN.update(zip(new, embed(new), strict=True))
    return np.array([SEEN[text] for text in texts])


SEEN: dict[str, Any] = {}

if __name__ == "__main__":
    main()
