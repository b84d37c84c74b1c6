"""What nearly repeats a test is not learned: the test would measure memory. `split` keeps equal questions apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from selfimprove.chats.chat import Message
from selfimprove.curation.content import Content, teaches_the_same
from selfimprove.curation.deduplicate import BATCH, Seen, confirm, sketch
from selfimprove.curation.sketch import normalise
from selfimprove.datasets.example import Chosen
from selfimprove.datasets.prompts import keys
from selfimprove.datasets.split import Splits, without

Messages = Sequence[Message]
REASON = "contaminated"


def held_apart(splits: Splits, chosen: Iterable[Chosen], suites: Iterable[Messages]) -> list[Messages]:
    """All that tests, tonight or ever: held-out, fresh and sealed examples, and the items of the suites."""
    held = (*splits.validation, *splits.fresh, *(c for c in chosen if c.side == "sealed"))
    return [*(c.example.messages for c in held), *suites]


def decontaminated(splits: Splits, tests: Iterable[Messages]) -> Splits:
    """The splits without examples to learn that nearly repeat a test."""
    learned = {c.example.id: c.example.messages for c in (*splits.train, *splits.remembered)}
    found = contaminated(learned, tests)
    return without(splits, lambda c: c.example.id in found, REASON)


def contaminated(learned: Mapping[str, Messages], tests: Iterable[Messages]) -> frozenset[str]:
    """Ids of conversations of which a question, or the whole text, nearly repeats one of a test.

    Found by sketches and verified: 5-gram similarity of 0.8 and, since another number or name asks something else, few
    words that differ and none that tells.
    """
    tested = {f"test {at}": Content(f"test {at}", (text,)) for at, text in enumerate(_all_texts(tests))}
    asked: dict[str, set[str]] = defaultdict(set)
    for id, messages in learned.items():
        for text in texts(messages):
            asked[text].add(id)
    contents = [Content(f"learned {at}", (text,)) for at, text in enumerate(asked)]
    repeats = _repeats(contents, tested)
    return frozenset(id for content in contents if content.id in repeats for id in asked[content.text])


def texts(messages: Messages) -> set[str]:
    """What is compared: each question, a short one with the one before it, and all that was said."""
    said = "\n".join(normalise(m.content) for m in messages if m.role in ("user", "assistant"))
    return {said, *map(normalise, keys(messages))} - {""}


def _all_texts(tests: Iterable[Messages]) -> list[str]:
    return list(dict.fromkeys(text for messages in tests for text in sorted(texts(messages))))


def _repeats(contents: Sequence[Content], tested: Mapping[str, Content]) -> set[str]:
    """Ids of contents that nearly repeat a tested one."""
    seen, found = Seen(), set[str]()
    seen.add(sketch([*tested.values()]), compare=False)
    for at in range(0, len(contents), BATCH):
        batch = contents[at : at + BATCH]
        alike = seen.look(sketch(batch))
        same = confirm(batch, alike, lambda ids: {id: tested[id] for id in ids}, teaches_the_same)
        found |= {content.id for content, original in zip(batch, same, strict=True) if original}
    return found
