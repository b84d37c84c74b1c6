"""Who answers in this house, by its settings: the engine with its adapters, Ollama, or another upstream."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace

import anyio

from selfimprove import postgres
from selfimprove.errors import ModelUnavailable, SelfImproveError
from selfimprove.experiments import table as experiments
from selfimprove.gateway import ollama, outage, outlook, work
from selfimprove.gateway.breaks import Counted
from selfimprove.gateway.complete import Completer, Tell
from selfimprove.gateway.engine import Engine, Serving
from selfimprove.gateway.fallback import Fallback, is_ours
from selfimprove.gateway.keeping import Keeping
from selfimprove.gateway.local import Local
from selfimprove.gateway.outage import Outage
from selfimprove.gateway.parts import Answerer, Health
from selfimprove.gateway.plan import Arm, Rivals
from selfimprove.gateway.shadow import Shadowed, Shadows
from selfimprove.gateway.standing_by import StandingBy
from selfimprove.gateway.swap import UPSTREAM, Swap
from selfimprove.gateway.upstream import Upstream
from selfimprove.models.base import resolve
from selfimprove.settings import Settings

log = logging.getLogger("selfimprove.gateway")
FIRST_WAIT, LONGEST_WAIT = 5.0, 300.0  # seconds before a model that did not come up is started again
LOOK_SECONDS = 5.0  # at the house's own model; `LOOK_ABROAD` at an upstream, which is asked for its models
LOOK_ABROAD = 30.0
SHADOW_SECONDS = 1.0  # so often it is looked whether nobody is answered
LONGEST_LOAD = 3600.0  # seconds; the first one may fetch the model
LOADING = "the model is being loaded"


@dataclass(frozen=True, slots=True)
class Answering:
    """Whoever answers, and how long that lives; there is a house where no upstream answers."""

    answerer: Answerer
    lives: Callable[[], AbstractAsyncContextManager[None]]
    house: "House | None" = None


def answering(settings: Settings, keeping: Keeping, tell: Tell | None = None) -> Answering:
    """What the settings ask for; `tell` adds what is remembered to what the house's own model is asked."""
    if settings.upstream_url is None:
        house = House(settings)
        own = Completer(house.voice, house.local(), keeping, tell, house.shadows)
        alone = Answering(own, house.lives, house)
        return _with_fallback(settings, keeping, own, house) if settings.fallback_url else alone
    log.info(UPSTREAM)
    if ollama.is_native(settings.upstream_url):
        voice = ollama.Ollama(settings)
        return Answering(Completer(voice, voice, keeping), lambda: _watched(settings, voice))
    upstream = Upstream(settings, keeping)
    return Answering(upstream, lambda: _watched(settings, upstream))


def _with_fallback(settings: Settings, keeping: Keeping, own: Answerer, house: "House") -> Answering:
    """The house, and behind it the other server that the settings name; which is asked for its own model."""
    other = Upstream(replace(settings, upstream_url=settings.fallback_url), keeping, is_ours(settings.base_model))

    @asynccontextmanager
    async def lives() -> AsyncIterator[None]:
        async with _closing(other.close), house.lives():
            yield

    return Answering(Fallback(own, other), lives, house)


