"""JSON that must fit a schema."""

import re
from functools import cache
from typing import Any

import orjson

_FENCED = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)


def fits(output: str, reference: str, argument: str) -> bool:
    """The output is one JSON value, at most wrapped in one code fence, that the schema in the argument accepts."""
    fenced = _FENCED.fullmatch(output)
    try:
        value = orjson.loads(fenced[1] if fenced else output)
        return bool(_validator(argument).is_valid(value))
    except (orjson.JSONDecodeError, RecursionError):
        return False


def problem(argument: str) -> str | None:
    """Why an argument is no schema that can be used, or None; nothing is fetched for a reference to elsewhere."""
    from jsonschema.exceptions import SchemaError
    from referencing.exceptions import Unresolvable

    try:
        checker = _validator(argument)
        checker.check_schema(checker.schema)
        checker.is_valid({})
    except orjson.JSONDecodeError as exc:
        return f"its schema is not JSON ({exc})"
    except SchemaError as exc:
        return f"its schema is none ({exc.message})"
    except Unresolvable as exc:
        return f"its schema refers to what it does not hold ({exc})"
    return None


@cache
def _validator(argument: str) -> Any:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import validator_for
    from referencing import Registry

    schema = orjson.loads(argument)
    kind = validator_for(schema, default=Draft202012Validator)
    # An empty registry: the library's own would fetch what a schema refers to.
    return kind(schema, registry=Registry(), format_checker=kind.FORMAT_CHECKER)
