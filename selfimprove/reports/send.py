"""A message to one target, whatever that does: one that answers a byte at a time would hold up all others for good."""

import threading

from selfimprove.reports.alerts import plain

LONGEST_PROBLEM = 200
LONGEST_SECONDS = 60.0  # apprise waits four for each sign of life, and for a mail server's fifteen


def send(title: str, body: str, url: str, seconds: float = LONGEST_SECONDS) -> str:
    """What went wrong, empty when the target took it; a URL that apprise does not understand is a failure."""
    said: list[str] = []
    work = threading.Thread(target=lambda: said.append(_send(title, body, url)), daemon=True)
    work.start()
    work.join(seconds)
    problem = f"not taken within {seconds:g} seconds" if work.is_alive() else "not taken: apprise failed"
    return said[0] if said else f"{_kind(url)}: it was {problem}"


def _send(title: str, body: str, url: str) -> str:
    import apprise

    targets = apprise.Apprise(asset=apprise.AppriseAsset(app_id="selfimprove", app_desc="selfimprove alerts"))
    if not targets.add(url):
        return f"{_kind(url)}: this is no address that apprise understands"  # its own words quote it, password and all
    with apprise.LogCapture(level=apprise.logging.WARNING, fmt="%(message)s") as said:
        if targets.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT):  # its lines stay lines
            return ""
        lines = said.getvalue().strip().splitlines()
    return f"{_kind(url)}: {plain(lines[0])[:LONGEST_PROBLEM] if lines else 'it was not taken'}"


def _kind(url: str) -> str:
    return plain(url.partition(":")[0])[:20]
