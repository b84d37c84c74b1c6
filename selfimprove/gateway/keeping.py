"""Every exchange is kept, however it ends: answered, broken off by the client, or by whoever should have answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from selfimprove.errors import SelfImproveError
from selfimprove.gateway.exchange import Keeper
from selfimprove.gateway.refusal import Gone, Refusal
from selfimprove.gateway.under_way import Record

CLIENTS_FAULT = {  # the code, and the field; a schema may be the answer's form's or a tool's
    "PromptTooLong": ("context_length_exceeded", "messages"), "MessagesUnusable": ("invalid_value", "messages"),
    "SchemaUnusable": ("invalid_schema", None),
}  # fmt: skip


class Keeping:
    """Keeps records for a keeper; what a client broke off is kept in the background."""

    def __init__(self, keeper: Keeper) -> None:
        self.keeper = keeper
        self._under_way: set[asyncio.Task[bool]] = set()

    @asynccontextmanager
    async def whatever_comes(self, record: Record) -> AsyncIterator[None]:
        """The block answers and has the record kept itself where it comes to its end; a refusal is no exchange, nor is
        what a model cannot be asked: anybody could fill the disk with prompts that are too long.

        Raises:
            Refusal: nobody answers, or not to the end.
        """
        try:
            yield
        except SelfImproveError as exc:
            if record.first is not None or type(exc).__name__ not in CLIENTS_FAULT:
                await record.keep(self.keeper, "failed")
            raise refusal(exc) from exc
        except (asyncio.CancelledError, GeneratorExit, Gone):
            self._keep_later(record)
            raise
        except Refusal:
            raise
        except Exception:
            await record.keep(self.keeper, "failed")
            raise

    async def settle(self) -> None:
        """Wait until everything is kept."""
        await asyncio.gather(*self._under_way)

    def _keep_later(self, record: Record) -> None:
        task = asyncio.ensure_future(record.keep(self.keeper, "cancelled"))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


def refusal(exc: SelfImproveError) -> Refusal:
    """What a client is told when a voice cannot answer."""
    name = type(exc).__name__
    if name in CLIENTS_FAULT:
        code, param = CLIENTS_FAULT[name]
        return Refusal(400, str(exc), param=param, code=code)
    wait = exc.details.get("retry_after", 5)
    seconds = float(wait) if isinstance(wait, int | float | str) else 5.0
    return Refusal(503, str(exc), code="model_unavailable", retry_after=seconds)
