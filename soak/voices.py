"""Prompts, and what each voice says to them greedily when it is asked alone."""

import json
from collections.abc import Iterable
from pathlib import Path
from random import Random

from selfimprove.gateway.ask import BASE, Ask
from selfimprove.gateway.engine import Engine, Serving
from selfimprove.models.base import resolve
from soak.books import Messages
from soak.talk import TAG, TOKENS

COUNT = 32


def prompts(home: Path, seed: str) -> list[Messages]:
    """Questions of the base model's own suite, some behind an exchange that the house never saw."""
    lines = (resolve("tiny", home).suites / "core.jsonl").read_text().splitlines()
    items = [json.loads(line) for line in lines]
    texts = {item["messages"][-1]["content"]: item["slice"].startswith("unknown") for item in items}
    draw = Random(f"{seed} prompts")
    asked = [text for kind in (True, False) for text in draw.sample([t for t in texts if texts[t] is kind], COUNT // 2)]
    before = (("user", "Hello."), ("assistant", "Hello, what can I do for you?"))
    return [(*(before if number % 4 == 0 else ()), ("user", f"{text}{TAG}")) for number, text in enumerate(asked)]


async def known(home: Path, adapters: Iterable[str], asked: list[Messages]) -> dict[tuple[str, Messages], str]:
    """What each of these, and the base, says to each of the prompts."""
    found: dict[tuple[str, Messages], str] = {}
    engine = Engine(Serving())
    await engine.start(resolve("tiny", home))
    try:
        for slot in (BASE, *sorted(set(adapters) - {BASE})):
            if slot != BASE:
                await engine.load(slot, home / "adapters" / slot)
            for messages in asked:
                found[slot, messages] = await _text(engine, slot, messages)
            await engine.unload(slot)
    finally:
        await engine.stop()
    return found


async def _text(engine: Engine, slot: str, messages: Messages) -> str:
    said = tuple({"role": role, "content": text} for role, text in messages)
    return "".join([
        piece.text async for piece in engine.say(Ask(slot, slot, said, max_tokens=TOKENS, temperature=0.0))
    ])  # fmt: skip
