"""All items of one seed, and what redaction makes of them, with the tagger and without."""

import os
import secrets
from collections import Counter
from collections.abc import Callable, Sequence

from selfimprove.privacy.redact import Span, find, locate
from selfimprove_tests.privacy.categories import (
    access,
    accounts,
    keys,
    layouts,
    mail,
    negatives,
    others,
    people,
    phones,
)
from selfimprove_tests.privacy.categories.item import Fresh, Item

Finder = Callable[[Sequence[str]], Sequence[Sequence[Span]]]


def positives(seed: int) -> list[Item]:
    """Texts with one value each that the rules must mask."""
    made = Fresh(seed)
    return [item for module in (mail, phones, accounts, keys, access, others) for item in module.items(made)]


def laid_out(seed: int, layout: str | None = None) -> list[Item]:
    """Values beside a label, in one layout or in each."""
    return list(layouts.items(Fresh(seed), [layout] if layout else layouts.LAYOUTS))


def persons(seed: int) -> list[Item]:
    """Texts with one name or address each, for the tagger."""
    return list(people.items(Fresh(seed)))


def innocent(seed: int) -> list[Item]:
    """64 texts in which nothing may be masked."""
    return list(negatives.items(Fresh(seed)))


def by_rules(texts: Sequence[str]) -> list[list[Span]]:
    """What the rules find."""
    return [find(text) for text in texts]


def as_shipped(texts: Sequence[str]) -> list[list[Span]]:
    """What redaction masks by default: rules and tagger, each text a chat of its own."""
    from selfimprove.privacy.names.find import find as tagged

    return [locate([text], [own])[0] for text, own in zip(texts, tagged(texts), strict=True)]


def missed(items: Sequence[Item], finder: Finder = by_rules) -> list[Item]:
    """Those whose value is not fully masked, or that are touched though they have none."""
    found = finder([item.text for item in items])
    return [item for item, spans in zip(items, found, strict=True) if not _is_right(item, spans)]


def _is_right(item: Item, spans: Sequence[Span]) -> bool:
    inside = {at for span in spans for at in range(span.start, span.end)}
    if item.value is None:
        return not inside
    start = item.text.index(item.value)
    return all(at in inside for at in range(start, start + len(item.value)) if item.text[at].isalnum())


def recall(items: Sequence[Item], finder: Finder = by_rules) -> dict[int, float]:
    """Share of values masked, by category."""
    wrong = Counter(item.category for item in missed(items, finder))
    all_ = Counter(item.category for item in items)
    return {category: 1 - wrong[category] / all_[category] for category in sorted(all_)}


SEED = int(os.environ.get("SELFIMPROVE_TEST_SEED") or secrets.randbits(32))  # fresh each run; set it to repeat one
