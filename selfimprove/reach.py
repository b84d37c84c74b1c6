"""Reach the gateway as a client of this machine does, whoever started it."""

import socket

from selfimprove.settings import Settings

SECONDS = 5.0


def is_refused(settings: Settings) -> bool:
    """Whether nobody listens there."""
    try:
        socket.create_connection((settings.gateway_reached, settings.gateway_port), SECONDS).close()
    except ConnectionRefusedError:
        return True
    except OSError:  # it may be there all the same: an answer that does not come tells more
        return False
    return False


def health(settings: Settings) -> tuple[bool, str]:
    """Whether the gateway can answer clients, and why not where it says so."""
    import httpx

    try:
        answer = httpx.get(f"{settings.gateway_url}/healthz", timeout=SECONDS, headers={"host": "localhost"})
        said = answer.json()
    except (httpx.HTTPError, ValueError) as exc:
        return False, f"it does not answer ({type(exc).__name__})"
    if not isinstance(said, dict) or said.get("status") not in ("ok", "unavailable"):
        return False, f"what listens at {settings.gateway_url} is no gateway: stop it, or set SELFIMPROVE_GATEWAY_PORT"
    return answer.status_code == 200, str(said.get("detail", ""))
