"""One chat completion by a voice of this house: which chat, who answers it, its pieces on the wire, and kept."""

import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Send

from selfimprove.chats.chat import Message
from selfimprove.chats.errand import is_errand
from selfimprove.gateway import asks, forced_call, legacy, replies, wire
from selfimprove.gateway.ask import Ask, Piece, Voice
from selfimprove.gateway.guard import Visitor
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.parts import Health
from selfimprove.gateway.plan import Rivals
from selfimprove.gateway.shadow import Shadows
from selfimprove.gateway.stream import Working, merged, send_events, send_whole
from selfimprove.gateway.under_way import Record

Turns = tuple[dict[str, Any], ...]
Tell = Callable[[Turns], Awaitable[Turns]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who answers: the adapter's id, "base" or "upstream", the model behind it, what the voice calls the two together,
    what the chat is in an experiment, and which two are to answer it unheard.
    """

    slot: str
    model: str
    called: str
    arm: str | None = None
    rivals: Rivals | None = None


class Voices(Protocol):
    """Who may answer here."""

    def choose(self, name: str, chat_id: str) -> Chosen:
        """Who answers a chat whose client names a model.

        Raises:
            Refusal: 404, nobody is called so.
            ModelUnavailable: who would answer is not there yet.
        """
        ...

    async def health(self) -> Health:
        """Whether an answer can be given now."""
        ...

    async def models(self) -> list[str]:
        """The names that may be given."""
        ...


class Completer:
    """The Answerer whose answers come from a voice, to whom `tell` may add what is remembered; `shadows` are offered
    what was drawn to be answered unheard.
    """

    def __init__(
        self, voice: Voice, voices: Voices, keeping: Keeping, tell: Tell | None = None, shadows: Shadows | None = None
    ) -> None:
        self._voice, self._voices, self._keeping, self._tell, self._shadows = voice, voices, keeping, tell, shadows

    async def health(self) -> Health:
        """Whether the voice can answer now."""
        return await self._voices.health()

    async def models(self) -> list[dict[str, Any]]:
        """Whoever may be named."""
        return [model(name) for name in await self._voices.models()]

    async def answer(self, request: Request, body: dict[str, Any], raw: bytes) -> Response:
        """See Answerer."""
        asked = forced_call.narrowed(wire.read(wire.ChatRequest, body))
        legacy.insist_on_tools(body)
        messages = legacy.turns(body["messages"])
        told = tuple(asks.told(turn) for turn in messages)
        call = forced_call.schema(asked.tools or (), asked.tool_choice)
        record = begin(self._keeping, request, wire.house_form(messages), asked.user, asked.metadata)
        async with self._keeping.whatever_comes(record):
            chosen = self._voices.choose(asked.model, record.thread.root)
        if chosen.arm and is_errand(record.messages):
            chosen = replace(chosen, arm=None, rivals=None)  # no person takes it as an answer
        record.slot, record.model, record.arm = chosen.slot, chosen.model, chosen.arm
        label = replies.Label(record.id, int(time.time()), asked.model)

        async def work(send: Send) -> None:
            async with self._keeping.whatever_comes(record):
                known = await self._tell(told) if self._tell else told
                wanted = [asks.ask(record.id, chosen.called, known, asked, n, call) for n in range(asked.n or 1)]
                if chosen.rivals and self._shadows and record.thread.relation == "new":
                    self._shadows.offer(record.thread.root, chosen.rivals, wanted[0], record.messages)
                pieces = self._pieces(wanted, is_alone=asked.parallel_tool_calls is False)
                if asked.stream:
                    await send_events(send, lambda: headers(record), self._events(record, label, asked, pieces))
                else:
                    await self._whole(send, record, label, asked, pieces)

        return Working(work)

    def _pieces(self, wanted: list[Ask], *, is_alone: bool) -> AsyncGenerator[tuple[int, Piece], None]:
        said = [forced_call.called(self._voice.say(ask), ask) for ask in wanted]
        return merged({index: forced_call.alone(one) if is_alone else one for index, one in enumerate(said)})

    async def _whole(
        self, send: Send, record: Record, label: replies.Label, asked: wire.ChatRequest,
        pieces: AsyncGenerator[tuple[int, Piece], None],
    ) -> None:
        choices = [Choice(index) for index in range(asked.n or 1)]
        async with aclosing(pieces):
            async for index, piece in pieces:
                _note(record, index, piece)
                choices[index].add(piece)
        kept = await record.keep(self._keeping.keeper)
        told = [choice.as_json(record, asked) for choice in choices]
        body = label.completion(told, _usage(record))
        more = {} if kept else {"x-selfimprove-kept": "no"}
        await send_whole(send, 200, {**headers(record), **more, "content-type": "application/json"}, orjson.dumps(body))

    async def _events(
        self, record: Record, label: replies.Label, asked: wire.ChatRequest,
        pieces: AsyncGenerator[tuple[int, Piece], None],
    ) -> AsyncGenerator[bytes, None]:
        begun: Counter[int] = Counter()  # what each choice has told of calls; those that began are in it
        async with aclosing(pieces):
            async for index, piece in pieces:
                _note(record, index, piece)
                if len(record.finishes) == (asked.n or 1) and not await record.keep(self._keeping.keeper):
                    yield replies.NOT_KEPT
                for part in _parts(piece):
                    yield _chunk(label, index, part, asked, begun.get(index))
                    begun[index] += len(part.tool_calls)
        if asked.stream_options and asked.stream_options.include_usage:
            yield label.usage_chunk(_usage(record))
        yield replies.DONE


class Choice:
    """One of the answers while it comes."""

    def __init__(self, index: int) -> None:
        self._index = index
        self._pieces: list[Piece] = []

    def add(self, piece: Piece) -> None:
        """Its next piece."""
        self._pieces.append(piece)

    def as_json(self, record: Record, asked: wire.ChatRequest) -> dict[str, Any]:
        """The whole choice."""
        calls = [call for piece in self._pieces for call in piece.tool_calls]
        text = record.text(self._index)
        message = {"role": "assistant", "content": text if text or not calls else None, "refusal": None}
        scores = [score for piece in self._pieces for score in piece.scores]
        return {
            "index": self._index, "message": {**message, "tool_calls": calls} if calls else message,
            "logprobs": replies.logprobs(scores) if asked.logprobs else None,
            "finish_reason": record.finishes.get(self._index, "stop"),
        }


def begin(
    keeping: Keeping, request: Request, messages: tuple[Message, ...], user: str | None, metadata: dict[str, Any] | None
) -> Record:
    """The record of an exchange that begins."""
    named = (metadata or {}).get("chat_id")
    given = request.headers.get("x-selfimprove-chat") or (named if isinstance(named, str) else None)
    visitor: Visitor = request.state.visitor
    find = partial(keeping.keeper.chat_of, messages, given, f"{visitor.id}/{user or ''}", visitor.guest)
    return Record(f"chatcmpl-{os.urandom(16).hex()}", find, messages, user=user)


def headers(record: Record) -> dict[str, str]:
    """What the client is told of an exchange beside the answer."""
    return {
        "x-selfimprove-chat": record.thread.chat_id, "x-selfimprove-adapter": record.slot,
        "x-selfimprove-completion": record.id,
    }


def model(name: str, owner: str = "selfimprove") -> dict[str, Any]:
    """An entry of the list of models."""
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}


def _note(record: Record, index: int, piece: Piece) -> None:
    record.hear(index, piece.text)
    if piece.finish:
        record.finishes[index] = piece.finish
        record.count(piece.prompt_tokens, piece.completion_tokens)


def _usage(record: Record) -> dict[str, int]:
    return replies.usage(record.prompt_tokens or 0, record.completion_tokens or 0)


def _parts(piece: Piece) -> Iterator[Piece]:
    """What is told of a piece, each in a chunk: why an answer ended comes behind its calls, as OpenAI sends it, whose
    clients take a call for whole at the end that follows it.
    """
    if piece.tool_calls and piece.finish:
        yield replace(piece, finish=None)
        yield Piece("", finish=piece.finish)
    elif piece.text or piece.finish or piece.scores or piece.tool_calls:
        yield piece


def _chunk(label: replies.Label, index: int, piece: Piece, asked: wire.ChatRequest, called: int | None) -> bytes:
    """`called` are the calls that this choice has told before, None where it has told nothing."""
    is_first = called is None
    delta: dict[str, Any] = {"role": "assistant"} if is_first else {}
    if piece.text or is_first:
        delta["content"] = piece.text or (None if piece.tool_calls else "")
    if piece.tool_calls:
        delta["tool_calls"] = [{"index": at, **call} for at, call in enumerate(piece.tool_calls, called or 0)]
    scores = {"logprobs": replies.logprobs(piece.scores)} if asked.logprobs and piece.scores else {}
    return label.chunk(index, delta, finish_reason=piece.finish, **scores)
