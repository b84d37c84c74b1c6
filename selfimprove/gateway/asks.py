"""A request in OpenAI's form as what is asked of a voice."""

from collections.abc import Mapping
from typing import Any

from selfimprove.gateway import wire
from selfimprove.gateway.ask import Ask
from selfimprove.gateway.refusal import Refusal

MAX_TOKENS = 2048
TEMPERATURE = 0.7  # where the client names none
ANY_JSON: dict[str, Any] = {"type": "object"}


def ask(
    name: str, slot: str, messages: tuple[dict[str, Any], ...], asked: wire.ChatRequest, index: int,
    call: dict[str, Any] | None = None,
) -> Ask:  # fmt: skip
    """The answer of this index among those that are wanted; each has a seed of its own.

    `call` is the schema of a tool's call that must be made.
    """
    stop = [asked.stop] if isinstance(asked.stop, str) else asked.stop or []
    tools = () if asked.tool_choice == "none" else tuple(asked.tools or ())
    return Ask(
        id=f"{name}-{index}", slot=slot, messages=messages,
        max_tokens=asked.max_completion_tokens or asked.max_tokens or MAX_TOKENS,
        temperature=TEMPERATURE if asked.temperature is None else asked.temperature,
        top_p=1.0 if asked.top_p is None else asked.top_p, seed=None if asked.seed is None else asked.seed + index,
        stop=tuple(text for text in stop if text), top_logprobs=(asked.top_logprobs or 0) if asked.logprobs else None,
        tools=tools, schema=_schema(asked.response_format) if call is None else call, is_call=call is not None,
        frequency_penalty=asked.frequency_penalty or 0.0, presence_penalty=asked.presence_penalty or 0.0,
        logit_bias=asked.logit_bias or {},
    )  # fmt: skip


def told(turn: Mapping[str, Any]) -> dict[str, Any]:
    """A message as chat templates know it: content as one text, developers as the system.

    Raises:
        Refusal: 400, a part of it is no text.
    """
    content = turn.get("content")
    if isinstance(content, list):
        if any(part.get("type") not in ("text", "input_text") for part in content):
            raise Refusal(400, "This model reads text alone.", param="messages", code="unsupported_content")
        content = "\n".join(part.get("text") or "" for part in content)
    role = {"developer": "system", "function": "tool"}.get(turn["role"], turn["role"])
    return {**turn, "role": role, "content": content or ""}


def _schema(wanted: wire.ResponseFormat | None) -> dict[str, Any] | None:
    if wanted is None or wanted.type == "text":
        return None
    return ANY_JSON if wanted.json_schema is None or wanted.type == "json_object" else wanted.json_schema.schema_
