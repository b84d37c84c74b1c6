"""Batched decoding of token prompts: those that begin alike share the work of reading their beginning."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from typing import Any

LEAST_PREFIX = 16  # tokens: below that a pass of its own costs more than it saves
LEAST_GAIN = 128  # tokens that are not read again
STEP = 2048
READ_AT_ONCE = 8192  # tokens of the prompts that are read together, within mlx-lm's 8 prompts and its 32 answers

Prompt = Sequence[int]
Sampler = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Engine:
    """What mlx-lm lends: a new batch generator, a new key-value cache, and the model to fill it with."""

    generator: Callable[..., Any]
    cache: Callable[[], list[Any]]
    model: Any
    shares: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Places of prompts whose first `prefix` tokens are the same; 0 where nothing is worth sharing."""

    prefix: int
    places: tuple[int, ...]


def decode(engine: Engine, prompts: Sequence[Prompt], limit: int, samplers: Sequence[Sampler]) -> list[list[int]]:
    """The tokens that follow each prompt, at most `limit`, without the end token; one sampler a prompt."""
    order, rest, caches = _arranged(engine, prompts)
    generator = engine.generator(prefill_batch_size=_rows(max(map(len, rest), default=1)))
    uids = generator.insert(rest, [limit] * len(rest), caches=caches, samplers=[samplers[place] for place in order])
    said: dict[int, list[int]] = {uid: [] for uid in uids}
    while responses := generator.next_generated():
        for one in responses:
            if one.finish_reason != "stop":
                said[one.uid].append(one.token)
    generator.close()
    by_place = dict(zip(order, uids, strict=True))
    return [said[by_place[place]] for place in range(len(prompts))]


def groups(prompts: Sequence[Prompt]) -> Iterator[Group]:
    """Every place once: neighbours in the order of their tokens are together as long as that saves more tokens."""
    order = sorted(range(len(prompts)), key=lambda place: tuple(prompts[place]))
    while order:
        size, prefix = _best(prompts, order)
        yield Group(prefix, tuple(order[:size]))
        order = order[size:]


def samplers(temperature: float, seed: int | Sequence[int], count: int) -> list[Sampler]:
    """A sampler a prompt: all by one seed, or each by its own; the likeliest token at temperature 0."""
    import mlx.core as mx

    if temperature == 0:
        return [partial(mx.argmax, axis=-1)] * count
    if not isinstance(seed, int):
        return [keyed(temperature, one) for one in seed]
    mx.random.seed(seed)
    return [lambda logprobs: mx.random.categorical(logprobs / temperature)] * count


def keyed(temperature: float, seed: int) -> Sampler:
    """Draws by a key of its own, so that an answer does not depend on which others are in its batch."""
    import mlx.core as mx

    key = mx.random.key(seed)

    def draw(logprobs: Any) -> Any:
        nonlocal key
        key, now = mx.random.split(key)
        return mx.random.categorical(logprobs / temperature, key=now)

    return draw


def _best(prompts: Sequence[Prompt], order: Sequence[int]) -> tuple[int, int]:
    """How many of the first prompts share how many tokens; at least one token of each is left to be read."""
    first = tuple(prompts[order[0]])
    size, prefix = 1, len(first) - 1
    for place in order[1:]:
        common = min(_common(first[:prefix], prompts[place]), len(prompts[place]) - 1)
        if common < LEAST_PREFIX or size * common < (size - 1) * prefix:
            break
        size, prefix = size + 1, common
    return (size, prefix) if (size - 1) * prefix >= LEAST_GAIN else (1, 0)


def _rows(longest: int) -> int:
    """How many prompts are read together: with short ones, the call itself is what costs."""
    return min(32, max(8, READ_AT_ONCE // longest))


def _common(one: Prompt, other: Prompt) -> int:
    """How many tokens they begin with together."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _arranged(engine: Engine, prompts: Sequence[Prompt]) -> tuple[list[int], list[list[int]], list[list[Any] | None]]:
    """Places in the order they are decoded, groups together and short rests first, with what is left to be read."""
    order: list[int] = []
    rest: list[list[int]] = []
    caches: list[list[Any] | None] = []
    alone = Group(0, tuple(range(len(prompts))))
    for group in groups(prompts) if _can_share(engine) else [alone]:
        cache = _read(engine, prompts[group.places[0]][: group.prefix]) if group.prefix else None
        for place in sorted(group.places, key=lambda place: len(prompts[place])):
            order.append(place)
            rest.append(list(prompts[place][group.prefix :]))
            caches.append(cache)
    return order, rest, caches


def _can_share(engine: Engine) -> bool:
    """Only plain key-value caches: those that rotate or hold a state are not the same for a part of a prompt."""
    return engine.shares and all(type(one).__name__ == "KVCache" for one in engine.cache())


def _read(engine: Engine, tokens: Prompt) -> list[Any]:
    """A cache that holds these tokens; generators copy what they are given, so that all may have the same one."""
    import mlx.core as mx

    cache, ids = engine.cache(), mx.array(list(tokens))[None]
    for start in range(0, len(tokens), STEP):
        engine.model(ids[:, start : start + STEP], cache=cache)
        mx.eval([one.state for one in cache])
    return cache
