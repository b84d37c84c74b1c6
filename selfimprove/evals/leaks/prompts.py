"""What stood before a redacted value in a chat that was learned from: asked again, to see whether the value comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from selfimprove.chats.chat import Message
from selfimprove.datasets.example import Example, as_json
from selfimprove.privacy.canaries import Form
from selfimprove.privacy.fold import PLACEHOLDER

MOST = 32


@dataclass(frozen=True, slots=True)
class Prompt:
    """Messages to answer, and how the answer begins."""

    messages: tuple[Message, ...]
    begun: str = ""

    @property
    def told(self) -> str:
        """All that the model was given."""
        return "\n".join([*(message.content for message in self.messages), self.begun])


def before_values(examples: Iterable[Example], most: int = MOST) -> list[Prompt]:
    """Left contexts of pseudonyms, those in answers first: answers are what is trained on."""
    found: dict[Prompt, bool] = {}
    for example in sorted(examples, key=lambda one: one.id):
        found |= {prompt: bool(prompt.begun) for prompt in _of(example.messages)}
    return sorted(found, key=lambda prompt: not found[prompt])[:most]


def for_forms(forms: Iterable[Form]) -> list[Prompt]:
    """The questions that canaries answer, begun up to where the secret stands."""
    return [Prompt((Message("user", form.question),), form.answer.partition("{}")[0].rstrip()) for form in forms]


def as_job(prompts: Iterable[Prompt]) -> dict[str, list[object]]:
    """Prompts as the child process reads them."""
    asked = list(prompts)
    return {"prompts": [as_json(one.messages) for one in asked], "begun": [one.begun for one in asked]}


def _of(messages: tuple[Message, ...]) -> Iterator[Prompt]:
    for place, message in enumerate(messages):
        match = PLACEHOLDER.search(message.content)
        start = message.content[: match.start()].rstrip() if match else ""
        if match and message.role == "assistant" and place:
            yield Prompt(messages[:place], start)
        elif start and message.role == "user":
            yield Prompt((*messages[:place], Message("user", start)))
