"""The table that a soak ends with."""

from collections import Counter
from collections.abc import Mapping, Sequence

from soak.audit import Finding
from soak.books import Books
from soak.stored import Stored

SHOWN = 5  # examples of each kind of finding


def table(books: Books, stored: Stored, findings: Sequence[Finding]) -> str:
    """What was asked, done and found, one line each."""
    found = rows(books, stored, findings).items()
    return "\n".join(["| what | count |", "|---|---|", *(f"| {what} | {count} |" for what, count in found)])


def rows(books: Books, stored: Stored, findings: Sequence[Finding]) -> Mapping[str, object]:
    """The table's lines."""
    outcomes = Counter(sent.outcome for sent in books.sent)
    explained = sum(books.is_explained(sent) for sent in books.of("refused", "broken", "lost"))
    relations = Counter(row["relation"] for row in stored.exchanges.values())
    endings = Counter(row["ending"] for row in stored.exchanges.values())
    found: dict[str, object] = {
        "requests": f"{len(books.sent)} of {len({sent.user for sent in books.sent})} conversations",
        "answered to the end": f"{outcomes['answered']}, {_streamed(books)} of them streamed",
        "left by the client in mid-stream": outcomes["cut"],
        "503 with Retry-After; streams that ended in an error; lost connections":
            f"{outcomes['refused']}; {outcomes['broken']}; {outcomes['lost']}",
        "of these explained by a kill": explained,
        "anything else": outcomes["wrong"],
        "embeddings": _told(books.embedded),
        "kills": _told(Counter(outage.kind for outage in books.outages)),
        "of these started again by the house itself": _told(+books.revived),
        "seconds until it was back, median and most": _back(books),
        "starts of the house by its service manager": 1 + books.exits.total(),
        "nights": _told(books.nights),
        "rollbacks and returns": _told(books.swaps),
        "seconds until they were live, nothing else being amiss; median and most": _live(books, stored),
        "answers by voice": _told({name[:8]: count for name, count in stored.adapters().items()}),
        "exchanges stored": f"{len(stored.exchanges)} ({_told(relations)}; {_told(endings)})",
        "greedy answers held against their voice": sum(sent.greedy for sent in books.of("answered")),
        "feedback acknowledged, at once and pending; stored": _feedback(books, stored),
        "mismatches": len(findings),
    }  # fmt: skip
    return found


def examples(findings: Sequence[Finding]) -> list[str]:
    """A few of each kind."""
    kinds = Counter(what for what, _ in findings)
    shown = [f"{count} times: {what}" for what, count in kinds.most_common()]
    return [*shown, *(f"  {what}: {which}" for kind in kinds for what, which in _some(findings, kind))]


def _some(findings: Sequence[Finding], kind: str) -> list[Finding]:
    return [found for found in findings if found[0] == kind][:SHOWN]


def _streamed(books: Books) -> int:
    return sum(sent.streamed for sent in books.of("answered"))


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def _back(books: Books) -> str:
    times: dict[str, list[float]] = {}
    for outage in books.outages:
        if outage.ended:
            times.setdefault(outage.kind, []).append(outage.ended - outage.began)
    return ", ".join(f"{kind} {sorted(all_)[len(all_) // 2]:.1f} and {max(all_):.1f}" for kind, all_ in times.items())


def _live(books: Books, stored: Stored) -> str:
    lags = stored.lags(books.is_calm)
    return f"{lags[len(lags) // 2]:.1f} and {lags[-1]:.1f} of {len(lags)}" if lags else "none"


def _feedback(books: Books, stored: Stored) -> str:
    told = Counter(reacted.status for reacted in books.reactions)
    return f"{told['kept']} and {told['pending']}; {len(stored.feedback)}"
