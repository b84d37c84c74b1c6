"""The process that answers all day: `python -m selfimprove.models.voices ORDER`, started by `gateway.engine`.

Lines of JSON come on stdin, `{"key", "do": "say"|"cancel"|"load"|"unload"|"figures", …}`, and go out on stdout:
first `{"key": 0, "done"}` when it is ready, then for a key any number of `{"key", "piece"}` and at last `"done"` or
`"error"`, and `{"beat"}` while it works and has nothing to say. When stdin ends, so does it.
"""

import os
import queue
import sys
import threading
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO

import orjson

from selfimprove.errors import SelfImproveError
from selfimprove.models import mlx, serve
from selfimprove.models.answering import Event, Orders, Tell, Voices
from selfimprove.models.asked import Desk
from selfimprove.models.serving import Serving, context_of, room


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
    threading.Thread(target=_prepare, args=(lines, desk, orders), daemon=True).start()
    tell([{"key": 0, "done": {}}])
    voices.run(orders)


def _begin(order: Event, tell: Tell) -> tuple[Voices, Desk]:
    import psutil

    folder, wanted = Path(order["folder"]), Serving(**order["serving"])
    serving = replace(wanted, context=context_of(folder, wanted.context))
    there = room(folder, serving, psutil.virtual_memory().available)
    loaded = mlx.load(folder)
    return Voices(loaded, serving, there, tell), Desk(loaded.tokenizer, serving.context)


def _prepare(lines: "queue.SimpleQueue[bytes]", desk: Desk, orders: Orders) -> None:
    """Make requests ready in the order they come; without this thread the process is of no use."""
    try:
        while True:
            orders.put(_ready(orjson.loads(lines.get()), desk))
    finally:
        traceback.print_exc(limit=0)
        os._exit(1)


def _ready(order: Event, desk: Desk) -> Event:
    try:
        return {**order, "asked": desk.prepare(order["key"], order["ask"])} if "ask" in order else order
    except SelfImproveError as exc:
        return {**order, "error": exc}


def _teller(answers: IO[str]) -> Tell:
    def tell(events: Sequence[Event]) -> None:
        answers.write("".join(orjson.dumps(event).decode() + "\n" for event in events))
        answers.flush()

    return tell


if __name__ == "__main__":
    main(sys.argv[1])
