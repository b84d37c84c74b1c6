"""OpenAI's chat-completions JSON: built and read here, known nowhere else."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

TEMPERATURE = 0.7  # of a request with a seed: without it, asking again would be asking once


def completions_url(url: str) -> str:
    """Where to post: accepts a server's root, its `/v1` base or the full address."""
    base = url.rstrip("/")
    if base.endswith("/chat/completions"):
        return base
    return f"{base}/chat/completions" if urlsplit(base).path else f"{base}/v1/chat/completions"


def authorization(key: str) -> dict[str, str]:
    """The headers that carry the key; none when there is no key."""
    return {"authorization": f"Bearer {key}"} if key else {}


def completion_request(
    model: str,
    messages: Sequence[Mapping[str, str]],
    *,
    max_tokens: int,
    schema: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """A request: greedy, or sampled when it has a seed; with a schema the server is asked for JSON that fits it."""
    request: dict[str, Any] = {
        "model": model, "messages": [dict(message) for message in messages], "temperature": 0, "max_tokens": max_tokens,
    }
    if seed is not None:
        request |= {"temperature": TEMPERATURE, "seed": seed}
    if schema is not None:
        named = {"name": schema["title"], "strict": True, "schema": dict(schema)}
        request["response_format"] = {"type": "json_schema", "json_schema": named}
    return request


def completion_text(body: object) -> str | None:
    """The assistant's text in a completion, or None when the body is not one."""
    match body:
        case {"choices": [{"message": {"content": str(text)}}, *_]}:
            return text
    return None
