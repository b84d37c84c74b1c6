"""What the base model could do before, shown again so that it is not unlearned: most of all what was lost of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from selfimprove.chats.chat import Message
from selfimprove.datasets.decay import in_turn
from selfimprove.datasets.example import Example, Rule, as_json, content_id, example, from_json
from selfimprove.datasets.prompts import keys, last_key
from selfimprove.datasets.split import History, Splits

Answers = Mapping[str, Sequence[Message] | None]
MOST_TOKENS = 256  # of the base model's own answer; a longer one is unfinished and teaches rambling


@dataclass(frozen=True, slots=True)
class Draw:
    """Chats of the replay file that were drawn, and how many were left out by reason."""

    chats: tuple[tuple[Message, ...], ...]
    left_out: Mapping[str, int]


def read(path: Path) -> list[tuple[Message, ...]]:
    """The chats of a replay file: {"messages": […]} a line."""
    return [from_json(orjson.loads(line)["messages"]) for line in path.read_bytes().splitlines() if line.strip()]


def draw(chats: Iterable[Sequence[Message]], splits: Splits, history: History, rule: Rule) -> Draw:
    """At most `rule.replay` chats, those first that are like what was lost; none that asks what is tested or taught."""
    taught = frozenset(last_key(c.example.messages) for c in (*splits.train, *splits.remembered))
    tested = splits.test_keys.union(history.suite_keys)
    kept, counts = [], {"prompt_in_test": 0, "prompt_in_train": 0, "repeated": 0, "not_drawn": 0}
    seen: set[str] = set()
    all_ = [tuple(chat) for chat in chats]
    for messages in in_turn(all_, lambda chat: (prompt_hash(chat), chat), history.practice, rule.seed):
        reason = _reason(messages, tested, taught, seen)
        seen.add(prompt_hash(messages))
        if reason:
            counts[reason] += 1
        else:
            kept.append(messages)
    counts["not_drawn"] = len(kept[rule.replay :])
    return Draw(tuple(kept[: rule.replay]), {reason: n for reason, n in counts.items() if n})


def _reason(
    messages: Sequence[Message], tested: frozenset[str], taught: frozenset[str], seen: Collection[str]
) -> str | None:
    if prompt_hash(messages) in seen:
        return "repeated"
    if not tested.isdisjoint(keys(messages)):
        return "prompt_in_test"
    return "prompt_in_train" if last_key(messages) in taught else None


def unanswered(chats: Iterable[Sequence[Message]]) -> list[tuple[Message, ...]]:
    """Those that end before the answer: the base model must give its own."""
    return [tuple(messages) for messages in chats if messages[-1].role != "assistant"]


def prompt_hash(messages: Sequence[Message]) -> str:
    """Hash of everything before the answer."""
    return content_id(as_json([*messages[:-1]] if messages[-1].role == "assistant" else messages))


def base_examples(chats: Iterable[Sequence[Message]], answers: Answers) -> list[Example]:
    """Replay examples of chats, each with its answer: its own, or the base model's by the hash of its prompt."""
    answered = (chat if chat[-1].role == "assistant" else answers.get(prompt_hash(chat)) for chat in chats)
    return [example(None, "replay", messages) for messages in answered if messages]
