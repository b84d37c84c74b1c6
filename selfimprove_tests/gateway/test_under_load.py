"""The real engine, a real database, clients without a pause: a swap costs nobody an answer."""

import asyncio

from selfimprove import postgres
from selfimprove.gateway.ask import BASE
from selfimprove.gateway.engine import Engine, Serving
from selfimprove.gateway.swap import Swap
from selfimprove.models.base import resolve
from selfimprove.settings import Settings
from selfimprove_tests.gateway.under_load import champions, clients, greedy, swaps


def test_swaps_and_rollbacks_cost_nobody_an_answer(settings: Settings, connection: postgres.Connection) -> None:
    async def live() -> None:
        base = resolve("tiny", settings.home)
        first, second = champions(connection, settings.home, base, 2)
        engine = Engine(Serving(slots=2, context=512))
        await engine.start(base)
        try:
            said = await greedy(engine, {id: settings.home / "adapters" / id for id in (first, second)})
            swap = Swap(engine, settings, base)
            await swap.start()
            following = asyncio.create_task(swap.run())
            async with clients(engine, swap, 4) as load:
                times = await swaps(connection, swap, [first, BASE, second, first])
                asked = len(load.answers)
                while len(load.answers) < asked + 4:
                    await asyncio.sleep(0.01)
            following.cancel()
        finally:
            await engine.stop()
        assert load.failed == []
        assert load.mixtures(said) == 0
        assert {one.slot for one in load.answers} >= {first, second}
        assert max(times) < 2

    asyncio.run(live())
