"""The loop that answers: everyone who is being answered gets one token a step, from their own adapter."""

import queue
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from selfimprove.errors import AnswerBroken, ModelUnavailable, SchemaUnusable, SelfImproveError
from selfimprove.models.asked import Asked
from selfimprove.models.mlx import Loaded
from selfimprove.models.prefixes import Prefixes
from selfimprove.models.sampling import drawn, greedy
from selfimprove.models.serve import told
from selfimprove.models.serving import COPIED, STEP, Room, Serving, share
from selfimprove.models.slots import Mixed, Rows
from selfimprove.models.speech import Speech, pieces_of

Event = dict[str, Any]
Orders = queue.SimpleQueue[Event]
Tell = Callable[[Sequence[Event]], None]
BEAT = 1.0  # seconds
KEPT_BUFFERS = 2**28  # bytes that MLX keeps for its next step


class Voices:
    """One base model, its adapters and everyone who is being answered; each step is one token for each."""

    def __init__(self, loaded: Loaded, serving: Serving, room: Room, tell: Tell) -> None:
        self._serving, self._room, self._tell = serving, room, tell
        self._tokenizer = loaded.tokenizer
        self._mixed = Mixed(loaded.model)
        self._ends = sorted(loaded.tokenizer.eos_token_ids)
        self._generator = self._mixed.generator(self._ends, serving.rows, STEP)
        self._prefixes = Prefixes(int(room.prefixes))
        self._waiting: deque[Asked] = deque()
        self._speeches: dict[int, Speech] = {}
        self._leaving: dict[str, int] = {}
        self._unkept: set[int] = set()  # of whom nothing is remembered
        self._out: list[Event] = []
        self._said_at = time.monotonic()

    def run(self, orders: Orders) -> None:
        """Answer for ever."""
        import mlx.core as mx

        mx.set_cache_limit(KEPT_BUFFERS)
        with mx.stream(self._generator.stream):
            while True:
                self._take(orders)
                self._admit()
                self._step()
                self._part()
                self._flush()

    def _take(self, orders: Orders) -> None:
        """All orders there are; waits for one when nobody is being answered."""
        try:
            self._do(orders.get(block=not self._speeches and not self._waiting))
            while True:
                self._do(orders.get_nowait())
        except queue.Empty:
            return

    def _do(self, order: Event) -> None:
        key = order["key"]
        try:
            done = getattr(self, f"_do_{order['do']}")(order)
        except SelfImproveError as exc:
            self._out.append({"key": key, "error": told(exc)})
        else:
            if done is not None:
                self._out.append({"key": key, "done": done})

    def _do_say(self, order: Event) -> None:
        if "error" in order:
            raise order["error"]
        asked: Asked = order["asked"]
        if asked.slot != "base" and asked.slot not in self._mixed.places:
            raise ModelUnavailable(reason=f"adapter {asked.slot[:12]} is not loaded", retry_after=5)
        self._waiting.append(asked)

    def _do_cancel(self, order: Event) -> None:
        self._waiting = deque(asked for asked in self._waiting if asked.key != order["key"])
        for uid in [uid for uid, speech in self._speeches.items() if speech.asked.key == order["key"]]:
            self._generator.remove([uid])
            del self._speeches[uid]

    def _do_load(self, order: Event) -> Event:
        import mlx.core as mx

        name, folder, start = order["slot"], Path(order["folder"]), time.perf_counter()
        if name in self._leaving:  # it stays after all
            self._out.append({"key": self._leaving.pop(name), "done": {}})
        if name not in self._mixed.places:
            self._prefixes.shrink(self._room.prefixes / 2)
            places = self._mixed.size_with(folder)
            more = mx.get_active_memory() - self._mixed.size + COPIED * places
            self._room.check_adapter(folder, places, more, self._lengths)
            self._mixed.load(name, folder)
        return {"seconds": time.perf_counter() - start}

    def _do_unload(self, order: Event) -> Event | None:
        if order["slot"] not in self._mixed.places:
            return {}
        self._leaving[order["slot"]] = order["key"]
        return None

    def _do_forget(self, _: Event) -> Event:
        """Chats were forgotten: nothing that was read until now stays in memory, nor will what is being said."""
        import mlx.core as mx

        self._prefixes.forget()
        under_way = [*(speech.asked for speech in self._speeches.values()), *self._waiting]
        self._unkept = {asked.key for asked in under_way}
        mx.clear_cache()
        return {}

    def _do_figures(self, _: Event) -> Event:
        import mlx.core as mx

        return {
            "memory": mx.get_active_memory(),
            "peak": mx.get_peak_memory(),
            "prefixes": self._prefixes.size,
            "hits": self._prefixes.hits,
            "misses": self._prefixes.misses,
            "hit_tokens": self._prefixes.hit_tokens,
            "answering": len(self._speeches),
            "waiting": len(self._waiting),
        }

    def _admit(self) -> None:
        """Into the batch in the order they came, as long as their caches will fit when they have grown."""
        while self._waiting and len(self._speeches) < self._serving.rows:
            lengths = self._lengths
            if lengths and not self._room.fits([*lengths, _length(self._waiting[0])], self._mixed.size):
                return
            self._insert(self._waiting.popleft())

    @property
    def _lengths(self) -> list[int]:
        """Of the conversations of those who are being answered, when they have grown."""
        return [_length(speech.asked) for speech in self._speeches.values()]

    def _insert(self, asked: Asked) -> None:
        place = self._mixed.places.get(asked.slot, 0)
        read, caches = self._prefixes.find(place, asked.tokens)
        end = self._ends[0]
        sampler = drawn(asked.temperature, asked.top_p, asked.seed, end) if asked.temperature > 0 else greedy(end)
        (uid,) = self._generator.insert(
            [list(asked.tokens[read:])],
            [asked.max_tokens],
            caches=[[*(caches or self._mixed.cache()), Rows([place])]],
            all_tokens=[list(asked.tokens[:read])],
            samplers=[sampler],
            logits_processors=[asked.processors],
        )
        self._speeches[uid] = Speech(asked, self._tokenizer)

    def _step(self) -> None:
        if not self._speeches:
            return
        reading = sum(not speech.tokens for speech in self._speeches.values())
        self._generator.prefill_step_size = share(reading)
        _, said = self._generator.next()
        for one in said:
            self._hear(one)

    def _hear(self, one: Any) -> None:
        """Let out what a token says; an answer that has ended leaves what was read of it behind."""
        speech = self._speeches[one.uid]
        broken = _broken(one, speech.asked) if one.finish_reason else None
        if broken:
            self._out.append({"key": speech.asked.key, "error": told(broken)})
            del self._speeches[one.uid]
            return
        for piece in pieces_of(speech, one.token, one.logprobs, one.finish_reason):
            self._out.append({"key": speech.asked.key, "piece": piece})
        if one.finish_reason or speech.is_stopped:
            del self._speeches[one.uid]
            self._keep(speech.asked, one)

    def _keep(self, asked: Asked, one: Any) -> None:
        caches, tokens = one.prompt_cache, one.all_tokens
        if caches is None:
            caches, tokens = self._generator.remove([one.uid], return_prompt_caches=True)[one.uid]
        if asked.goes_on and asked.key not in self._unkept:
            self._prefixes.keep(self._mixed.places.get(asked.slot, 0), tokens, caches[:-1])

    def _part(self) -> None:
        """Unload what is to go and what nobody is answered by any more."""
        used = {speech.asked.slot for speech in self._speeches.values()} | {asked.slot for asked in self._waiting}
        for name in self._leaving.keys() - used:
            self._prefixes.forget(self._mixed.places[name])
            self._mixed.unload(name)
            self._out.append({"key": self._leaving.pop(name), "done": {}})

    def _flush(self) -> None:
        now = time.monotonic()
        if self._out:
            self._tell(self._out)
        elif now - self._said_at > BEAT:
            self._tell([{"beat": len(self._speeches)}])
        else:
            return
        self._out, self._said_at = [], now


def _length(asked: Asked) -> int:
    return len(asked.tokens) + asked.max_tokens


def _broken(one: Any, asked: Asked) -> SelfImproveError | None:
    """Why an answer that ended is none: the end is also what is drawn where nothing can be computed."""
    import mlx.core as mx

    if not mx.isfinite(one.logprobs[one.token]).item():
        return AnswerBroken(slot=asked.slot[:12])
    if asked.schema is not None and asked.schema.broken:
        return SchemaUnusable(reason=asked.schema.broken)
    return None
