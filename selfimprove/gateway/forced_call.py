"""A tool that must be called: the answer is held to a JSON schema of the call, and told as one."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

from selfimprove.gateway.ask import Ask, Piece
from selfimprove.gateway.refusal import Refusal
from selfimprove.gateway.wire import ChatRequest
from selfimprove.models.formats import NAMED, VALUES

Schema = dict[str, Any]
NOTHING: Schema = {"type": "object", "properties": {}, "additionalProperties": False}
ARGUMENTS = re.compile(r'"arguments"\s*:\s*')
MISSING = "It asks for a function that is not among the tools."


def narrowed(asked: ChatRequest) -> ChatRequest:
    """The same request, with the tools alone that a choice of `allowed_tools` names, and its mode as the choice.

    Raises:
        Refusal: 400, one of them is none of those given, or the choice has another form.
    """
    choice = asked.tool_choice
    if not isinstance(choice, dict) or choice.get("type") != "allowed_tools":
        return asked
    allowed = choice.get("allowed_tools")
    named = allowed.get("tools") if isinstance(allowed, dict) else None
    if not isinstance(allowed, dict) or not isinstance(named, list) or allowed.get("mode") not in ("auto", "required"):
        raise _refused("`allowed_tools` has a mode, 'auto' or 'required', and a list of tools.")
    given = {_name(tool): tool for tool in asked.tools or ()}
    names = [_name(tool) for tool in named]
    if not names or None in names or not set(names) <= set(given):
        raise _refused(MISSING)
    return asked.model_copy(update={"tools": [given[name] for name in names], "tool_choice": allowed["mode"]})


def schema(tools: Sequence[dict[str, Any]], choice: str | dict[str, Any] | None) -> Schema | None:
    """What a call is, as an object of "name" and "arguments"; None where the model may choose whether to call any.

    Raises:
        Refusal: 400, the tool that must be called is none of those given.
    """
    if choice in (None, "auto", "none"):
        return None
    functions = [tool["function"] for tool in tools if isinstance(tool.get("function"), dict)]
    if isinstance(choice, dict):
        wanted = choice.get("function")
        name = wanted.get("name") if isinstance(wanted, dict) else None
        functions = [function for function in functions if function.get("name") == name]
    elif choice != "required":
        raise _refused("It is 'none', 'auto', 'required' or a function.")
    if not functions or not all(isinstance(function.get("name"), str) for function in functions):
        raise _refused(MISSING)
    calls = [_call(number, function["name"]) for number, function in enumerate(functions)]
    return {"$defs": {str(n): _parameters(n, one) for n, one in enumerate(functions)}, "anyOf": calls}


async def called(pieces: AsyncIterator[Piece], ask: Ask) -> AsyncGenerator[Piece, None]:
    """The pieces of a voice; of one that must call a tool, the call in place of its text, whole and at the end.

    What is no call, since it was cut short, stays text.
    """
    text = ""
    async for piece in pieces:
        text += piece.text
        if not ask.is_call:
            yield piece
        elif piece.finish:
            yield _ended(piece, text, ask.id)
        else:
            yield replace(piece, text="")


async def alone(pieces: AsyncIterator[Piece]) -> AsyncGenerator[Piece, None]:
    """The pieces of a voice with the first call alone, for a client that can follow no more at a time."""
    has_called = False
    async for piece in pieces:
        calls = () if has_called else piece.tool_calls[:1]
        has_called = has_called or bool(calls)
        yield replace(piece, tool_calls=calls)


def _name(tool: object) -> str | None:
    function = tool.get("function") if isinstance(tool, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None


def _ended(last: Piece, text: str, name: str) -> Piece:
    try:
        said = json.loads(text)
        function = {"name": str(said["name"]), "arguments": _raw(text)}
    except (ValueError, LookupError, TypeError, RecursionError):
        return replace(last, text=text)
    call = {"id": f"call_{name[-20:]}", "type": "function", "function": function}
    return replace(last, text="", finish="tool_calls" if last.finish == "stop" else last.finish, tool_calls=(call,))


def _raw(text: str) -> str:
    """The arguments as they were written: numbers may be longer than those of a computer."""
    begun = ARGUMENTS.search(text)
    return text[begun.end() :].rstrip().removesuffix("}").rstrip() if begun else "{}"


def _call(number: int, name: str) -> Schema:
    properties = {"name": {"const": name}, "arguments": {"$ref": f"#/$defs/{number}"}}
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _parameters(number: int, function: dict[str, Any]) -> Any:
    """A function's own schema, whose references begin where it stands now."""
    return _moved(function.get("parameters") or NOTHING, f"#/$defs/{number}")


def _moved(value: Any, root: str) -> Any:
    if isinstance(value, list):
        return [_moved(one, root) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: _part(name, one, root) for name, one in value.items() if name != "$id"}


def _part(name: str, value: Any, root: str) -> Any:
    if name in NAMED and isinstance(value, dict):
        return {key: _moved(one, root) for key, one in value.items()}
    if name == "$ref" and isinstance(value, str):
        return root + value[1:] if value == "#" or value.startswith("#/") else value
    return value if name in VALUES else _moved(value, root)


def _refused(why: str) -> Refusal:
    return Refusal(400, f"This tool_choice cannot be met. {why}", param="tool_choice")
