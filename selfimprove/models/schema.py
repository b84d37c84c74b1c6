"""Holds an answer to a JSON schema: tokens that would leave it get no probability. Method: llguidance."""

from typing import Any

import orjson

from selfimprove.errors import SchemaUnusable


class Schemas:
    """Grammars over one tokenizer's tokens; made when the first one is asked for, which takes a second."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokens: Any = None

    def follow(self, schema: dict[str, Any]) -> "Follow":
        """What holds one answer to this schema.

        Raises:
            SchemaUnusable: it is none, or cannot be followed.
        """
        from llguidance import LLMatcher

        try:
            # With white space anywhere, a weak model goes on writing spaces for ever.
            grammar = LLMatcher.grammar_from_json_schema(orjson.dumps(schema).decode(), {"whitespace_flexible": False})
        except ValueError as exc:
            raise SchemaUnusable(reason=_first_line(str(exc))) from exc
        matcher = LLMatcher(self._vocabulary(), grammar, log_level=0)
        if matcher.is_error():
            raise SchemaUnusable(reason=_first_line(matcher.get_error()))
        return Follow(matcher, self._vocabulary().vocab_size, min(self._tokenizer.eos_token_ids))

    def _vocabulary(self) -> Any:
        from llguidance import LLTokenizer

        if self._tokens is None:
            text = self._tokenizer.backend_tokenizer.to_str()
            self._tokens = LLTokenizer(text, eos_token=sorted(self._tokenizer.eos_token_ids))
        return self._tokens


class Follow:
    """A logits processor of one answer; `broken` says why it gave up."""

    def __init__(self, matcher: Any, size: int, end: int) -> None:
        self._matcher, self._size, self._end = matcher, size, end
        self._has_begun = False
        self.broken = ""

    def __call__(self, tokens: Any, logits: Any) -> Any:
        """Logits of (1, vocabulary) without what may not follow the last token."""
        import mlx.core as mx

        if self._has_begun and not self._matcher.is_stopped():
            self._matcher.consume_token(int(tokens[-1].item()))
        self._has_begun = True
        allowed = mx.array(self._allowed(logits.shape[-1]))
        return mx.where(allowed, logits, mx.array(-mx.inf, logits.dtype))

    def _allowed(self, width: int) -> Any:
        import numpy as np

        allowed = np.zeros(width, bool)
        if self._matcher.is_stopped():
            self.broken = _first_line(self._matcher.get_error()) if self._matcher.is_error() else ""
            allowed[self._end] = True
            return allowed
        size = min(width, self._size)  # some models have more logits than their tokenizer has tokens
        bits = np.unpackbits(np.frombuffer(self._matcher.compute_bitmask(), np.uint8), bitorder="little")
        allowed[:size] = bits[:size]
        return allowed


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or ["it says not why"])[0]
