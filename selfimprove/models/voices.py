"""The process that answers all day: `python -m selfimprove.models.voices ORDER`, started by `gateway.engine`.

Lines of JSON come on stdin, `{"key", "do": "say"|"cancel"|"load"|"unload"|"forget"|"figures"…}`, and go out on stdout:
first `{"key": 0, "done"}` when it is ready, then for a key any number of `{"key", "piece"}` and at last `"done"` or
`"error"`, and `{"beat"}` while it works and has nothing to say. When stdin ends, so does it.
"""

import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import orjson

from selfimprove.errors import ModelUnavailable, SelfImproveError
from selfimprove.models import mlx, serve
from selfimprove.models.answering import Event, Orders, Tell, Voices
from selfimprove.models.asked import Desk
from selfimprove.models.serving import Serving, context_of, room

SCHEMAS = 32  # requests that may wait for theirs to be compiled


def main(order: str) -> None:
    """Load the model, then answer until stdin ends."""
    answers = serve.private_stdout()
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=serve.read_lines, args=(lines.put,), daemon=True).start()
    serve.load("mlx_lm")
    tell = _teller(answers)
    try:
        voices, desk = _begin(orjson.loads(order), tell)
    except SelfImproveError as exc:
        tell([{"key": 0, "error": serve.told(exc)}])
        return
    orders: Orders = queue.SimpleQueue()
    preparing = Preparing(desk, orders)
    for step in (lambda: preparing.take(orjson.loads(lines.get())), preparing.hold):
        threading.Thread(target=_for_ever, args=(step,), daemon=True).start()
    tell([{"key": 0, "done": {}}])
    voices.run(orders)


def _begin(order: Event, tell: Tell) -> tuple[Voices, Desk]:
    import psutil

    folder, wanted = Path(order["folder"]), Serving(**order["serving"])
    serving = replace(wanted, context=context_of(folder, wanted.context))
    there = room(folder, serving, psutil.virtual_memory().available)
    loaded = mlx.load(folder)
    return Voices(loaded, serving, there, tell), Desk(loaded.tokenizer, serving.context)


class Preparing:
    """Requests are made ready in the order they come; those with a schema stand in a line of their own."""

    def __init__(self, desk: Desk, orders: Orders) -> None:
        self._desk, self._orders = desk, orders
        self._schemas: Orders = queue.SimpleQueue()
        self._waiting: set[int] = set()  # keys of those whose schema is not compiled

    def take(self, order: Event) -> None:
        """Pass an order on when it is ready; returns at once when only its schema is missing."""
        if order["do"] == "cancel":
            self._waiting.discard(order["key"])
        ready = _ready(order, self._desk)
        if "asked" not in ready or order["ask"]["schema"] is None:
            self._orders.put(ready)
        elif len(self._waiting) >= SCHEMAS:
            error = ModelUnavailable(reason=f"{SCHEMAS} JSON schemas wait to be compiled already", retry_after=2)
            self._orders.put({**order, "error": error})
        else:
            self._waiting.add(order["key"])
            self._schemas.put(ready)

    def hold(self) -> None:
        """Compile the next one's schema, in a thread beside that of `take`; one that was cancelled is left out."""
        order = self._schemas.get()
        key = order["key"]
        if key not in self._waiting:
            return
        self._orders.put(_held(order, self._desk))
        if key not in self._waiting:  # cancelled meanwhile, which was said before there was anything to cancel
            self._orders.put({"key": key, "do": "cancel"})
        self._waiting.discard(key)


def _for_ever(step: Callable[[], None]) -> None:
    """One after another; without each of these threads the process is of no use."""
    try:
        while True:
            step()
    finally:
        traceback.print_exc(limit=0)
        os._exit(1)


def _ready(order: Event, desk: Desk) -> Event:
    try:
        return {**order, "asked": desk.prepare(order["key"], order["ask"])} if "ask" in order else order
    except SelfImproveError as exc:
        return {**order, "error": exc}


def _held(order: Event, desk: Desk) -> Event:
    try:
        ask = order["ask"]
        return {**order, "asked": desk.hold(order["asked"], ask["schema"], may_call=not ask.get("is_call"))}
    except SelfImproveError as exc:
        return {**order, "error": exc}


def _teller(answers: IO[str]) -> Tell:
    def tell(events: Sequence[Event]) -> None:
        answers.write("".join(orjson.dumps(event).decode() + "\n" for event in events))
        answers.flush()

    return tell


if __name__ == "__main__":
    main(sys.argv[1])
