"""What pseudonyms stand for, as keyed hashes: enough to know a value again, of no use without the vault's key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from selfimprove.privacy.redact import Span, identity

KeyedHash = Callable[[bytes], str]


def hashed(originals: Mapping[str, str], keyed_hash: KeyedHash) -> dict[str, str]:
    """By pseudonym, such as [EMAIL_1], the hash of what `redact` says it stands for."""
    return {name: _hash(name[1:].rpartition("_")[0], value, keyed_hash) for name, value in originals.items()}


def recognised(text: str, spans: Iterable[Span], keyed_hash: KeyedHash) -> dict[str, Span]:
    """By hash, the spans of a text: one that is stored for some chat was redacted in it once, however it was spelt."""
    return {_hash(span.type, identity(span.type, text[span.start : span.end]), keyed_hash): span for span in spans}


def _hash(type_: str, value: str, keyed_hash: KeyedHash) -> str:
    return keyed_hash(f"original {type_} {value}".encode())
