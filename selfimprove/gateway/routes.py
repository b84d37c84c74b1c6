"""What OpenAI's clients ask: completions, models, embeddings; and what those who watch the gateway ask."""

import logging
from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from selfimprove.gateway import embedding, feedback, metrics, schemas, wire
from selfimprove.gateway.describe import takes
from selfimprove.gateway.guard import Visitor, needs, require
from selfimprove.gateway.parts import Parts
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.repeated import Repeated, said

log = logging.getLogger("selfimprove.gateway")
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": schemas.Error, "description": text}
    for status, text in {
        400: "the request has another form", 401: "no valid token",
        403: "the token lacks the scope, or the page may not ask",
        408: "the request did not come to its end", 413: "too long", 429: "too many", 500: "something went wrong here",
        503: "nobody answers now; Retry-After tells when to ask again",
    }.items()
}
COMPRESSED: dict[int | str, dict[str, Any]] = {
    415: {"model": schemas.Error, "description": "the body is compressed"}
}
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": schemas.Error, "description": "no such model"}}
CHAT = "/v1/chat/completions"
Chatting = Annotated[Visitor, Depends(needs("chat"))]
UNWELL = Repeated()
router = APIRouter(responses=REFUSALS)


def parts(request: Request) -> Parts:
    """What this gateway is put together from."""
    found: Parts = request.app.state.parts
    return found


class Counted(Response):
    """A response whose sending counts as an answer under way."""

    def __init__(self, inner: Response, house: Parts, visitor: Visitor) -> None:
        super().__init__()
        self._inner, self._house, self._visitor = inner, house, visitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, if the visitor may have one more."""
        with self._house.limits.answering(self._visitor.id), metrics.ANSWERING.track_inprogress():
            await self._inner(scope, receive, send)


@router.post(
    CHAT, openapi_extra=takes(wire.ChatRequest),
    responses={**UNKNOWN, **COMPRESSED, 200: {"model": schemas.ChatCompletion, "content": {"text/event-stream": {}},
                                "description": "the answers; with `stream` as server-sent events"}},
)
async def chat_completions(request: Request, visitor: Chatting) -> Response:
    """Answer a chat; the exchange is kept before the answer ends."""
    raw = await _body(request)
    house = parts(request)
    return Counted(await house.answerer.answer(request, wire.loads(raw), raw), house, visitor)


CHAT_ROUTE = router.routes[-1]


def chatting(scope: Scope) -> Visitor:
    """Who asks, on the way past the framework."""
    return require("chat", scope["state"]["visitor"])


@router.get("/v1/models/", response_model=schemas.Models, include_in_schema=False)
@router.get("/v1/models", response_model=schemas.Models)
async def models(request: Request, visitor: Chatting) -> Any:
    """Who can be asked."""
    return {"object": "list", "data": await parts(request).answerer.models()}


@router.get("/v1/models/{name:path}", response_model=schemas.Model, responses=UNKNOWN)
async def model(request: Request, visitor: Chatting, name: Annotated[str, Path(min_length=1)]) -> Any:
    """One of those who can be asked."""
    found = [row for row in await parts(request).answerer.models() if row["id"] == name]
    if not found:
        raise Refusal(404, "There is no such model; GET /v1/models lists them.", param="model", code="model_not_found")
    return found[0]


@router.post("/v1/embeddings", openapi_extra=takes(wire.EmbeddingsRequest),
             responses={**COMPRESSED, 200: {"model": schemas.Embeddings, "description": "an embedding for each text"}})
async def embeddings(request: Request, visitor: Chatting) -> Response:
    """Embeddings by all-MiniLM-L6-v2, on this machine."""
    wanted = embedding.asked(wire.loads(await _body(request)))  # not kept, as `request.body()` is
    return embedding.answer(parts(request).embed, wanted)


@router.post(
    "/v1/feedback", openapi_extra=takes(feedback.Feedback), response_model=schemas.Reacted,
    responses={**COMPRESSED,
               202: {"model": schemas.Reacted, "description": "kept, until the database knows the answer"},
               404: {"model": schemas.Error, "description": "no such answer"}},
)
async def react(request: Request, visitor: Annotated[Visitor, Depends(needs("feedback"))]) -> Response:
    """Say what was good or bad of an answer; a correction is what tonight learns from."""
    said = wire.read(feedback.Feedback, wire.loads(await request.body()))
    reaction = feedback.reaction(said, datetime.now(UTC), f"{visitor.id}/{said.user or ''}")
    found = await parts(request).keeper.react(reaction)
    if found == "unknown":
        raise Refusal(404, "No such answer was given here.", code="answer_not_found")
    if found == "full":
        raise Refusal(503, "Nothing can be kept now; `selfimprove doctor` says why.", code="not_kept", retry_after=60)
    return Response(orjson.dumps({"status": found}), 200 if found == "kept" else 202, media_type="application/json")


@router.get("/healthz", response_model=schemas.Health, responses={503: {"model": schemas.Health}})
async def healthz(request: Request) -> Response:
    """Whether an answer can be given now; anybody may ask, and who has no token where one is needed is not told why."""
    found = await parts(request).answerer.health()
    detail = found.detail if request.state.visitor else ""
    if not found.ok:
        more = UNWELL.more("healthz")
        if more is not None:
            log.info("No answer can be given now: %s%s", found.detail, said(more))
    body = {"status": "ok" if found.ok else "unavailable", "detail": detail}
    retry = {} if found.ok else {"retry-after": str(int(found.retry_after) + 1)}
    return Response(orjson.dumps(body), 200 if found.ok else 503, retry, "application/json")


@router.get("/metrics", responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
            dependencies=[Depends(needs("review"))], response_class=Response)
async def figures() -> Response:
    """The gateway's figures, for Prometheus."""
    return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


async def _body(request: Request) -> bytes:
    """What `request.body()` gives, in a few microseconds where it came in one piece."""
    message = await request.receive()
    pieces: list[bytes] = [message.get("body", b"")]
    while message.get("more_body"):
        message = await request.receive()
        pieces.append(message.get("body", b""))
    return b"".join(pieces)
