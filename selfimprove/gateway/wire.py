"""What clients send, in OpenAI's form. Fields that are not here are let through: an upstream may know them."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from selfimprove.chats.chat import Message
from selfimprove.chats.formats.turns import turns
from selfimprove.chats.unreadable import Unreadable
from selfimprove.gateway.refusal import Refusal

MOST_MESSAGES = 10_000
MOST_PARTS = 10_000  # of a message
MOST_INSIDE = 50_000  # lists and objects of a request; each takes a few microseconds in which nobody else is answered
DEEPEST = 200  # orjson writes no deeper than 254
Text = Annotated[str, StringConstraints(max_length=2_000_000)]
Stop = Annotated[str, StringConstraints(max_length=1000)]  # what could begin one is held, and looked at with each token
TokenId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,9}$")]
Most = Annotated[  # -1 is how llama.cpp and LM Studio say that there is no limit
    Annotated[int, Field(ge=1, lt=2**31)] | None, BeforeValidator(lambda value: None if value == -1 else value),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "exclusiveMaximum": 2**31}, {"const": -1},
                              {"type": "null"}]}),
]  # fmt: skip
Bias = Annotated[float, Field(ge=-100, le=100)]
Model = TypeVar("Model", bound=BaseModel)


class Wire(BaseModel):
    """A JSON object whose numbers are numbers and whose texts are texts; further fields are kept and not looked at."""

    model_config = ConfigDict(extra="allow", strict=True)


class Part(Wire):
    """A part of a message's content."""

    type: str
    text: Text | None = None


class Turn(Wire):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | Annotated[list[Part], Field(min_length=1, max_length=MOST_PARTS)] | None = None
    name: str | None = None
    tool_calls: list[dict[str, Any]] | None = None
    tool_call_id: str | None = None


class StreamOptions(Wire):
    """How to stream."""

    include_usage: bool | None = None


class JsonSchema(Wire):
    """A named JSON schema."""

    name: str = "answer"
    schema_: dict[str, Any] = Field(alias="schema", default_factory=dict)


class ResponseFormat(Wire):
    """What form the answer must have."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class ChatRequest(Wire):
    """A chat completion that is asked for."""

    model: str = "selfimprove"
    messages: list[Turn] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=1, ge=1, le=8)
    stop: Stop | Annotated[list[Stop], Field(max_length=16)] | None = None
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63)
    logprobs: bool | None = False
    top_logprobs: int | None = Field(default=None, ge=0, le=20)
    max_tokens: Most = None
    max_completion_tokens: Most = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, ge=0, le=1)  # 0: the likeliest token
    response_format: ResponseFormat | None = None
    tools: Annotated[list[dict[str, Any]], Field(max_length=1024)] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None  # False: one at most
    frequency_penalty: float | None = Field(default=None, ge=-2, le=2)
    presence_penalty: float | None = Field(default=None, ge=-2, le=2)
    logit_bias: Annotated[dict[TokenId, Bias], Field(max_length=1024)] | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None


class EmbeddingsRequest(Wire):
    """Texts whose embeddings are asked for."""

    model: str = "selfimprove"
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=2048)]
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = Field(default=None, ge=1)
    user: str | None = None


def loads(body: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
        Refusal: 400, it is none.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        raise Refusal(400, f"The body is not JSON: line {exc.lineno}, column {exc.colno}.") from exc
    if not isinstance(value, dict):
        raise Refusal(400, "The body is not a JSON object.")
    if body.count(b"[") + body.count(b"{") > DEEPEST:
        _bound(value)
    return value


def _bound(value: Any) -> None:
    """Refuse lists and objects that stand in each other too deep to be written again, or are too many to look at."""
    level, seen = [value], 0
    for _ in range(DEEPEST):
        found = (inner for outer in level for inner in _inside(outer))
        level = list(islice(found, MOST_INSIDE + 1 - seen))
        seen += len(level)
        if seen > MOST_INSIDE:
            raise Refusal(400, f"The body has more than {MOST_INSIDE} lists and objects.")
        if not level:
            return
    raise Refusal(400, f"The body is JSON more than {DEEPEST} levels deep.")


def _inside(value: Any) -> Iterator[Any]:
    held = value.values() if isinstance(value, dict) else value
    return (one for one in held if isinstance(one, dict | list))


def read(model: type[Model], value: Mapping[str, Any]) -> Model:
    """A request of this form.

    Raises:
        Refusal: 400, it has another; the message names the field and repeats nothing that was sent.
    """
    try:
        return model.model_validate(value)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False, include_input=False)
        # of what may be a text or a list, that it is none of the one says less than what is wrong with the other
        told = next((error for error in errors if error["type"] not in OTHERWISE), errors[0])
        raise wrong(told["loc"], told["msg"], frozenset(model.model_fields)) from exc


def wrong(where: tuple[int | str, ...], what: str, fields: frozenset[str]) -> Refusal:
    """The refusal of a request whose field at this place is wrong; keys that the client made up are not repeated."""
    path = [str(key) for key in where if isinstance(key, int) or key in fields | PARTS]
    param = ".".join(path) or None
    return Refusal(400, f"{param or 'The request'}: {what}", param=param, code="invalid_value")


OTHERWISE = ("string_type", "list_type")
PARTS = frozenset({"role", "content", "text", "type", "json_schema", "schema", "include_usage", "tool_calls", "name"})


def house_form(messages: list[dict[str, Any]], *, skips: bool = False) -> tuple[Message, ...]:
    """The messages as the house keeps them: text alone, and no bare tool calls. With `skips` whatever has no text.

    Raises:
        Refusal: 400, one of them has no text.
    """
    try:
        return turns(messages, "role", "content")
    except Unreadable as exc:
        if skips:
            return tuple(message for one in messages for message in _readable(one))
        where = f" ({exc.detail})" if exc.detail else ""
        raise Refusal(400, f"messages: {exc.reason}{where}", param="messages", code="invalid_value") from exc


def _readable(message: dict[str, Any]) -> tuple[Message, ...]:
    try:
        return turns([message], "role", "content")
    except Unreadable:
        return ()
