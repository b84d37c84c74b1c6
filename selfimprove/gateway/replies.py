"""What clients get, in OpenAI's form: completions, their chunks, log-probabilities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from selfimprove.gateway.ask import TokenScore

DONE = b"data: [DONE]\n\n"
NOT_KEPT = b": this exchange is not kept\n\n"


@dataclass(frozen=True, slots=True)
class Label:
    """What every part of a completion carries."""

    id: str
    created: int
    model: str

    def completion(self, choices: Sequence[Mapping[str, Any]], usage: Mapping[str, int]) -> dict[str, Any]:
        """A whole completion."""
        return self._labelled("chat.completion") | {"choices": choices, "usage": usage}

    def chunk(self, index: int, delta: Mapping[str, Any], **more: Any) -> bytes:
        """An event with a part of one choice; `more`: `finish_reason`, `logprobs`."""
        choice = {"index": index, "delta": delta, "finish_reason": None, **more}
        return event(self._labelled("chat.completion.chunk") | {"choices": [choice]})

    def usage_chunk(self, usage: Mapping[str, int]) -> bytes:
        """The last event of a stream whose client asked for the number of tokens."""
        return event(self._labelled("chat.completion.chunk") | {"choices": [], "usage": usage})

    def _labelled(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def event(value: Any) -> bytes:
    """A server-sent event."""
    return b"data: " + orjson.dumps(value) + b"\n\n"


def with_note(chunk: bytes, *, begins_line: bool) -> bytes:
    """The chunk of a stream in which its end stands, with a line before the end that says that nothing is kept.

    Where the line of the end began in an earlier chunk, the note comes after it.
    """
    at = chunk.rfind(b"data:")
    is_line = begins_line if at == 0 else at > 0 and chunk[at - 1 : at] == b"\n"
    at = at if is_line else chunk.rfind(b"\n") + 1
    return chunk[:at] + NOT_KEPT + chunk[at:]


def usage(prompt: int, completion: int) -> dict[str, int]:
    """The number of tokens read and written."""
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def logprobs(scores: Sequence[TokenScore]) -> dict[str, Any]:
    """Log-probabilities of the chosen tokens and of those in their place."""
    content = [{**_scored(one), "top_logprobs": [_scored(other) for other in one.top]} for one in scores]
    return {"content": content, "refusal": None}


def _scored(score: TokenScore) -> dict[str, Any]:
    raw = score.token.encode("utf-8", "surrogatepass") if score.raw is None else score.raw
    return {"token": score.token, "logprob": score.logprob, "bytes": list(raw)}
