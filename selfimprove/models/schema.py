"""Holds an answer to a JSON schema: tokens that would leave it get no probability. Method: llguidance.

What compiling a schema takes is known only afterwards, and nothing ends it: so each is tried first in a process of its
own, `python -m selfimprove.models.schema`, which the kernel ends when it takes too long or too much.
"""

import hashlib
import math
import subprocess
import sys
import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import orjson

from selfimprove.errors import SchemaUnusable
from selfimprove.models import formats

LONGEST = 2**19  # bytes of a schema
SECONDS = 1  # of CPU that a trial may take; the kernel counts whole ones, so that it may become two
MEMORY = 2**30  # bytes of addresses that the trial's process may have, on Linux
KEPT = 1024  # verdicts of trials
LIMITS: dict[str, Any] = {
    "initial_lexer_fuel": 500_000,
    "step_lexer_fuel": 50_000,  # a token of one answer delays those of all
    "max_lexer_states": 30_000,  # of one to two kB
    "max_grammar_size": 200_000,
    "precompute_large_lexemes": False,
    "verbose_errors": False,
}
NO_TOKENS = "this model's tokenizer is of a kind that no schema is followed with"
TOO_MUCH = "it takes too long or too much memory"
KINDS = {  # what llguidance says, and what may be told of it: no word of the schema
    "Invalid type": "Invalid type, which is none of JSON Schema's",
    "does not exist": "a reference to what does not exist in it",
    "circular references": "circular references beside other keywords",
    "Unimplemented keys": "Unimplemented keys",
    "Unsatisfiable": "nothing can satisfy it",
    "regex": "a pattern that cannot be followed",
    "range": "a range of numbers that cannot be followed",
    "recursion limit": "it is nested too deeply",
    "too large": TOO_MUCH,
    "too big": TOO_MUCH,
    "too many": TOO_MUCH,
    "fuel": TOO_MUCH,
    "TooComplex": TOO_MUCH,
}
UNKNOWN = (  # keywords of the standard, which may be named
    "contains", "contentEncoding", "dependencies", "dependentRequired", "dependentSchemas", "else", "if",
    "maxContains", "maxProperties", "minContains", "minProperties", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties", "uniqueItems",
)  # fmt: skip


