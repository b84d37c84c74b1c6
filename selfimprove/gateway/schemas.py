"""What clients get, as OpenAPI tells it; `replies` makes it."""

from typing import Any, Literal

from pydantic import BaseModel, Field


class ErrorBody(BaseModel):
    """Why there is no answer."""

    message: str
    type: str
    param: str | None
    code: str | None


class Error(BaseModel):
    """An error, as OpenAI's clients read it."""

    error: ErrorBody


class Scored(BaseModel):
    """A token with its log-probability."""

    token: str
    logprob: float
    bytes: list[int] | None


class Likely(Scored):
    """A token that was chosen, and the likeliest in its place."""

    top_logprobs: list[Scored]


class Logprobs(BaseModel):
    """Log-probabilities of an answer."""

    content: list[Likely] | None
    refusal: None = None


class Answered(BaseModel):
    """An answer's message."""

    role: Literal["assistant"]
    content: str | None
    refusal: str | None = None
    tool_calls: list[dict[str, Any]] | None = None


class Choice(BaseModel):
    """One of the answers."""

    index: int
    message: Answered
    logprobs: Logprobs | None = None
    finish_reason: str | None


class Usage(BaseModel):
    """Tokens read and written."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class ChatCompletion(BaseModel):
    """Answers to a chat."""

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[Choice]
    usage: Usage | None = None


class Model(BaseModel):
    """Somebody who can be asked."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class Models(BaseModel):
    """Everybody who can be asked."""

    object: Literal["list"]
    data: list[Model]


class Embedding(BaseModel):
    """One text's embedding: numbers, or float32 in base64."""

    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingsUsage(BaseModel):
    """Roughly the tokens read."""

    prompt_tokens: int
    total_tokens: int


class Embeddings(BaseModel):
    """Embeddings of unit length."""

    object: Literal["list"]
    model: str
    data: list[Embedding]
    usage: EmbeddingsUsage


class Health(BaseModel):
    """Whether an answer can be given."""

    status: Literal["ok", "unavailable"]
    detail: str = Field(description="why not")


class Reacted(BaseModel):
    """What became of a reaction: `pending` counts once the database knows the answer it is about."""

    status: Literal["kept", "pending"]
