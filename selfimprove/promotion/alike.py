"""Which right answers say much the same, so that they are one fact in several wordings."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from selfimprove.datasets.words import telling

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

ALIKE = 0.15  # cosine, on average between the answers of two groups


def alike(told: Mapping[str, set[str]], long: Collection[str]) -> list[list[str]]:
    """Groups of two answers and more that say much the same, given the words that tell what each answer says.

    Words weigh by how few answers have them (Spärck Jones 1972). Answers are grouped by average linkage (Sokal &
    Michener 1958), so that one which names many things does not join all that name one of them each. Two that are not
    `long` are never alike: they are the same, or not. Time and memory grow with the square of their number.
    """
    names = sorted(told)
    if len(names) < 2 or not long:
        return []
    from scipy.cluster.hierarchy import fcluster, linkage

    distances = _distances(_weighted([told[name] for name in names]), [name in long for name in names])
    found: dict[int, list[str]] = {}
    for name, group in zip(names, fcluster(linkage(distances, "average"), 1 - ALIKE, "distance"), strict=True):
        found.setdefault(int(group), []).append(name)
    return [group for group in found.values() if len(group) > 1]


def _weighted(told: Sequence[set[str]]) -> "csr_matrix":
    """A row for each answer, a column for each word: the product of two rows is how alike they are, at most 1."""
    import numpy as np
    from scipy.sparse import csr_matrix

    held = Counter(word for words in told for word in words)
    column = {word: at for at, word in enumerate(sorted(held))}
    weight = {word: math.log1p(len(told) / n) for word, n in held.items()}
    length = [math.fsum(weight[word] for word in words) for words in told]
    cells = [(at, word) for at, words in enumerate(telling(told)) for word in words]
    values = np.sqrt([weight[word] / length[at] for at, word in cells])
    places = ([at for at, _ in cells], [column[word] for _, word in cells])
    return csr_matrix((values, places), (len(told), max(len(held), 1)))


def _distances(rows: "csr_matrix", is_long: list[bool]) -> "np.ndarray[Any, Any]":
    """1 - cosine of every two answers, as scipy has them in one vector; 1 of two short ones."""
    import numpy as np

    parts = []
    for at in range(rows.shape[0] - 1):
        same = (rows[at + 1 :] @ rows[at].T).toarray()[:, 0]
        parts.append(1 - same * (True if is_long[at] else np.asarray(is_long[at + 1 :])))
    distances: np.ndarray[Any, Any] = np.clip(np.concatenate(parts), 0, 1)
    return distances
