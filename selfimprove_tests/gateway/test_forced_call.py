"""A tool that must be called: what the answer is held to, and how it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import jsonschema
import pytest

from selfimprove.gateway.ask import Ask, Piece
from selfimprove.gateway.forced_call import called, schema
from selfimprove.gateway.refusal import Refusal

CITY = {"$defs": {"city": {"type": "string", "minLength": 2}}, "type": "object",
        "properties": {"city": {"$ref": "#/$defs/city"}, "near": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["city"]}  # fmt: skip
FORM = {"$id": "https://example.com/form", "properties": {"form": {"const": {"$ref": "#/x"}}}, "required": ["form"]}
ODD = {"$defs": {"x": {"type": "integer"}}, "properties": {"default": {"$ref": "#/$defs/x"}, "$id": {"type": "string"}},
       "required": ["default", "$id"]}  # fmt: skip
TOOLS = [
    {"type": "function", "function": {"name": "weather", "parameters": CITY}},
    {"type": "function", "function": {"name": "now"}},
    {"type": "function", "function": {"name": "place", "parameters": FORM}},
    {"type": "function", "function": {"name": "odd", "parameters": ODD}},
]


def chosen(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


@pytest.mark.parametrize("choice", [None, "auto", "none"])
def test_a_model_that_may_choose_is_held_to_nothing(choice: str | None) -> None:
    assert schema(TOOLS, choice) is None


@pytest.mark.parametrize(
    ("choice", "call", "fits"),
    [
        ("required", {"name": "now", "arguments": {}}, True),
        ("required", {"name": "weather", "arguments": {"city": "Ulm", "near": [{"city": "Bonn"}]}}, True),
        ("required", {"name": "weather", "arguments": {"city": "U"}}, False),
        ("required", {"name": "weather", "arguments": {"city": "Ulm", "near": [{}]}}, False),
        ("required", {"name": "news", "arguments": {}}, False),
        ("required", {"name": "now"}, False),
        (chosen("now"), {"name": "now", "arguments": {"any": 1}}, False),
        (chosen("place"), {"name": "place", "arguments": {"form": {"$ref": "#/x"}}}, True),
        (chosen("odd"), {"name": "odd", "arguments": {"default": 1, "$id": "a"}}, True),
        (chosen("odd"), {"name": "odd", "arguments": {"default": 1, "$id": 2}}, False),
        (chosen("now"), {"name": "weather", "arguments": {"city": "Ulm"}}, False),
        (chosen("weather"), {"name": "weather", "arguments": {"city": "Ulm"}, "more": 1}, False),
    ],
)
def test_a_call_has_a_tool_s_name_and_its_arguments(choice: Any, call: dict[str, Any], fits: bool) -> None:
    found = jsonschema.Draft202012Validator(schema(TOOLS, choice)).is_valid(call)
    assert found is fits


@pytest.mark.parametrize("choice", ["any", chosen("news"), {"type": "function"}, {"function": "now"}])
def test_a_tool_that_is_not_there_is_refused(choice: Any) -> None:
    with pytest.raises(Refusal, match="tool_choice cannot be met"):
        schema(TOOLS, choice)
    with pytest.raises(Refusal, match="not among the tools"):
        schema([], "required")


def heard(ask: Ask, *pieces: Piece) -> list[Piece]:
    async def said() -> AsyncIterator[Piece]:
        for piece in pieces:
            yield piece

    async def all_of_it() -> list[Piece]:
        return [piece async for piece in called(said(), ask)]

    return asyncio.run(all_of_it())


def asked(is_call: bool = True) -> Ask:
    return Ask("chatcmpl-1-0", "base", (), 9, is_call=is_call)


def test_the_call_comes_whole_in_place_of_its_text() -> None:
    *before, last = heard(asked(), Piece('{"name":"now",'), Piece('"arguments":{"a":[1]}}'), Piece("", finish="stop"))
    assert [piece.text for piece in before] == ["", ""]
    assert (last.text, last.finish) == ("", "tool_calls")
    [call] = last.tool_calls
    assert (call["type"], call["function"]["name"]) == ("function", "now")
    assert json.loads(call["function"]["arguments"]) == {"a": [1]}


@pytest.mark.parametrize(
    "given", ['{"n":12345678901234567890123,"x":1E2}', '{ "arguments": {"a": "}"} }', '["\\ud800"]']
)
def test_arguments_are_told_as_they_were_written(given: str) -> None:
    *_, last = heard(asked(), Piece(f'{{"name": "now", "arguments": {given} }}'), Piece("", finish="stop"))
    assert last.tool_calls[0]["function"]["arguments"] == given


def test_a_call_that_was_cut_short_stays_text() -> None:
    *_, last = heard(asked(), Piece('{"name":"no'), Piece("", finish="length"))
    assert (last.text, last.finish, last.tool_calls) == ('{"name":"no', "length", ())


def test_what_is_nested_deeper_than_can_be_read_stays_text() -> None:
    deep = '{"name":"now","arguments":' + "[" * 3000
    *_, last = heard(asked(), Piece(deep), Piece("", finish="length"))
    assert (last.text, last.finish, last.tool_calls) == (deep, "length", ())


def test_any_other_answer_is_let_through() -> None:
    pieces = [Piece('{"name":"now","arguments":{}}'), Piece("", finish="stop")]
    assert heard(asked(is_call=False), *pieces) == pieces
