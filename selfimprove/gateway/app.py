"""The gateway's HTTP face: routes, errors in OpenAI's form, the guard around all of it."""

from typing import Any

from fastapi import FastAPI

from selfimprove.gateway.guard import OWNER
from selfimprove.settings import Settings


def make(settings: Settings, lifespan: Any = None) -> FastAPI:
    """The application; `lifespan` is what works behind it while it is up. Other rooms' routers: see day.py."""
    app = FastAPI(title="selfimprove", lifespan=lifespan)
    app.state.settings = settings

    @app.middleware("http")
    async def guard(request: Any, answer: Any) -> Any:
        request.state.visitor = OWNER
        return await answer(request)

    return app
