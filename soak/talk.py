"""Clients without a pause: new chats and old ones, the same question again, another in its place, thumbs, leaving."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

from soak.books import Messages, Naming, Reacted, Sent
from soak.call import Caller, patience

GREEDY, NAMED, ECHOED, SYSTEM = 0.4, 0.2, 0.2, 0.2  # shares of conversations
STREAMED, LEAVES, AGAIN, EDITED, REACTS, TWO, EMBEDS = 0.6, 0.07, 0.15, 0.15, 0.35, 0.05, 0.01  # of turns
THINKS = 0.25  # seconds at most between an answer and the next question
TOKENS = 24
TRIES = 60  # after which a client gives a question up
ODD = 0.2  # of questions
TAG = " #no-rag"  # without it what is remembered would be told to the voice too
KINDS = ("thumbs", "rating", "comment", "correction")
WORDS = ("tea", "Käse", "the 08:15 tram", "日本語", "half a pound of rye", "x < y & z", '"quoted"', "two\nlines")


@dataclass
class Talk:
    """A conversation as its client knows it. It is sure while nothing failed, so that what must come is known."""

    user: str
    headers: dict[str, str]
    said: Messages = ()
    is_sure: bool = True
    last: Sent | None = None
    tried: set[str] = field(default_factory=set)  # exchanges that answered the newest question


class Client:
    """One after the other, until it is told to end; `prompts` are those whose greedy answers are known."""

    def __init__(self, name: str, caller: Caller, prompts: list[Messages], is_over: asyncio.Event) -> None:
        self._name, self._caller, self._prompts, self._is_over = name, caller, prompts, is_over
        self._chance = Random(name)
        self._count = self._remarks = 0
        self._embeds = EMBEDS

    async def live(self, *, embeds: bool = True) -> None:
        """Talk until it is over; every request that was begun is ended."""
        self._embeds = EMBEDS if embeds else 0.0
        while not self._is_over.is_set():
            self._count += 1
            user = f"{self._name} {self._count}"
            if self._is(GREEDY):
                await self._known(Talk(user, {}))
            else:
                await self._converse(Talk(user, {"x-selfimprove-chat": f"tab {user}"} if self._is(NAMED) else {}))

    async def _known(self, talk: Talk) -> None:
        """A question whose answer by each voice is known."""
        await self._ask(talk, self._chance.choice(self._prompts), "new", greedy=True)

    async def _converse(self, talk: Talk) -> None:
        echoes = not talk.headers and self._is(ECHOED)
        if self._is(SYSTEM):
            talk.said = (("system", f"Answer {talk.user} shortly."),)
        for turn in range(self._chance.randint(1, 4)):
            answer = await self._ask(talk, self._next(talk), "next" if turn else "new")
            if answer and self._is(AGAIN):
                answer = await self._ask(talk, answer.messages, "retry")
            if answer and echoes:
                talk.headers = {"x-selfimprove-chat": answer.chat}
            if answer and (turn or echoes) and self._is(EDITED):
                answer = await self._ask(talk, self._next(talk), "edit")
            if not answer or not answer.texts[0].strip():
                return
            talk.said = answer.said
            if self._is(self._embeds):
                await self._caller.embed([text for _, text in talk.said])

    def _next(self, talk: Talk) -> Messages:
        """What was said so far, with a question that is new in it."""
        about, number = self._chance.choice(WORDS), self._chance.randrange(10**6)
        if self._is(ODD):
            return (*talk.said, ("user", f"What of {about}, number {number}?"))
        return (*talk.said, ("user", f"{self._chance.choice(self._prompts)[-1][1].removesuffix(TAG)} ({number})"))

    async def _ask(self, talk: Talk, messages: Messages, relation: str, *, greedy: bool = False) -> Sent | None:
        """Ask until there is an answer; None when the client left, gave up, or it is over."""
        if relation in ("new", "next"):
            talk.tried = set()
        for _ in range(TRIES):
            sent = await self._ask_once(talk, messages, relation, greedy)
            if sent.outcome == "answered":
                talk.tried = {*talk.tried, sent.id} if relation != "edit" else {sent.id}
                talk.last = sent
                await self._respond(sent)
                return sent
            talk.is_sure = False
            if self._is_over.is_set() or (sent.outcome == "cut" and self._is(0.5)):
                return None
            await patience(sent, self._chance.random())
        return None

    async def _ask_once(self, talk: Talk, messages: Messages, relation: str, greedy: bool) -> Sent:
        sent = Sent(talk.user, messages, 2 if self._is(TWO) and not greedy else 1, self._is(STREAMED), greedy)
        if talk.is_sure:
            sent.expected = relation
            sent.repeats = frozenset(talk.tried) if relation in ("retry", "edit") else frozenset()
            sent.chat_expected = talk.last.chat if relation == "next" and talk.last else None
        leaves = self._chance.randint(1, 6) if sent.streamed and self._is(LEAVES) else 0
        return await self._caller.ask(sent, self._body(sent), talk.headers, leaves)

    def _body(self, sent: Sent) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": "selfimprove", "messages": [{"role": role, "content": text} for role, text in sent.messages],
            "user": sent.user, "max_tokens": TOKENS if sent.greedy else self._chance.randint(4, TOKENS),
            "temperature": 0.0 if sent.greedy else 0.9, "stream": sent.streamed, "n": sent.choices,
        }  # fmt: skip
        return body if sent.greedy else {**body, "seed": self._chance.randrange(2**31)}

    async def _respond(self, sent: Sent) -> None:
        await asyncio.sleep(self._chance.random() * THINKS)
        if not self._is(REACTS) or not sent.texts[0].strip():
            return
        reacted = self._reaction(sent)
        self._caller.books.reactions.append(reacted)
        for _ in range(TRIES):
            if await self._caller.react(reacted, wire(reacted)):
                return
            await patience(None, self._chance.random())

    def _reaction(self, sent: Sent) -> Reacted:
        """By what was said only with a text of its own: the same may stand elsewhere, and a thumb there is newer."""
        kind, draw = self._chance.choice(KINDS), self._chance.random()
        if kind == "thumbs":
            return Reacted(sent, "id", kind, self._chance.choice((-1.0, 1.0)))
        if kind == "rating":
            return Reacted(sent, "id", kind, self._chance.randint(-4, 4) / 4)
        self._remarks += 1
        by: Naming = "id" if draw < 0.4 else "messages" if draw < 0.8 else "answer"
        return Reacted(sent, by, kind, text=f"{kind} {self._remarks} of {self._name}, näher")

    def _is(self, share: float) -> bool:
        return self._chance.random() < share


def wire(reacted: Reacted) -> dict[str, Any]:
    """Feedback as the gateway is told it."""
    sent = reacted.on
    told = [{"role": role, "content": text} for role, text in sent.said]
    named: Any = {"id": sent.id, "messages": told, "answer": sent.texts[0]}[reacted.by]
    said: Any = {-1.0: "down", 1.0: "up"}[reacted.value or 0] if reacted.kind == "thumbs" else reacted.text
    return {reacted.by: named, reacted.kind: reacted.value if reacted.kind == "rating" else said, "user": sent.user}