class House:
    """The engine and whoever swaps its adapters, which comes with the base model; the gateway does not wait for it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.engine = Engine(Serving(memory_gb=settings.memory_gb))
        self.voice = Counted(self.engine)
        self.shadows = Shadows(self.engine.say, self._is_busy, self._runs, self._note)
        self.swap: Swap | None = None
        self._standing: StandingBy | None = None
        self._why = LOADING
        self._loads_since = time.monotonic()

    def local(self) -> Local:
        """Who may be named."""
        return Local(self._settings.base_model, self, lambda: self.engine.slots, self.health)

    def slot(self, chat_id: str) -> str:
        """See Chooser."""
        return self._chooser().slot(chat_id)

    def arm(self, chat_id: str) -> Arm | None:
        """See Chooser."""
        return self._chooser().arm(chat_id)

    def rivals(self, chat_id: str) -> Rivals | None:
        """See Chooser."""
        return self._chooser().rivals(chat_id)

    def health(self) -> Health:
        """Whether whoever was promoted last can answer."""
        missing = self._missing()
        return Health(not missing, missing)

    @asynccontextmanager
    async def lives(self) -> AsyncIterator[None]:
        """While it does, the model is loaded, follows the promotions, and is told of when it is away for long."""
        look = outage.watch(Outage(self._settings, "model"), self._fault, every=LOOK_SECONDS)
        unheard = work.rounds(self.shadows.turn, every=SHADOW_SECONDS, failing="No answers could be compared")
        async with work.beside(self._follow()), work.beside(look), work.beside(unheard):
            try:
                yield
            finally:
                await self.engine.stop()

    async def _fault(self) -> str:
        """What is wrong; neither a start that takes its time nor leaving memory to a night is."""
        missing, now = self._missing(), time.monotonic()
        is_resting = self._standing is not None and self._standing.is_resting
        if missing != LOADING or is_resting:
            self._loads_since = now
            return "" if is_resting else missing
        return f"{LOADING}, and has been for an hour" if now - self._loads_since > LONGEST_LOAD else ""

    async def _follow(self) -> None:
        """Until cancelled; where the model does not come up, that is told and tried again later."""
        wait = FIRST_WAIT
        while True:
            began = time.monotonic()
            try:
                await self._come_up()
            except SelfImproveError as exc:
                self._why = str(exc).removesuffix(".")
            except Exception as exc:  # noqa: BLE001 - nobody else would begin again
                self._why = f"it could not be started ({type(exc).__name__})"
            wait = FIRST_WAIT if time.monotonic() - began > LONGEST_WAIT else wait
            log.error("The model does not answer, and is started again in %.0f s: %s", wait, self._why)
            self.swap = self._standing = None
            await anyio.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def _come_up(self) -> None:
        """Load the model, and follow the promotions until cancelled."""
        base = await anyio.to_thread.run_sync(resolve, self._settings.base_model, self._settings.home)
        self._standing = StandingBy(self.engine, base, self._settings.home)
        async with self._standing.present(self._came_back), work.beside(outlook.every_hour(self._settings)):
            swap = Swap(self.engine, self._settings, base, self.voice.are_too_many, self.shadows.forget)
            await swap.start()
            self.swap, self._why = swap, ""
            await swap.run()

    def _missing(self) -> str:
        """What an answer waits for now; "" when it could be given."""
        if self._standing and self._standing.failure:
            return self._standing.failure
        if self.swap is None:
            return self._why
        if not self.engine.is_up:
            return self.engine.why
        voice = self.swap.plan.voice
        return "" if voice in self.engine.slots else f"adapter {voice[:12]}, which was promoted last, is being loaded"

    async def _came_back(self) -> None:
        if self.swap is not None:
            await self.swap.follow()

    def _is_busy(self) -> bool:
        """Whether somebody is answered, or the model leaves: then nobody is answered unheard."""
        return self.voice.under_way > 0 or not self.engine.is_up

    def _runs(self) -> str:
        return self.swap.plan.experiment if self.swap else ""

    def _note(self, found: Shadowed) -> None:
        with postgres.connect(postgres.url(self._settings)) as connection:
            experiments.shadowed(connection, found.experiment, found.challenger, found.control, same=found.is_same)

    def _chooser(self) -> Swap:
        if self.swap is None:
            raise ModelUnavailable(reason=self._why, retry_after=5)
        return self.swap


@asynccontextmanager
async def _watched(settings: Settings, voice: ollama.Ollama | Upstream) -> AsyncIterator[None]:
    """An upstream; that it is away for long is told."""

    async def fault() -> str:
        found = await voice.health()
        return "" if found.ok else found.detail

    look = outage.watch(Outage(settings, "upstream"), fault, every=LOOK_ABROAD)
    async with _closing(voice.close), work.beside(look):
        yield


@asynccontextmanager
async def _closing(close: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await close()
