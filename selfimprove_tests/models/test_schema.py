"""Only what a schema allows is left to be said."""

import json
from collections.abc import Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from selfimprove.errors import SchemaUnusable
from selfimprove.gateway.forced_call import schema
from selfimprove.models import formats, mlx
from selfimprove.models.schema import LONGEST, Schemas, Trial

COLOUR = {"enum": ["red", "blue"]}
SECRET = "zanzibarsecret42"
TEXT = {"type": "string"}


def deep(levels: int) -> dict[str, Any]:
    """Lists of lists of texts."""
    return {"type": "array", "items": deep(levels - 1)} if levels else TEXT


def record(size: int, **more: Any) -> dict[str, Any]:
    """An object with so many properties."""
    kinds = ("string", "integer", "boolean", "number")
    properties = {f"p{n}": {"type": kinds[n % 4], "description": "What it is about."} for n in range(size)}
    required = [*properties][::2]
    return {"type": "object", "properties": {**properties, **more}, "required": required, "additionalProperties": False}


def tools(number: int, size: int) -> list[dict[str, Any]]:
    """Functions, all of as many parameters."""
    return [{"type": "function", "function": {"name": f"do{n}", "parameters": record(size)}} for n in range(number)]


PYDANTIC = {
    "$defs": {
        "Street": {"type": "object", "title": "Street", "required": ["name"],
                   "properties": {"name": TEXT, "zip": {**TEXT, "pattern": r"^\d{5}(-\d{4})?$"}}},
        "Kind": {"enum": ["a", "b", "c"], "type": "string", "title": "Kind"},
    },
    "type": "object", "title": "Person", "required": ["name", "age"],
    "properties": {
        "name": {**TEXT, "minLength": 1, "maxLength": 80}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
        "streets": {"type": "array", "items": {"$ref": "#/$defs/Street"}},
        "kind": {"anyOf": [{"$ref": "#/$defs/Kind"}, {"type": "null"}], "default": None},
        "score": {"type": "number", "exclusiveMinimum": 0},
    },
}  # fmt: skip
TREE = {"$defs": {"N": record(2, kids={"type": "array", "items": {"$ref": "#/$defs/N"}})}, "$ref": "#/$defs/N"}
PATTERNS = [r"^\+?[0-9 ()-]{6,20}$", "^[a-z0-9]+(?:-[a-z0-9]+)*$", "^[0-9a-f]{64}$", r"^[^@\s]+@[^@\s]+\.[^@\s]{2,}$",
            r"^\p{L}[\p{L} '-]{0,99}$", "foo"]  # fmt: skip
FORMATS = ("date", "time", "date-time", "email", "uuid", "ipv4", "ipv6", "uri", "hostname", "duration")
ORDINARY: dict[str, dict[str, Any]] = {
    **{f"{size} parameters": record(size) for size in (5, 10, 20, 40, 60, 200)},
    **{f"{number} tools": schema(tools(number, 12), "required") or {} for number in (1, 20, 128)},
    **{format: {**TEXT, "format": format} for format in FORMATS},
    **{f"format {name}": record(1, format={**TEXT, "format": name}) for name in ("binary", "password", "cuid2")},
    **{f"{levels} lists deep": deep(levels) for levels in (3, 30)},
    **{f"up to {length} characters": {**TEXT, "maxLength": length} for length in (80, 5000, 100_000)},
    "pydantic": PYDANTIC,
    "tree": TREE,
    "enum": record(1, country={"enum": [f"country {n}" for n in range(200)]}),
    "long enum": {"enum": [f"The value number {n}" for n in range(1000)]},
    "patterns": record(1, **{str(n): {**TEXT, "pattern": one} for n, one in enumerate(PATTERNS)}),
    "records": {"type": "array", "items": record(5), "minItems": 1, "maxItems": 100},
    "one of several": {"anyOf": [record(6, kind={"const": f"k{n}"}) for n in range(20)]},
    "all of two": {"allOf": [{"type": "object", "properties": {one: TEXT}, "required": [one]} for one in "ab"]},
    "numbers": record(1, few={"type": "integer", "multipleOf": 5}, part={"type": "number", "minimum": 0, "maximum": 1}),
    "anything": {},
}
HOSTILE = {
    "intersections": {"allOf": [{**TEXT, "pattern": f".*{n}.{{50}}"} for n in range(30)]},
    "repetitions": {**TEXT, "pattern": "^(a{1000}){4000}$"},
    "multiples": {"type": "integer", "multipleOf": 1_000_003},
    "references": {"$ref": "#/$defs/0", "$defs": {**{str(n): {"allOf": [{"$ref": f"#/$defs/{n + 1}"}] * 6}
                   for n in range(12)}, "12": {**TEXT, "pattern": "a"}}},
}  # fmt: skip


