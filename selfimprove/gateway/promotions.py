"""Be told when somebody is promoted or taken back, and look from time to time all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable

import psycopg

from selfimprove import postgres


async def changes(url: Callable[[], str], poll_seconds: float) -> AsyncIterator[None]:
    """Ticks for ever: at once, with every notification, and when none came for so long; with Postgres down as well."""
    while True:
        try:
            async with await _listening(url) as connection:
                while True:
                    yield
                    async for _ in connection.notifies(timeout=poll_seconds, stop_after=1):
                        pass
        except Exception:  # noqa: BLE001 - who looks next tells what it is
            yield
            await asyncio.sleep(poll_seconds)


async def _listening(url: Callable[[], str]) -> "psycopg.AsyncConnection[tuple[object, ...]]":
    address = await asyncio.to_thread(url)
    connection = await psycopg.AsyncConnection.connect(
        postgres.lasting(address), autocommit=True, connect_timeout=5, application_name="selfimprove gateway"
    )
    await connection.execute(postgres.queries("swap").listen)
    return connection
