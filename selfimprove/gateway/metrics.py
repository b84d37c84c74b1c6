"""The gateway's figures for Prometheus: few labels, and nothing of a chat."""

from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
REQUESTS = Histogram(
    "selfimprove_request_seconds", "Requests by route, until the last byte of the answer",
    ("route", "method", "status"), buckets=SECONDS, registry=REGISTRY,
)
ANSWERS = Counter(
    "selfimprove_answers", "Answers by who gave them and how they ended", ("voice", "ended"), registry=REGISTRY
)
FIRST_TOKEN = Histogram(
    "selfimprove_first_token_seconds", "From the request to the first token", ("voice",), buckets=SECONDS,
    registry=REGISTRY,
)
TOKENS = Counter("selfimprove_tokens", "Tokens read and written", ("voice", "kind"), registry=REGISTRY)
ANSWERING = Gauge("selfimprove_answering", "Answers under way", registry=REGISTRY)
KEPT = Counter("selfimprove_exchanges", "Exchanges by whether they were kept", ("kept",), registry=REGISTRY)
UNRECALLED = Counter(
    "selfimprove_unrecalled", "Answers given without a look at what is remembered, for want of time: it took too long,"
    " or enough others were looking", ("why",), registry=REGISTRY,
)  # fmt: skip

WAITING = Gauge("selfimprove_spool_bytes", "Bytes that wait to be stored in Postgres", registry=REGISTRY)
ASIDE = Gauge("selfimprove_exchanges_aside", "Exchanges that could not be stored since the start", registry=REGISTRY)
STORED = Gauge("selfimprove_exchanges_stored", "Exchanges stored in Postgres since the start", registry=REGISTRY)
UNPLACED = Gauge(
    "selfimprove_feedback_unplaced", "Feedback on answers that nobody knows, since the start", registry=REGISTRY
)


@cache
def labelled(metric: Any, *labels: str) -> Any:
    """A metric with its labels; looking them up anew costs more than counting."""
    return metric.labels(*labels)


def text() -> bytes:
    """All of it in Prometheus' text format."""
    return generate_latest(REGISTRY)
