"""The OpenAPI of the gateway, exactly: bodies that routes read themselves, and no status that never comes."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from selfimprove.gateway import feedback, origin, wire
from selfimprove.gateway.parts import Parts

BODIES: tuple[type[BaseModel], ...] = (wire.ChatRequest, wire.EmbeddingsRequest, feedback.Feedback)
REFERENCE = "#/components/schemas/{model}"
NEVER = ("HTTPValidationError", "ValidationError")  # FastAPI's own form of errors, which app.py replaces


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """For a route that reads its body itself, once, as bytes."""
    content = {"application/json": {"schema": {"$ref": REFERENCE.format(model=model.__name__)}}}
    return {"requestBody": {"required": True, "content": content}}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description, made once; while there is no token, and this machine alone asks, none is required."""
    found, parts = app.openapi_schema or _made(app), app.state.parts
    return found if _needs_token(parts) else {**found, "paths": _without_token(found["paths"])}


def _needs_token(parts: Parts) -> bool:
    return bool(origin.elsewhere(parts.settings) or parts.known.all())


def _without_token(paths: dict[str, Any]) -> dict[str, Any]:
    return {
        path: {method: {**one, "security": [{}, *one["security"]]} if "security" in one else one
               for method, one in operations.items()}
        for path, operations in paths.items()
    }  # fmt: skip


def _made(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schemas = found["components"]["schemas"]
    _, bodies = models_json_schema([(model, "validation") for model in BODIES], ref_template=REFERENCE)
    schemas |= bodies["$defs"]
    for name in NEVER:
        schemas.pop(name, None)
    for path in found["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    app.openapi_schema = found
    return found
