"""Whether whoever was promoted answers anybody, told alike by a night, its report and the command line."""

from selfimprove import postgres
from selfimprove.postgres import Connection
from selfimprove.settings import Settings

ELSEWHERE = "while another server’s model does (`SELFIMPROVE_UPSTREAM_URL`)"
NOT_YET = "before you say `selfimprove experiments stop`"


def said(connection: Connection, settings: Settings, champion: str | None, *, promoted: bool = False) -> str:
    """Who answers, as the command line says it of the champion there is."""
    if champion is None:
        return "The base model answers now."
    until = why(connection, settings, promoted=champion if promoted else None)
    return f"Adapter {champion} {f'is champion, and answers nobody {until}' if until else 'answers now'}."


def why(connection: Connection, settings: Settings, *, promoted: str | None = None) -> str:
    """Until when the champion answers nobody; "" where it answers, or where the base model is champion.

    `promoted` was made champion just now: where nobody has begun to compare it, the gateway is about to.
    """
    row = connection.execute(postgres.queries("experiments").of_champion).fetchone()
    if row is None or row["adapter_id"] is None:
        return ""
    if settings.upstream_url is not None:
        return ELSEWHERE
    is_new = row["outcome"] is None and row["adapter_id"] == promoted
    share = row["share"] if row["outcome"] == "running" else settings.challenger_share if is_new else 1.0
    return "" if share else NOT_YET
