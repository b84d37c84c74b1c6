"""What was written is text, also where it spells one of a model's own marks: the end of a turn, another's beginning.

A tokenizer cannot tell them from those of the template, and who may write `<|im_end|>` could speak in any role.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

MARK = re.compile(r"<[|｜].+[|｜]>")
NEAR = 64  # characters of what stands before a text that are looked at
APART = "\ufdd0"  # a noncharacter: what stands on its two sides becomes tokens by itself


def messages(tokenizer: Any, given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Messages whose marks are taken apart; of an answer the ends alone, since a model says its other marks itself."""
    marks, ends = _marks(tokenizer)
    return [dict(_apart(message, ends if message["role"] == "assistant" else marks)) for message in given]


def values(tokenizer: Any, given: Sequence[Any]) -> list[Any]:
    """The same of anything in JSON."""
    return [_apart(value, _marks(tokenizer)[0]) for value in given]


def tokens(tokenizer: Any, text: str, before: str = "") -> list[int]:
    """The tokens of a rendered text, as they follow on what stands `before` it."""
    first, *others = text.split(APART)
    found = _following(tokenizer, before.rpartition(APART)[2][-NEAR:], first)
    return found + [token for part in others for token in _encoded(tokenizer, part)]


def _following(tokenizer: Any, before: str, text: str) -> list[int]:
    """Llama 2's and Mistral's tokenizers put a blank before each text, which is none where it goes on."""
    alone = _encoded(tokenizer, text)
    if not before or not _puts_blanks(tokenizer):
        return alone
    near, both = _encoded(tokenizer, before), _encoded(tokenizer, before + text)
    return both[len(near) :] if both[: len(near)] == near else alone


@lru_cache(maxsize=4)
def _puts_blanks(tokenizer: Any) -> bool:
    stroke, both = _encoded(tokenizer, "|"), _encoded(tokenizer, "|Z")
    return both[len(stroke) :] != _encoded(tokenizer, "Z")


def _encoded(tokenizer: Any, text: str) -> list[int]:
    found: list[int] = tokenizer.encode(text, add_special_tokens=False)
    return found


@lru_cache(maxsize=4)
def _marks(tokenizer: Any) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What finds a tokenizer's marks, and those that end an answer."""
    ids = getattr(tokenizer, "eos_token_ids", ())  # one of them alone where mlx-lm has not wrapped it
    ends = {ids} if isinstance(ids, int) else set(ids)
    known = getattr(tokenizer, "added_tokens_decoder", {})
    named = {id: str(token.content) for id, token in known.items() if token.special or id in ends or _is_mark(token)}
    marks = {id: text for id, text in named.items() if len(text) > 1}
    return _any([*marks.values()]), _any([text for id, text in marks.items() if id in ends])


def _is_mark(token: Any) -> bool:
    """DeepSeek's tokenizers do not call those special that begin its turns."""
    return MARK.fullmatch(str(token.content)) is not None


def _any(texts: Collection[str]) -> re.Pattern[str] | None:
    return re.compile(_branches(texts)) if texts else None


def _branches(texts: Collection[str]) -> str:
    """A pattern that looks at each character once: some models have thousands of marks that begin alike."""
    heads = sorted({text[0] for text in texts if text})
    each = "|".join(re.escape(one) + _branches([t[1:] for t in texts if t[:1] == one]) for one in heads)
    return f"(?:{each}){'?' if '' in texts else ''}" if heads else ""


def _apart(value: Any, marks: re.Pattern[str] | None) -> Any:
    if marks is None:
        return value
    if isinstance(value, str):
        return marks.sub(lambda found: found[0][0] + APART + found[0][1:], value)
    if isinstance(value, list):
        return [_apart(one, marks) for one in value]
    if isinstance(value, Mapping):
        return {_apart(name, marks): _apart(one, marks) for name, one in value.items()}
    return value
