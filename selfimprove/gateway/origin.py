"""Whether a request comes from where it may: DNS rebinding and other sites' pages are refused."""

import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping

from selfimprove.settings import Settings

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CONTAINERS = frozenset({"host.docker.internal", "host.containers.internal"})  # how containers call this machine
FOR_PROGRAMS = ("/v1/", "/healthz", "/metrics")
HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::([0-9]{1,5}))?")


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches an address that is listened on."""
    return host in LOOPBACK or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def elsewhere(settings: Settings) -> str:
    """Where others than this machine can ask: the address listened on, or a proxy's name; "" where nowhere."""
    if not is_loopback(settings.gateway_host):
        return settings.gateway_host
    return next(iter(settings.gateway_names), "")


def names(settings: Settings) -> frozenset[str]:
    """The names under which the gateway may be asked."""
    known = LOOPBACK | CONTAINERS | {settings.gateway_host.lower(), *settings.gateway_names}
    if is_loopback(settings.gateway_host):
        return known
    own = socket.gethostname().lower()
    return known | {own, f"{own.removesuffix('.local')}.local"}


def is_foreign_host(value: str, known: frozenset[str], *, any_address: bool) -> bool:
    """Whether a Host header is none of the names: a page whose name was turned to this machine sends its own.

    An address cannot be turned, so `any_address` lets those in where several of this machine's are listened on.
    """
    found = HOST.fullmatch(value.lower())
    if not found:
        return True
    name = found[1] or found[2]
    return name not in known and not (any_address and _is_address(name))


def is_foreign_page(method: str, headers: Mapping[bytes, bytes], proxies: Iterable[str] = ()) -> bool:
    """Whether another site's page makes the browser ask this; following a link from there to one of ours is fine.

    A page of one of the `proxies` is ours, where that asks by another name than it was asked by.
    """
    origin = headers.get(b"origin")
    if origin is not None:
        host = headers.get(b"host", b"").lower()
        hosts = (host, *(name.encode() for name in proxies))
        return origin.lower() not in (scheme + one for scheme in (b"http://", b"https://") for one in hosts)
    site = headers.get(b"sec-fetch-site", b"none")
    is_whole_page = headers.get(b"sec-fetch-dest", b"document") == b"document"  # and no frame of another's page
    follows_a_link = method in ("GET", "HEAD") and headers.get(b"sec-fetch-mode") == b"navigate" and is_whole_page
    return site not in (b"none", b"same-origin") and not follows_a_link


def is_page_by_container_name(path: str, headers: Mapping[bytes, bytes]) -> bool:
    """Whether a page may be what asks, or is asked for, by a name of containers: outside of them whoever answers for
    names in a network can turn these to this machine. Programs look at no pages, and have no origin.
    """
    host = headers.get(b"host", b"").decode("latin-1").lower().partition(":")[0]
    return host in CONTAINERS and (b"origin" in headers or not path.startswith(FOR_PROGRAMS))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