class Schemas:
    """Grammars over one tokenizer's tokens; made when the first one is asked for, which takes a second."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokens: Any = None
        self._trial = Trial()
        self._verdicts: OrderedDict[bytes, str] = OrderedDict()  # by hash; empty for what was accepted

    def follow(self, schema: dict[str, Any], opens: int | None = None) -> "Follow":
        """What holds one answer to this schema, unless it begins with the token that `opens` a call of a tool.

        Raises:
            SchemaUnusable: it is none, cannot be followed, or takes too much.
        """
        written = _written(schema)
        if b'"format"' in written:
            written = _written(formats.known(schema))
        refused = self._refused(written)
        if refused:
            raise SchemaUnusable(reason=refused)
        matcher = _matcher(written, self._vocabulary())  # no copy of one: copies share, and use up, one lexer's states
        if matcher.is_error():
            raise SchemaUnusable(reason=kind(matcher.get_error()))
        return Follow(matcher, self._vocabulary().vocab_size, min(self._tokenizer.eos_token_ids), opens)

    def close(self) -> None:
        """End the process that tries schemas; the next schema starts another."""
        self._trial.close()

    def _refused(self, written: bytes) -> str:
        """What the trial said of a schema, now or when it came before."""
        key = hashlib.sha256(written).digest()
        if key not in self._verdicts:
            self._verdicts[key] = self._trial.refused(written)
        self._verdicts.move_to_end(key)
        if len(self._verdicts) > KEPT:
            self._verdicts.popitem(last=False)
        return self._verdicts[key]

    def _vocabulary(self) -> Any:
        from llguidance import LLTokenizer

        if self._tokens is None:
            try:
                text = self._tokenizer.backend_tokenizer.to_str()
                self._tokens = LLTokenizer(text, eos_token=sorted(self._tokenizer.eos_token_ids))
            except (AttributeError, ValueError) as exc:  # no tokenizer.json, or a decoder of another kind
                raise SchemaUnusable(reason=NO_TOKENS) from exc
        return self._tokens


class Trial:
    """A process that compiles schemas to see whether it can; started when it is needed, and again when it has died."""

    def __init__(self) -> None:
        self._end: Callable[[], object] = bool
        self._process: subprocess.Popen[bytes] | None = None

    def refused(self, written: bytes) -> str:
        """Why a schema cannot be followed; empty when it can."""
        if len(written) > LONGEST:
            return f"it is longer than {LONGEST} bytes"
        said = self._said(written)
        if not said:
            self.close()
            return TOO_MUCH
        return said.decode().strip()

    def close(self) -> None:
        """End the process; the next schema starts another."""
        self._end()
        self._process = None

    def _said(self, written: bytes) -> bytes:
        """A line; nothing when the process was ended over it."""
        process = self._process
        if process is None or process.poll() is not None:  # ended by somebody, and not over this schema
            process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(written + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return b""
        return process.stdout.readline()

    def _start(self) -> "subprocess.Popen[bytes]":
        self.close()
        command, pipe = [sys.executable, "-m", "selfimprove.models.schema"], subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self._process, self._end = process, weakref.finalize(self, _end, process)
        return process


class Follow:
    """A logits processor of one answer; `broken` says why it gave up."""

    def __init__(self, matcher: Any, size: int, end: int, opens: int | None = None) -> None:
        self._matcher, self._size, self._end, self._opens = matcher, size, end, opens
        self._has_begun = self._is_call = False
        self.broken = ""

    def __call__(self, tokens: Any, logits: Any) -> Any:
        """Logits of (1, vocabulary) without what may not follow the last token."""
        import mlx.core as mx

        if self._has_begun and not self._is_call:
            self._hear(int(tokens[-1].item()))
        if self._is_call:
            return logits
        self._has_begun = True
        allowed = mx.array(self._allowed(logits.shape[-1]))
        return mx.where(allowed, logits, mx.array(-mx.inf, logits.dtype))

    def _hear(self, token: int) -> None:
        self._is_call, self._opens = token == self._opens, None  # the first token alone may be one that opens a call
        if not self._is_call and not self._matcher.is_stopped():
            self._matcher.consume_token(token)

    def _allowed(self, width: int) -> Any:
        import numpy as np

        allowed = np.zeros(width, bool)
        bits = b"" if self._matcher.is_stopped() else self._matcher.compute_bitmask()
        if self._matcher.is_stopped():  # computing may end it, too
            self.broken = kind(self._matcher.get_error()) if self._matcher.is_error() else ""
            allowed[self._end] = True
            return allowed
        size = min(width, self._size)  # some models have more logits than their tokenizer has tokens
        allowed[:size] = np.unpackbits(np.frombuffer(bits, np.uint8), bitorder="little")[:size]
        if self._opens is not None:
            allowed[self._opens] = True
        return allowed


def kind(message: str) -> str:
    """What may be told of an error of llguidance: its kind, since the rest quotes the schema."""
    first = (message.strip().splitlines() or [""])[0]
    told = next((kind for words, kind in KINDS.items() if words in first), "it cannot be compiled")
    return ", ".join([told, *(word for word in UNKNOWN if f'"{word}"' in first)])


def _written(schema: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(schema)
    except TypeError as exc:
        raise SchemaUnusable(reason="it cannot be written as JSON") from exc


def _matcher(written: bytes, tokens: Any) -> Any:
    """Raises ValueError for what is no JSON object."""
    from llguidance import LLMatcher, LLParserLimits

    # With white space anywhere, a weak model goes on writing spaces for ever.
    grammar = LLMatcher.grammar_from_json_schema(written.decode(), {"whitespace_flexible": False})
    return LLMatcher(tokens, grammar, log_level=0, limits=LLParserLimits(**LIMITS))


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def main() -> None:
    """Try one schema after another until stdin ends: a line of JSON each, and a line of why it is refused."""
    from llguidance import LLTokenizer

    tokens = LLTokenizer("byte")
    for line in sys.stdin.buffer:
        _limit()
        sys.stdout.write(_refusal(line, tokens) + "\n")
        sys.stdout.flush()


def _limit() -> None:
    """From now on, so much CPU and memory: then the kernel ends the process, whatever it does."""
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _refusal(written: bytes, tokens: Any) -> str:
    try:
        matcher = _matcher(written, tokens)
    except ValueError as exc:
        return kind(str(exc))
    if not matcher.is_error():
        matcher.compute_bitmask()  # of the first token, which some cannot compute
    return kind(matcher.get_error()) if matcher.is_error() else ""


if __name__ == "__main__":
    main()
