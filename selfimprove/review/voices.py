"""Who answers now, as every page tells it: whoever was promoted last, unless others do in its place or beside it."""

from collections.abc import Iterable, Mapping
from typing import Any

from selfimprove.experiments.experiment import BASE
from selfimprove.gateway import remembered
from selfimprove.postgres import Connection
from selfimprove.promotion import table as promotion
from selfimprove.review import succession, table, words
from selfimprove.review.house import Sign
from selfimprove.settings import Settings

Read = dict[str, Any]


def read(connection: Connection, settings: Settings, signs: Iterable[Sign]) -> Read:
    """What lead.html.j2 tells; `answering` names whom an answer may come from."""
    champion, place = promotion.champion(connection), remembered.place(settings.home)
    found: Read = {
        "champion": champion,
        "back": succession.went_back(succession.changes(connection)),
        "is_upstream": settings.upstream_url is not None,
        "stands_in": any(one.stands_in for one in signs),
        "instead": remembered.instead(place, champion["base_model"]) if champion else None,
        "experiment": next(iter(table.rows(connection, "open_experiment")), None),
    }
    return found | {"answering": answering(found)}


def answering(read: Read) -> frozenset[str]:
    """Ids of adapters, or the base model's name; none where another server answers."""
    champion, experiment = read["champion"], read["experiment"]
    if read["is_upstream"] or read["stands_in"]:
        return frozenset()
    if champion is None:
        return frozenset({BASE})
    if read["instead"]:
        return frozenset({read["instead"]})
    if not experiment or experiment["challenger"] != champion["id"]:
        return frozenset({champion["id"]})
    arms = {experiment["control"] or BASE: 1 - experiment["share"], champion["id"]: experiment["share"]}
    return frozenset(id for id, share in arms.items() if share)


def standing(adapter: Mapping[str, Any], answering: frozenset[str]) -> tuple[str, str]:
    """What an adapter is, by whether it answers, and the tone it is shown in."""
    if adapter["id"] in answering:
        return words.ANSWERS
    return words.STANDINGS.get(adapter["standing"], ("undecided", "plain"))
