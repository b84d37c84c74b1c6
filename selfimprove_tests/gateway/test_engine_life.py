"""The engine's process dies, hangs, is drained, and comes back."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import mlx.core as mx
import psutil
import pytest
import uvloop

from selfimprove.errors import ModelBroken, ModelUnavailable, ServingTooLarge
from selfimprove.gateway.engine import Engine, Serving
from selfimprove.gateway.engine_child import Child
from selfimprove.models import mlx
from selfimprove.models.base import Base, resolve
from selfimprove.models.mlx import Lora
from selfimprove_tests.gateway.test_engine import LONG, ask, pieces, said
from selfimprove_tests.models.adapters import write

QUICK = Serving(context=512, rows=4, waiting=4, beat_seconds=0.1, patience_seconds=0.5)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return resolve("tiny", tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def adapter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("adapter"), Lora(rank=4), 1)


def voices() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [child for child in children if any("models.voices" in word for word in child.cmdline())]


async def until_up(engine: Engine) -> None:
    async with asyncio.timeout(20):
        while not engine.is_up:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_child_that_is_dying_and_deaf_is_down(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    script = "import os, time; os.close(0); os.closerange(3, 250); print('{}', flush=True); time.sleep(60)"

    async def live() -> None:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, stdin=pipe, stdout=pipe, stderr=pipe
        )
        child = Child(process)
        async with asyncio.timeout(20):
            while not child.lines:
                await asyncio.sleep(0.01)
            with contextlib.suppress(ModelUnavailable):
                while True:
                    child.leave(child.ask("figures"), cancel=True)
                    await child.flush()
                    await asyncio.sleep(0.01)
        with pytest.raises(ModelUnavailable):
            child.ask("figures")
        assert not child.ended.is_set()
        await child.kill()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(live())


def test_killed_amid_answers_it_comes_back_with_its_adapters(base: Base, adapter: Path) -> None:
    async def live() -> None:
        engine = Engine(QUICK)
        await engine.start(base)
        await engine.load("one", adapter)
        wanted = await said(engine, ask(slot="one"))
        answers = [asyncio.create_task(pieces(engine, ask(slot="one", schema=LONG, max_tokens=400))) for _ in range(3)]
        await asyncio.sleep(0.2)
        (process,) = voices()
        os.kill(process.pid, signal.SIGKILL)
        for failed in await asyncio.gather(*answers, return_exceptions=True):
            assert isinstance(failed, ModelUnavailable)
            assert failed.details["retry_after"] == 5
        with pytest.raises(ModelUnavailable, match="a new one is being started"):
            await said(engine, ask())
        assert engine.slots == frozenset()
        await until_up(engine)
        assert await said(engine, ask(slot="one")) == wanted
        assert engine.restarts == 1
        await engine.stop()
        assert not voices()

    asyncio.run(live())


def test_one_that_hangs_is_replaced(base: Base) -> None:
    async def live() -> None:
        engine = Engine(QUICK)
        await engine.start(base)
        (first,) = voices()
        await asyncio.sleep(0.8)
        assert [one.pid for one in voices()] == [first.pid], "one that idles is left alone"
        first.suspend()
        with pytest.raises(ModelUnavailable):
            await asyncio.wait_for(said(engine, ask()), 10)
        await until_up(engine)
        assert [one.pid for one in voices()] != [first.pid]
        assert await said(engine, ask()) == "The capital of France is Paris."
        await engine.stop()

    asyncio.run(live())


def test_one_that_computes_what_is_no_number_is_replaced(base: Base, tmp_path: Path) -> None:
    shutil.copytree(base.folder, tmp_path / "broken")
    file = tmp_path / "broken" / "model.safetensors"
    weights = dict(mx.load(str(file)))
    weights["model.norm.weight"] = weights["model.norm.weight"] * mx.nan
    mx.save_safetensors(str(file), weights, metadata={"format": "mlx"})

    async def live() -> None:
        engine = Engine(QUICK)
        await engine.start(replace(base, folder=tmp_path / "broken"))
        async with asyncio.timeout(20):
            while not engine.restarts:
                await asyncio.sleep(0.05)
        await engine.stop()

    asyncio.run(live())


def test_files_that_were_touched_are_not_loaded_again_unverified(base: Base, tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, Lora(rank=4), seed) for seed, name in enumerate(("one", "two")))

    async def live() -> None:
        engine = Engine(QUICK)
        await engine.start(base)
        await engine.load("one", one)
        await engine.load("two", two)
        shutil.copy(two / mlx.WEIGHTS, one / mlx.WEIGHTS)  # it would load: its shapes are the same
        assert engine.slots == {"base", "one", "two"}, "what is in memory is what was verified"
        await engine.drain(1.0)
        await engine.start(base)
        assert engine.slots == {"base", "two"}
        await engine.load("one", one)  # by whoever has verified it
        assert engine.slots == {"base", "one", "two"}
        await engine.stop()

    asyncio.run(live())


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_who_is_cancelled_while_it_is_killed_is_heard_when_it_has_ended(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    async def live() -> None:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "import time; time.sleep(60)", stdin=pipe, stdout=pipe, stderr=pipe
        )
        killing = asyncio.create_task(Child(process).kill())
        await asyncio.sleep(0)
        killing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await killing
        assert process.returncode is not None

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(live())


def test_a_line_that_is_none_of_its_own_leaves_nobody_waiting(caplog: pytest.LogCaptureFixture) -> None:
    async def live() -> None:
        says = "print('no JSON', flush=True); import time; time.sleep(60)"
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", says, stdin=pipe, stdout=pipe, stderr=pipe
        )
        child = Child(process)
        with pytest.raises(ModelUnavailable):
            await asyncio.wait_for(child.do("figures"), 10)
        await child.kill()

    asyncio.run(live())
    assert "not listened to any more" in caplog.text


def test_drained_it_finishes_what_it_began_and_gives_its_memory_back(base: Base, adapter: Path) -> None:
    async def live() -> None:
        engine = Engine(QUICK)
        await engine.start(base)
        await engine.load("one", adapter)
        begun = asyncio.create_task(pieces(engine, ask(slot="one", schema=LONG, max_tokens=60)))
        await asyncio.sleep(0.05)
        draining = asyncio.create_task(engine.drain(20, "it trains"))
        await asyncio.sleep(0)
        with pytest.raises(ModelUnavailable, match=r"it trains\. Ask again in 60 seconds"):
            await said(engine, ask())
        assert (await begun)[-1].completion_tokens == 60
        await draining
        assert not voices()
        await engine.start(base)
        assert engine.slots == {"base", "one"}
        begun = asyncio.create_task(pieces(engine, ask(schema=LONG, max_tokens=400)))
        await asyncio.sleep(0.05)
        await engine.drain(0.0)
        with pytest.raises(ModelUnavailable):
            await begun

    asyncio.run(live())


def test_too_many_requests_are_sent_away(base: Base) -> None:
    async def live() -> None:
        engine = Engine(replace(QUICK, rows=2, waiting=2, beat_seconds=60))
        await engine.start(base)
        rows = [asyncio.create_task(pieces(engine, ask(schema=LONG, max_tokens=20))) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(ModelUnavailable, match=r"4 requests are under way already\. Ask again in 2 seconds"):
            await said(engine, ask())
        assert all(row[-1].completion_tokens == 20 for row in await asyncio.gather(*rows))
        await engine.stop()
        with pytest.raises(ModelUnavailable):
            await engine.load("one", Path("nowhere"))

    asyncio.run(live())


def test_a_model_that_cannot_be_loaded_says_why(base: Base, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "nothing"}')

    async def live() -> None:
        engine = Engine(QUICK)
        with pytest.raises(ModelBroken):
            await engine.start(replace(base, folder=tmp_path))
        assert not engine.is_up
        with pytest.raises(ServingTooLarge, match="GB are there"):
            await Engine(replace(QUICK, memory_gb=0.3)).start(base)
        assert not voices()

    asyncio.run(live())


def test_the_process_ends_with_its_parent(base: Base) -> None:
    async def live() -> psutil.Process:
        engine = Engine(QUICK)
        await engine.start(base)
        assert engine._child is not None
        engine._child._stdin.close()  # as the system does for a parent that was killed
        (process,) = voices()
        await asyncio.to_thread(process.wait, 5)
        await engine.stop()
        return process

    assert not asyncio.run(live()).is_running()


@pytest.mark.parametrize("turns", range(5))
def test_it_stops_though_its_process_ends_in_the_same_moment(
    base: Base, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    async def kill() -> None:
        pass

    async def begin(_: Base) -> None:
        await asyncio.sleep(600)

    async def live() -> None:
        engine = Engine(replace(QUICK, beat_seconds=60.0))
        monkeypatch.setattr(engine, "_begin", begin)
        child = SimpleNamespace(ended=asyncio.Event(), lines=0, kill=kill)
        monkeypatch.setattr(engine, "_child", child)
        keeper = engine._keeper = asyncio.create_task(engine._keep(base))
        await asyncio.sleep(0.01)
        child.ended.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        stopping = asyncio.create_task(engine.stop())
        done, _ = await asyncio.wait([stopping], timeout=10)
        keeper.cancel()  # once more, for who did not hear it
        assert done

    asyncio.run(live())


def test_who_is_cancelled_while_it_stops_is_cancelled() -> None:
    async def ends_slowly() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.2)

    async def live() -> None:
        engine = Engine()
        engine._keeper = asyncio.ensure_future(ends_slowly())
        await asyncio.sleep(0.01)
        stopping = asyncio.ensure_future(engine.stop())
        await asyncio.sleep(0.05)
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping

    asyncio.run(live())