@pytest.fixture(scope="module")
def schemas(tiny: mlx.Loaded) -> Iterator[Schemas]:
    with closing(Schemas(tiny.tokenizer)) as made:
        yield made


def written(schemas: Schemas, held: dict[str, Any], tokenizer: Any, seed: int, width: int = 1024) -> str:
    """What a model that knows nothing writes under a schema."""
    follow, said = schemas.follow(held), [0]
    draw = np.random.default_rng(seed)
    while said[-1] not in tokenizer.eos_token_ids and len(said) < 300:
        logits = follow(mx.array(said), mx.array(draw.normal(size=(1, width)).astype(np.float32)))
        said.append(int(mx.argmax(logits).item()))
    assert not follow.broken
    return str(tokenizer.decode(said[1:-1]))


def test_anything_drawn_follows_the_schema(schemas: Schemas, tiny: mlx.Loaded) -> None:
    schema = {
        "type": "object",
        "properties": {"colour": COLOUR, "sizes": {"type": "array", "items": {"type": "integer"}, "maxItems": 3}},
        "required": ["colour", "sizes"],
        "additionalProperties": False,
    }
    for seed in range(5):
        found = json.loads(written(schemas, schema, tiny.tokenizer, seed))
        assert found["colour"] in COLOUR["enum"]
        assert all(isinstance(one, int) for one in found["sizes"])


def test_each_answer_has_a_matcher_of_its_own(schemas: Schemas, tiny: mlx.Loaded) -> None:
    assert {written(schemas, COLOUR, tiny.tokenizer, seed) for seed in range(8)} == {'"red"', '"blue"'}


def test_logits_beyond_the_tokenizer_are_never_chosen(schemas: Schemas, tiny: mlx.Loaded) -> None:
    assert written(schemas, COLOUR, tiny.tokenizer, 1, width=1100) in ('"red"', '"blue"')


def test_what_begins_as_a_call_of_a_tool_is_left_alone_and_nothing_else(schemas: Schemas) -> None:
    logits = mx.zeros((1, 1024))
    follow = schemas.follow(COLOUR, opens=9)
    assert mx.isfinite(follow(mx.array([0]), logits)[0, 9]).item()
    for token in (9, 700, 9):
        assert mx.array_equal(follow(mx.array([token]), logits), logits)
    follow = schemas.follow(COLOUR, opens=9)
    begins = [int(token) for token in np.flatnonzero(np.isfinite(np.array(follow(mx.array([0]), logits)[0])))]
    assert not mx.isfinite(follow(mx.array([min({*begins} - {9})]), logits)[0, 9]).item()
    assert not follow.broken


def test_after_its_end_only_the_end_is_left(schemas: Schemas, tiny: mlx.Loaded) -> None:
    follow = schemas.follow({"const": 1})
    tokens = tiny.tokenizer.encode("1", add_special_tokens=False)
    logits = mx.zeros((1, 1024))
    follow(mx.array([0]), logits)
    for token in [*tokens, *tiny.tokenizer.eos_token_ids]:
        left = follow(mx.array([token]), logits)
    assert np.isfinite(np.array(left))[0].nonzero()[0].tolist() == sorted(tiny.tokenizer.eos_token_ids)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": SECRET}, "Invalid type"),
        ({"$ref": f"#/{SECRET}"}, "does not exist"),
        ({"type": "object", "unevaluatedItems": True, SECRET: 1}, "Unimplemented keys, unevaluatedItems"),
        ({"type": "string", "pattern": f"{SECRET}("}, "a pattern"),
        ({"$defs": {SECRET: {"type": SECRET}}, "$ref": f"#/$defs/{SECRET}"}, "Invalid type"),
        ({"type": "integer", "minimum": 42, "maximum": 41}, "cannot be|nothing"),
        ({"enum": [SECRET * LONGEST]}, "longer than"),
        (deep(300), "JSON"),
    ],
)
def test_what_cannot_be_followed_is_refused(schemas: Schemas, schema: dict[str, Any], reason: str) -> None:
    with pytest.raises(SchemaUnusable, match=reason) as caught:
        schemas.follow(schema)
    assert SECRET not in str(caught.value), "nothing that was sent is repeated"


