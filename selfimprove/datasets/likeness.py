"""Which group of texts a text is most like, by words it shares with few others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from selfimprove.curation.sketch import grams_of, normalise

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEATURES = 1 << 14
LONGEST = 2000  # characters of a text: enough to tell what it is about


def nearest(texts: Sequence[str], groups: Sequence[Sequence[str]]) -> list[tuple[int, float]]:
    """For each text the group it is most like, and how much: cosine of character 5-grams with the group's sum.

    Grams that many of the groups' texts hold weigh little; what else is asked about does not matter.
    """
    import numpy as np
    from scipy.sparse import csr_matrix, diags

    flat = [text for group in groups for text in group]
    if not texts or not flat:
        return [(0, 0.0)] * len(texts)
    known = _counts(flat)
    held: NDArray[Any] = np.bincount(known.indices, minlength=FEATURES)
    rare = diags(np.log1p(len(flat) / (1 + held)))
    owner = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    sums = csr_matrix((np.ones(len(flat)), (owner, np.arange(len(flat)))), (len(groups), len(flat)))
    cosines = _unit(_counts(texts) @ rare) @ _unit(sums @ _unit(known @ rare)).T
    best = np.asarray(cosines.argmax(axis=1)).ravel()
    return [(int(at), float(cosines[row, at])) for row, at in enumerate(best)]


def _counts(texts: Sequence[str]) -> Any:
    """How often each text has each gram, dampened: a sparse row a text, its columns hashes."""
    import numpy as np
    from scipy.sparse import csr_matrix

    lengths, hashes = grams_of([normalise(text)[:LONGEST] for text in texts])
    rows = np.repeat(np.arange(len(texts)), lengths)
    columns = (hashes % np.uint64(FEATURES)).astype(np.int64)
    counts = csr_matrix((np.ones(len(columns)), (rows, columns)), (len(texts), FEATURES))
    counts.data = np.log1p(counts.data)
    return counts


def _unit(rows: Any) -> Any:
    from scipy.sparse import diags
    from scipy.sparse.linalg import norm

    lengths = norm(rows, axis=1)
    lengths[lengths == 0] = 1.0
    return diags(1 / lengths) @ rows
