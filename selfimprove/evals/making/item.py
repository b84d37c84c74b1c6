"""An item of a suite, and the templates that make some."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Template = Callable[[Random], "Item"]
SEED = 11


@dataclass(frozen=True, slots=True)
class Item:
    """What is asked, an answer that passes, and the grader that says so."""

    asked: str
    reference: str
    grader: str = "exact"

    def line(self, slice_: str, number: int) -> dict[str, Any]:
        """The item as a line of a suite; its slice is its template: the cluster of paired statistics."""
        return {
            "id": f"{slice_.replace('/', '_')}_{number}",
            "messages": [{"role": "user", "content": self.asked}],
            "reference": self.reference,
            "grader": self.grader,
            "slice": slice_,
        }


def several(family: str, templates: Mapping[str, Template], each: int) -> Iterator[dict[str, Any]]:
    """So many different items of each template; the same ones whatever other templates there are."""
    for name, template in templates.items():
        draw, seen = Random(f"{SEED}/{family}/{name}"), set[str]()
        while len(seen) < each:
            item = template(draw)
            if item.asked not in seen:
                seen.add(item.asked)
                yield item.line(f"{family}/{name}", len(seen))


def each(family: str, items: Mapping[str, Sequence[Item]]) -> Iterator[dict[str, Any]]:
    """Items that were written out, by topic."""
    for topic, found in items.items():
        yield from (item.line(f"{family}/{topic}", number) for number, item in enumerate(found, 1))


def schema(**properties: Any) -> str:
    """A grader for an object with exactly these properties, each a schema or the one value that is right."""
    fitting = {name: value if isinstance(value, dict) else {"const": value} for name, value in properties.items()}
    return fits({"type": "object", "properties": fitting, "required": [*fitting], "additionalProperties": False})


def fits(value: Mapping[str, Any]) -> str:
    """A grader for a schema."""
    return f"schema:{json.dumps(value)}"
