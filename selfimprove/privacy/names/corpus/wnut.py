"""WNUT17 (CC BY 4.0): what people wrote on the web, its names labelled by hand. Read from where it is, never copied."""

from __future__ import annotations

from pathlib import Path

from selfimprove.privacy.labelled import examples
from selfimprove.privacy.names.corpus.draft import Draft

SOURCE = {
    "name": "WNUT17 emerging entities", "repository": "leondz/emerging_entities_17", "licence": "CC BY 4.0",
    "authors": "Leon Derczynski, Eric Nichols, Marieke van Erp, Nut Limsopatham",
}  # fmt: skip
TRAIN, VALIDATION = "wnut_train.jsonl.gz", "wnut_dev.jsonl.gz"
_LABELS = {"PERSON": "PER", "LOCATION": "LOC", "ORG": "ORG"}


def read(file: Path) -> list[Draft]:
    """Its texts; products and works count as nothing to mask.

    Raises:
        LabelsUnreadable: the file is something else.
    """
    return [
        Draft(
            one.text, tuple((start, end, _LABELS[kind]) for start, end, kind in one.spans if kind in _LABELS), file.name
        )
        for one in examples(file)
    ]
