"""Ollama's own interface as a voice: `/api/chat` in, its JSON lines out."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import aiohttp
import orjson

from selfimprove.errors import UpstreamDown
from selfimprove.gateway.ask import UPSTREAM, Ask, Finish, Piece, score
from selfimprove.gateway.complete import Chosen
from selfimprove.gateway.parts import NAME, Health
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.upstream import LOOK_SECONDS, LOST, reason, session
from selfimprove.settings import Settings

ENDINGS: dict[str, Finish] = {"stop": "stop", "length": "length"}
KNOWN_SECONDS = 30.0  # so long the list of models is taken as it was


def is_native(url: str) -> bool:
    """Whether an upstream's address names Ollama's own interface."""
    return url.startswith("ollama+") or url.rstrip("/").endswith("/api/chat")


class Ollama:
    """The Voice, and the Voices, of an Ollama server."""

    def __init__(self, settings: Settings) -> None:
        assert settings.upstream_url
        self._root = settings.upstream_url.removeprefix("ollama+").rstrip("/").removesuffix("/api/chat")
        self._model, self._key = settings.upstream_model, settings.upstream_key or ""
        self._opened: aiohttp.ClientSession | None = None
        self._listed: tuple[float, list[str]] = (0.0, [])

    async def close(self) -> None:
        """Give the connections back."""
        if self._opened:
            await self._opened.close()

    def choose(self, name: str, chat_id: str) -> Chosen:
        """The model that the client names; for our own name the one that is set, or else the first there is."""
        called = self._model if name == NAME else name
        return Chosen(UPSTREAM, called or "ollama", called)

    async def health(self) -> Health:
        """Whether it lists its models."""
        try:
            await self._names()
        except UpstreamDown as exc:
            return Health(False, str(exc))
        return Health(True)

    async def models(self) -> list[str]:
        """Our own name, and what it has."""
        return [NAME, *await self._names()]

    async def say(self, ask: Ask) -> AsyncIterator[Piece]:
        """See Voice.

        Raises:
            UpstreamDown: it cannot be reached, fails, or breaks off.
            Refusal: it does not take the request.
        """
        body = orjson.dumps(request(ask, ask.slot or next(iter(await self._names()), "")))
        try:
            async with self._session().post(f"{self._root}/api/chat", data=body, allow_redirects=False) as reply:
                await _require(reply)
                async for piece in _pieces(reply.content, ask.id):
                    yield piece
        except LOST as exc:
            raise UpstreamDown(reason=reason(exc)) from exc

    async def _names(self) -> list[str]:
        at, names = self._listed
        if time.monotonic() - at > KNOWN_SECONDS:
            limit = aiohttp.ClientTimeout(total=LOOK_SECONDS)
            try:
                async with self._session().get(f"{self._root}/api/tags", timeout=limit, allow_redirects=False) as reply:
                    names = [str(row["name"]) for row in orjson.loads(await reply.read())["models"]]
            except (*LOST, ValueError, LookupError, TypeError) as exc:
                raise UpstreamDown(reason=reason(exc)) from exc
            self._listed = time.monotonic(), names
        return names

    def _session(self) -> aiohttp.ClientSession:
        self._opened = self._opened or session(self._key)
        return self._opened


def request(ask: Ask, model: str) -> dict[str, Any]:
    """What Ollama is asked.

    Raises:
        Refusal: 400, it knows no such thing.
    """
    if ask.logit_bias:
        raise Refusal(400, "Ollama knows no logit_bias.", param="logit_bias", code="unsupported_parameter")
    options = {
        "temperature": ask.temperature, "top_p": ask.top_p, "seed": ask.seed, "num_predict": ask.max_tokens,
        "stop": list(ask.stop) or None, "frequency_penalty": ask.frequency_penalty or None,
        "presence_penalty": ask.presence_penalty or None,
    }
    wanted: dict[str, Any] = {"format": ask.schema, "tools": list(ask.tools) or None}
    if ask.top_logprobs is not None:
        wanted |= {"logprobs": True, "top_logprobs": ask.top_logprobs}
    return {
        "model": model, "messages": [_message(turn) for turn in ask.messages], "stream": True,
        "options": {name: value for name, value in options.items() if value is not None},
        **{name: value for name, value in wanted.items() if value is not None},
    }


def _message(turn: Mapping[str, Any]) -> dict[str, Any]:
    """A message as Ollama knows it: arguments of tool calls are objects there."""
    message = {"role": turn["role"], "content": turn["content"]}
    if turn.get("tool_calls"):
        message["tool_calls"] = [{"function": _function(call)} for call in turn["tool_calls"]]
    return message


def _function(call: Mapping[str, Any]) -> dict[str, Any]:
    function = call.get("function") or {}
    try:
        arguments = orjson.loads(function.get("arguments") or "{}")
    except (orjson.JSONDecodeError, TypeError) as exc:
        raise Refusal(400, "The arguments of a tool call are not JSON.", param="messages") from exc
    return {"name": function.get("name"), "arguments": arguments}


async def _require(reply: aiohttp.ClientResponse) -> None:
    if reply.status == 404:
        raise Refusal(404, "The upstream has no such model.", param="model", code="model_not_found")
    if 400 <= reply.status < 500:
        raise Refusal(400, f"The upstream does not take this request (status {reply.status}).")
    if reply.status != 200:
        raise UpstreamDown(reason=f"it answered with status {reply.status}")


async def _pieces(lines: aiohttp.StreamReader, name: str) -> AsyncGenerator[Piece, None]:
    is_over, called = False, 0
    async for line in lines:
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)
            message = value.get("message") or {}
            calls = tuple(_call(one, f"{name}-{at}") for at, one in enumerate(message.get("tool_calls") or (), called))
            called, is_over = called + len(calls), bool(value.get("done"))
            yield _piece(value, message, calls, called > 0)
        except (ValueError, AttributeError, LookupError, TypeError) as exc:
            raise UpstreamDown(reason="what it answered with is no line of a chat") from exc
    if not is_over:
        raise UpstreamDown(reason="it broke off in the middle of an answer")


def _piece(value: Mapping[str, Any], message: Mapping[str, Any], calls: Any, has_called: bool) -> Piece:
    if "error" in value:
        raise UpstreamDown(reason="it reported an error in the middle of an answer")
    finish: Finish | None = None
    if value.get("done"):
        finish = "tool_calls" if has_called else ENDINGS.get(str(value.get("done_reason")), "stop")
    scores = tuple(map(score, value.get("logprobs") or ()))
    prompt, completion = value.get("prompt_eval_count") or 0, value.get("eval_count") or 0
    return Piece(message.get("content") or "", scores, finish, prompt, completion, calls)


def _call(call: Mapping[str, Any], id: str) -> dict[str, Any]:
    function = call["function"]
    arguments = orjson.dumps(function.get("arguments") or {}).decode()
    return {"id": f"call_{id}", "type": "function", "function": {"name": function["name"], "arguments": arguments}}
