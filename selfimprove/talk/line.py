"""The line to the gateway, in OpenAI's form: an answer as it comes, a word on it, and who can be asked."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from selfimprove.errors import GatewayDown, GatewayRefused, GatewayWentAway
from selfimprove.gateway.ask import UPSTREAM

Message = dict[str, str]
JSON = {"content-type": "application/json"}
WAIT = httpx.Timeout(5.0, read=600.0)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of whom, and what the conversation is called; `options` as OpenAI's API has them."""

    messages: Sequence[Message]
    model: str
    conversation: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Answer:
    """An answer that grows; `id`, `chat_id` and `adapter` are the gateway's, `finish` is None until it has ended."""

    id: str
    chat_id: str
    adapter: str
    text: str = ""
    finish: str | None = None
    is_kept: bool = True

    @property
    def who(self) -> str:
        """Who gave it, for a person."""
        return named(self.adapter)

    def as_json(self) -> dict[str, Any]:
        """What `selfimprove chat --json` prints."""
        return {
            "answer": self.text, "completion": self.id, "chat": self.chat_id, "adapter": self.adapter,
            "finish_reason": self.finish, "kept": self.is_kept,
        }  # fmt: skip


class Line:
    """A connection to one gateway."""

    def __init__(self, address: str, token: str | None = None) -> None:
        headers = {b"authorization": f"Bearer {token}".encode("utf-8", "replace")} if token else {}
        self._address = address
        self._client = httpx.Client(base_url=address, headers=headers, timeout=WAIT, trust_env=False)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    @contextmanager
    def ask(self, question: Question) -> Iterator[tuple[Answer, Iterator[str]]]:
        """An answer and its pieces; whoever leaves the block before their end stops it.

        Raises:
            GatewayDown, GatewayWentAway, GatewayRefused: there is no answer, or no more of it.
        """
        body = {"messages": list(question.messages), "model": question.model, "stream": True, **question.options}
        headers = {**JSON, "x-selfimprove-chat": question.conversation}
        asked = self._client.stream("POST", "/v1/chat/completions", content=_json(body), headers=headers)
        with self._there(), asked as response:
            _require(response)
            told = [response.headers.get(f"x-selfimprove-{name}", "") for name in ("completion", "chat", "adapter")]
            answer = Answer(*told)
            yield answer, _pieces(response, answer)

    def react(self, id: str, **word: str) -> str:
        """Tell what somebody thinks of an answer; "kept", or "pending" until the database knows the answer."""
        with self._there():
            response = self._client.post("/v1/feedback", content=_json({"id": id, **word}), headers=JSON)
        _require(response)
        return str(response.json()["status"])

    def models(self) -> list[str]:
        """Who can be asked: "selfimprove", whoever answers now; the base model; adapters by their ids."""
        with self._there():
            response = self._client.get("/v1/models")
        _require(response)
        return [model["id"] for model in response.json()["data"]]

    @contextmanager
    def _there(self) -> Iterator[None]:
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout) as exc:
            raise GatewayDown(address=self._address, reason=exc) from exc
        except httpx.TransportError as exc:
            raise GatewayWentAway(reason=f"{type(exc).__name__}: {exc}") from exc


def named(adapter: str) -> str:
    """An adapter as a person tells it from others."""
    if adapter == UPSTREAM:
        return "another server’s model"
    return "the base model" if adapter == "base" else f"adapter {adapter[:12]}" if adapter else "the model"


def _json(value: Any) -> bytes:
    """What a terminal gave that is no text, such as half a character, becomes a question mark."""
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _require(response: httpx.Response) -> None:
    if response.is_success:
        return
    try:
        raise _refusal(response.status_code, orjson.loads(response.read()))
    except orjson.JSONDecodeError as exc:
        raise GatewayRefused(status=response.status_code, reason="it gave no reason", hint="") from exc


def _refusal(status: int, body: Any) -> GatewayRefused:
    error = body.get("error") if isinstance(body, dict) else None
    reason = str(error.get("message")) if isinstance(error, dict) else "it gave no reason"
    hint = " Give a token with --token or SELFIMPROVE_TOKEN." if status in (401, 403) else ""
    return GatewayRefused(status=status, reason=reason, hint=hint)


def _pieces(response: httpx.Response, answer: Answer) -> Iterator[str]:
    for line in _lines(response):
        if line.startswith(b": this exchange is not kept"):
            answer.is_kept = False
        if not line.startswith(b"data:") or line[5:].strip() == b"[DONE]":
            continue
        event = orjson.loads(line[5:])
        if "error" in event:
            raise _refusal(500, event)
        for choice in event.get("choices") or ():
            answer.finish = choice.get("finish_reason") or answer.finish
            if piece := (choice.get("delta") or {}).get("content"):
                answer.text += piece
                yield piece


def _lines(response: httpx.Response) -> Iterator[bytes]:
    """Lines of the stream by line feeds alone: an answer may hold what else str.splitlines() splits at."""
    rest = b""
    for data in response.iter_bytes():
        *whole, rest = (rest + data).split(b"\n")
        yield from whole
    if rest:
        yield rest
