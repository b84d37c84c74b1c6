"""One answer while it is made: its tokens become pieces of text that may go out."""

from collections.abc import Iterator
from typing import Any

from selfimprove.models.asked import Asked
from selfimprove.models.stream import Stream
from selfimprove.models.token_bytes import UNFINISHED, token_bytes

Score = dict[str, Any]


class Speech:
    """From tokens to pieces, as JSON has them: `text`, `scores`, and in the last one `finish` and the counts."""

    def __init__(self, asked: Asked, tokenizer: Any) -> None:
        self.asked = asked
        self._tokenizer, self._stream = tokenizer, Stream(tokenizer)
        self._scores: list[tuple[int, Score]] = []  # with where in the text each token begins
        self._heard = self._said = 0  # characters that came, and those that stops let out
        self.tokens = 0

    def hear(self, token: int, logprobs: Any) -> dict[str, Any]:
        """The piece that a token lets out; its text may be empty."""
        self.tokens += 1
        if self.asked.top is not None:
            self._scores.append((self._heard, self._score(token, logprobs)))
        text = self._stopped(self._heard_text(self._stream.feed(token)))
        return {"text": self.asked.calls.feed(text) if self.asked.calls else text, "scores": self._due()}

    @property
    def is_stopped(self) -> bool:
        """Whether a stop string was met, so that the rest is of no use."""
        return self.asked.stops.met

    def end(self, finish: str) -> dict[str, Any]:
        """The last piece, with all that waited."""
        stops, calls = self.asked.stops, self.asked.calls
        text = ""
        if not stops.met:
            text = self._stopped(self._heard_text(self._stream.rest()), at_end=True)
        if calls is not None:
            text = calls.feed(text) + calls.rest()
        called = [self._call(number, call) for number, call in enumerate(calls.found)] if calls else []
        last = {
            "text": text,
            "scores": self._due(),
            "finish": "tool_calls" if called and finish == "stop" else finish,
            "prompt_tokens": len(self.asked.tokens),
            "completion_tokens": self.tokens,
        }
        return {**last, "tool_calls": called} if called else last

    def _heard_text(self, text: str) -> str:
        self._heard += len(text)
        return text.replace("\0", "\ufffd")  # Postgres stores no NUL

    def _stopped(self, text: str, at_end: bool = False) -> str:
        out = self.asked.stops.feed(text)
        out += self.asked.stops.rest() if at_end else ""
        self._said += len(out)
        return out

    def _due(self) -> list[Score]:
        """Scores of the tokens whose text has begun to go out; those within a stop string never are."""
        is_over = self._said == self._heard
        due = [score for start, score in self._scores if start < self._said or is_over]
        self._scores = self._scores[len(due) :]
        return due

    def _score(self, token: int, logprobs: Any) -> Score:
        import mlx.core as mx
        import numpy as np

        values = np.array(logprobs.astype(mx.float32))
        top = self.asked.top or 0
        likeliest = np.argpartition(-values, min(top, len(values) - 1))[:top]
        ranked = sorted(((float(values[one]), int(one)) for one in likeliest), reverse=True)
        return {
            **self._named(token, float(values[token])),
            "top_logprobs": [self._named(one, value) for value, one in ranked if value > -np.inf],  # as JSON can say it
        }

    def _named(self, token: int, logprob: float) -> Score:
        """A token with its log-probability; with its bytes where they are a part of a character."""
        text = self._string(token)
        raw = token_bytes(self._tokenizer, token) if UNFINISHED in text else None
        return {"token": text, "logprob": logprob, **({} if raw is None else {"bytes": list(raw)})}

    def _string(self, token: int) -> str:
        """A token's text with the space before it, which decoders leave out at the beginning of a text."""
        first = self.asked.tokens[-1]
        whole, alone = self._tokenizer.decode([first, token]), self._tokenizer.decode([first])
        return str(whole[len(alone) :] if whole.startswith(alone) else self._tokenizer.decode([token]))

    def _call(self, number: int, call: dict[str, str]) -> dict[str, Any]:
        return {"id": f"call_{self.asked.id[-20:]}_{number}", "type": "function", "function": call}


def pieces_of(speech: Speech, token: int, logprobs: Any, finish: str | None) -> Iterator[dict[str, Any]]:
    """What goes out for a token of a batch; nothing when it says nothing."""
    piece = None if finish == "stop" else speech.hear(token, logprobs)
    if speech.is_stopped or finish:
        last = speech.end("stop" if speech.is_stopped else str(finish))
        if piece:
            last = {**last, "text": piece["text"] + last["text"], "scores": piece["scores"] + last["scores"]}
        yield last
    elif piece and (piece["text"] or piece["scores"]):
        yield piece
