"""Only what a schema allows is left to be said."""

import json
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

from selfimprove.errors import SchemaUnusable
from selfimprove.models import mlx
from selfimprove.models.schema import Schemas

COLOUR = {"enum": ["red", "blue"]}


@pytest.fixture(scope="module")
def schemas(tiny: mlx.Loaded) -> Schemas:
    return Schemas(tiny.tokenizer)


def written(schemas: Schemas, schema: dict[str, Any], tokenizer: Any, seed: int, width: int = 1024) -> str:
    """What a model that knows nothing writes under a schema."""
    follow, said = schemas.follow(schema), [0]
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
        ({"type": "wat"}, "Invalid type: wat"),
        ({"$ref": "#/nope"}, "does not exist"),
        ({"type": "object", "unevaluatedItems": True}, "Unimplemented keys"),
    ],
)
def test_what_cannot_be_followed_is_refused(schemas: Schemas, schema: dict[str, Any], reason: str) -> None:
    with pytest.raises(SchemaUnusable, match=reason):
        schemas.follow(schema)