def test_formats_that_are_known_hold_and_values_stay_as_they_are(schemas: Schemas, tiny: mlx.Loaded) -> None:
    kept = {"properties": {"day": {"format": "date"}}, "const": {"format": "odd"}, "items": [{"enum": ["format"]}]}
    assert formats.known(kept) == kept
    assert formats.known([{"format": "odd"}, {"anyOf": [{"format": "odd", **TEXT}]}]) == [{}, {"anyOf": [TEXT]}]
    named = {"properties": {name: {**TEXT, "format": "odd"} for name in ("default", "enum", "properties")}}
    assert formats.known(named) == {"properties": dict.fromkeys(named["properties"], TEXT)}
    for name in formats.KNOWN:  # else it would be no more than a remark
        with pytest.raises(SchemaUnusable):
            schemas.follow({**TEXT, "format": name, "enum": ["\n"]})


@pytest.mark.parametrize("name", HOSTILE)
def test_what_takes_too_long_or_too_much_is_refused(schemas: Schemas, name: str) -> None:
    with pytest.raises(SchemaUnusable, match="too long or too much memory"):
        schemas.follow(HOSTILE[name])
    assert schemas.follow(COLOUR)


@pytest.mark.parametrize("name", ORDINARY)
def test_what_people_send_is_followed(schemas: Schemas, name: str) -> None:
    assert not schemas.follow(ORDINARY[name]).broken


def test_what_was_tried_is_not_tried_again(tiny: mlx.Loaded) -> None:
    with closing(Schemas(tiny.tokenizer)) as schemas:
        schemas.follow(COLOUR)
        with pytest.raises(SchemaUnusable):
            schemas.follow({"type": SECRET})
        schemas._trial = Untried()
        assert schemas.follow(COLOUR)
        with pytest.raises(SchemaUnusable, match="Invalid type"):
            schemas.follow({"type": SECRET})
        with pytest.raises(AssertionError, match="tried"):
            schemas.follow({"type": "null"})


def test_a_trial_that_somebody_ended_is_started_again() -> None:
    with closing(Trial()) as trial:
        assert trial.refused(b"{}") == ""
        assert trial._process is not None
        trial._process.kill()
        trial._process.wait()
        assert trial.refused(b"{}") == ""


class Untried(Trial):
    """One that nothing may reach."""

    def refused(self, written: bytes) -> str:
        """Fail."""
        raise AssertionError(f"{written!r} is tried")


def test_a_token_that_takes_too_much_ends_its_answer_alone(schemas: Schemas) -> None:
    """Each token is cheap to look for, and all that may follow it are too many to keep."""
    ways = [f"^[a-z ]*{one}[a-z ]{{{14 + more}}}$" for more, one in enumerate("abcdefgh")]
    follow, other = (schemas.follow({"anyOf": [{"type": "string", "pattern": one} for one in ways]}) for _ in range(2))
    draw, said = np.random.default_rng(1), [0]
    while not follow.broken and len(said) < 3000:
        logits = follow(mx.array(said), mx.array(draw.normal(size=(1, 1024)).astype(np.float32)))
        said.append(int(mx.argmax(mx.where(mx.arange(1024) > 5, logits, logits - 99)).item()))
    assert follow.broken == "it takes too long or too much memory"
    other(mx.array([0]), mx.zeros((1, 1024)))
    assert not other.broken


@pytest.mark.parametrize("told", ['{"version": "1.0", "model": {"type": "WordLevel", "vocab": {"a": 0}}}', None])
def test_a_tokenizer_of_a_kind_that_is_not_known_refuses_schemas_alone(told: str | None) -> None:
    tokenizer: Any = SimpleNamespace(eos_token_ids={0})
    if told:
        tokenizer.backend_tokenizer = SimpleNamespace(to_str=lambda: told)
    with closing(Schemas(tokenizer)) as schemas, pytest.raises(SchemaUnusable, match="this model's tokenizer"):
        schemas.follow({"type": "object"})
