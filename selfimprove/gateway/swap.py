"""Follow the promotions: who was promoted last answers, beside the one before while an experiment runs.

A new voice is loaded beside those that answer and tried before it takes over. Requests under way end with the voice
they began with. Where an upstream server answers there is nothing to swap: day.py makes no Swap then.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg

from selfimprove import postgres
from selfimprove.adapters.files import folder_of, in_use
from selfimprove.errors import DatabaseDown, ModelUnavailable, SelfImproveError
from selfimprove.experiments import table as experiments
from selfimprove.gateway import breaks, remembered, wanted
from selfimprove.gateway.ask import BASE
from selfimprove.gateway.cast import Cast
from selfimprove.gateway.engine import Engine
from selfimprove.gateway.outage import Outage
from selfimprove.gateway.plan import Arm, Plan, Rivals
from selfimprove.gateway.promotions import changes
from selfimprove.gateway.remembered import Remembered
from selfimprove.gateway.wanted import Wanted
from selfimprove.models.base import Base
from selfimprove.reports import alerts
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.swap")
SEEN = 20_000  # chats that keep their voice when an experiment begins
POLL_SECONDS = 5.0
AGAIN_SECONDS = 600.0  # after which a voice that was refused is tried once more
UPSTREAM = "An upstream server answers (SELFIMPROVE_UPSTREAM_URL): adapters that are promoted are not swapped in."


class Swap:
    """The real Chooser. `start` brings back the voice that answered last; `run` then follows the database until it is
    cancelled. Neither needs Postgres to be up.
    """

    def __init__(
        self, engine: Engine, settings: Settings, base: Base, breaks_off: Callable[[str], bool] = lambda slot: False,
        forget: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        self._slot_breaks_off = breaks_off  # whether a slot's answers break off
        self._forget_elsewhere = forget  # what else holds conversations in memory
        self._cast = Cast(engine)
        self._engine, self._settings, self._base = engine, settings, base
        self._plan = Plan()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._done: Wanted | None = None  # what was last carried out, or refused
        self._refused: tuple[str, float] | None = None  # why, and when
        self._promotion_id = 0
        self._forgotten: int | None = None  # how often something was, when the engine last began to remember
        self._answered = BASE  # who answered last, also before this process began
        self._one_at_a_time = asyncio.Lock()
        self._outage = Outage(settings, "swap")

    def slot(self, chat_id: str) -> str:
        """An adapter's id or "base" for this chat; cheap, no I/O."""
        self._seen[chat_id] = None
        self._seen.move_to_end(chat_id)
        if len(self._seen) > SEEN:
            self._seen.popitem(last=False)
        return self._plan.slot(chat_id)

    def arm(self, chat_id: str) -> Arm | None:
        """What this chat is in the experiment that runs."""
        return self._plan.arm(chat_id)

    def rivals(self, chat_id: str) -> Rivals | None:
        """Who is to answer this chat's question unheard."""
        return self._plan.rivals(chat_id)

    @property
    def plan(self) -> Plan:
        """Who answers now."""
        return self._plan

    @property
    def memory(self) -> Path:
        """The file that remembers the voice which Postgres confirmed last."""
        return remembered.place(self._settings.home)

    def state(self) -> dict[str, Any]:
        """Who answers, by which promotion, and why it is not the one promoted last."""
        plan = self._plan
        return {
            "voice": plan.voice, "control": plan.control, "experiment": plan.experiment or None, "share": plan.share,
            "promotion": self._promotion_id, "refused": self._refused[0] if self._refused else None,
        }  # fmt: skip

    async def start(self) -> None:
        """Take up the voice that is promoted, or with Postgres down the one remembered; the engine is up by then."""
        known = await asyncio.to_thread(remembered.read, self.memory, self._base.id)
        self._answered = known.plan.voice if known else BASE
        if not await self.follow():
            await self._recall()

    async def run(self) -> None:
        """Bring whoever is promoted to the engine, until cancelled."""
        async for _ in changes(lambda: postgres.url(self._settings), POLL_SECONDS):
            await self.follow()

    async def follow(self) -> bool:
        """Let answer whom Postgres says; False when it could not be asked, or the model is not there now."""
        async with self._one_at_a_time:
            try:
                found, forgotten = await asyncio.to_thread(self._read)
                await self._forget(forgotten)
                if self._breaks_off(found):
                    await self._refuse(found, breaks.WHY)
                elif not self._is_done(found):
                    await self._bring(found)
            except Exception as exc:  # noqa: BLE001 - whoever answers does so on, whatever went wrong here
                reason = str(exc) if isinstance(exc, SelfImproveError | psycopg.Error | OSError) else type(exc).__name__
                log.warning("Who answers stays as it is for now: %s", reason)
                if self._engine.is_up or not isinstance(exc, ModelUnavailable):  # that it is away the house tells
                    await self._outage.goes_on(f"promotions are not followed: {reason.rstrip('.')}.")
                return False
            await self._outage.is_over()
            return True

    def _is_done(self, found: Wanted) -> bool:
        is_there = self._plan.slots <= self._engine.slots or not self._engine.is_up
        waits = self._refused is None or time.monotonic() - self._refused[1] < AGAIN_SECONDS
        return found == self._done and is_there and waits

    def _breaks_off(self, found: Wanted) -> bool:
        return found.voice == self._plan.voice != BASE and self._slot_breaks_off(found.voice)

    async def _bring(self, found: Wanted) -> None:
        try:
            await self._take_over(found)
        except (ModelUnavailable, DatabaseDown):
            raise
        except SelfImproveError as exc:
            await self._refuse(found, str(exc))

    async def _take_over(self, found: Wanted) -> None:
        """Load and try whoever is missing, begin the experiment that is due, switch, and remember it."""
        begins = found.is_new and self._answered != found.voice and self._settings.challenger_share < 1
        plan = wanted.plan_of(found)
        await self._admit(found, plan.slots | ({found.replaced} if begins else frozenset()))
        if begins:
            await self._take_over(await asyncio.to_thread(self._begin, found))
            return
        if plan.control is not None:
            plan = replace(plan, earlier=await self._earlier(plan.experiment))
        self._switch(plan, found.promotion_id)
        self._done, self._refused = found, None
        self._cast.dismiss(plan.slots | ({found.replaced} if found.is_promotion else frozenset()))
        await asyncio.to_thread(self._remember, found, plan)

    async def _admit(self, found: Wanted, slots: frozenset[str]) -> None:
        """None of their files is pruned between being verified and being loaded."""
        async with _held([folder_of(found.adapters[slot]) for slot in slots - {BASE}]):
            folders = await asyncio.to_thread(wanted.folders, found, slots)
            await self._cast.admit(folders, self._plan)

    async def _earlier(self, experiment: str) -> frozenset[str]:
        """Chats that keep the voice they began with: those stored, and those seen here before it was followed."""
        is_same = experiment == self._plan.experiment
        if is_same and self._done is not None:
            return self._plan.earlier
        stored = await asyncio.to_thread(self._begun_before, experiment)
        return stored if is_same else stored.union(self._seen)

    def _switch(self, plan: Plan, promotion_id: int) -> None:
        """From here on new requests go by this plan."""
        self._plan, self._promotion_id, self._answered = plan, promotion_id, plan.voice
        beside = f", beside {plan.control[:12]} in experiment {plan.experiment[:12]}" if plan.control else ""
        log.info("%s answers now%s.", plan.voice[:12], beside)

    async def _refuse(self, found: Wanted, reason: str) -> None:
        """Keep, or go back to, who answered before: an adapter that was taken back does not go on."""
        log.error("Promotion %s is not followed: %s", found.promotion_id, reason)
        fallback = found.replaced if found.is_promotion else BASE
        try:
            await self._admit(found, frozenset({fallback}))
        except ModelUnavailable:
            raise
        except SelfImproveError as exc:
            fallback, reason = BASE, f"{reason} Nor can who answered before: {exc}"
        self._switch(Plan(fallback), found.promotion_id)
        self._cast.dismiss(self._plan.slots)
        await asyncio.to_thread(self._remember, found, self._plan, reason)  # for a start with Postgres down
        await asyncio.to_thread(self._alert, found, reason)
        self._done, self._refused = found, (reason, time.monotonic())

    async def _recall(self) -> None:
        """The voice remembered, if its files are what they were; the base where nothing is."""
        known = await asyncio.to_thread(remembered.read, self.memory, self._base.id)
        folders = {slot: Path(folder) for slot, folder in known.folders.items()} if known else {}
        try:
            async with _held(folders.values()):
                known = await asyncio.to_thread(remembered.verified, self.memory, self._base.id)
                if known is not None:
                    await self._cast.admit(folders, self._plan)
                    self._switch(known.plan, known.promotion_id)
        except SelfImproveError as exc:
            log.error("The voice remembered cannot answer: %s", exc)

    async def _forget(self, times: int) -> None:
        """Chats that were forgotten stand in no cache; an engine that is down has none."""
        if times != self._forgotten:
            self._forget_elsewhere()
            if self._engine.is_up:
                await self._engine.forget()
            self._forgotten = times

    def _read(self) -> tuple[Wanted, int]:
        with postgres.connect(postgres.url(self._settings)) as connection:
            found = connection.execute(postgres.queries("swap").forgettings).fetchone()
            return wanted.read(connection, self._base.id), found["count"] if found else 0

    def _begun_before(self, experiment: str) -> frozenset[str]:
        given = {"experiment": experiment, "most": SEEN}
        with postgres.connect(postgres.url(self._settings)) as connection:
            rows = connection.execute(postgres.queries("swap").earlier, given)
            return frozenset(row["root"] for row in rows)

    def _begin(self, found: Wanted) -> Wanted:
        with postgres.connect(postgres.url(self._settings)) as connection:
            given = self._settings
            experiments.begin(connection, found.promotion, given.challenger_share, given.shadow_share)
            return wanted.read(connection, self._base.id)

    def _remember(self, found: Wanted, plan: Plan, refused: str | None = None) -> None:
        """For a start with Postgres down; on a full disk nobody is remembered, rather than who answered before."""
        rows = {slot: found.adapters[slot] for slot in plan.slots - {BASE}}
        folders = {slot: str(path) for slot, path in wanted.places(found, frozenset(rows)).items()}
        files = {slot: row.files for slot, row in rows.items()}
        try:
            remembered.write(self.memory, Remembered(found.promotion_id, self._base.id, plan, folders, files, refused))
        except OSError as exc:
            log.error("Who answers could not be noted for a start without Postgres: %s", exc.strerror)
            self.memory.unlink(missing_ok=True)

    def _alert(self, found: Wanted, reason: str) -> None:
        """Once for each promotion."""
        said = f"adapter {found.voice[:12]} is champion and does not answer: {reason}"
        advice = f"{self._plan.voice[:12]} answers. `selfimprove promotion rollback` makes another the champion."
        key, url = f"promotion {found.promotion_id}", f"{self._settings.gateway_url}/"
        alert = alerts.Alert(key, "gateway", "swap", f"{said} {advice}", url)
        with postgres.connect(postgres.url(self._settings)) as connection:
            alerts.record(connection, [alert])


@asynccontextmanager
async def _held(folders: Iterable[Path]) -> AsyncIterator[None]:
    """While open, these are in use; whoever prunes them is waited for elsewhere than here."""
    with ExitStack() as stack:
        use = in_use(folder for folder in folders if folder.is_dir())
        await asyncio.to_thread(stack.enter_context, use)
        yield
