"""Formats of texts in a JSON schema. One that is not known is a remark, as the standard has it, and no reason to refuse
the schema: generators write many, pydantic of bytes and paths, OpenAPI of passwords, zod of its own.
"""

from typing import Any

KNOWN = frozenset({"date", "date-time", "duration", "email", "hostname", "ipv4", "ipv6", "time", "uri", "uuid"})
NAMED = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")  # schemas by names of any kind
VALUES = ("const", "enum", "default", "examples")  # what stands there is no schema


def known(schema: Any) -> Any:
    """A schema without the formats that llguidance knows nothing of."""
    if isinstance(schema, list):
        return [known(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _inside(name, one) for name, one in schema.items() if not _is_remark(name, one)}


def _inside(name: str, value: Any) -> Any:
    if name in NAMED and isinstance(value, dict):
        return {key: known(one) for key, one in value.items()}
    return value if name in VALUES else known(value)


def _is_remark(name: str, value: Any) -> bool:
    """A property may be called "format", too, but is no text then."""
    return name == "format" and isinstance(value, str) and value not in KNOWN
