"""A person's browser: a token is given once, and a cookie stands for it from then on."""

import base64
import hashlib
import hmac
import html
import os
import re
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from starlette.types import Scope

from selfimprove.gateway.logged_out import DAYS, LoggedOut
from selfimprove.gateway.tokens import Token
from selfimprove.settings import private

COOKIE = "selfimprove"
OUT = "/logout"
VALUE = re.compile(r"[0-9a-f]{8}\.[0-9]{1,12}\.[A-Za-z0-9_-]{43}")  # a token's id, when it ends, the signature
LONGEST_WAY = 2000  # of a path: it comes back in the form, of which a stranger may send little
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>selfimprove</title>
<style>:root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui;max-width:24rem;margin:15vh auto;padding:0 1rem}}
input,button{{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:.25rem 0}}</style>
<main><h1>selfimprove</h1><form method="post" action="/login"><label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="to" value="{to}"><button>Let me in</button></form>
<p role="status">{said}</p><p><code>selfimprove tokens add me --scope review --scope admin</code> makes one.</p></main>
</html>"""


class Sessions:
    """Cookies that name a token and when they end, signed: they end early with their token, or by logging out."""

    def __init__(self, key: bytes, over: LoggedOut | None = None) -> None:
        self._key, self._over = key, over or LoggedOut()

    def begin(self, token: Token, now: float | None = None) -> str:
        """The cookie's value for a token."""
        ends = int(now or time.time()) + DAYS * 86400
        while self._over.has(token.id, ends):  # of this very second, which another login was ended of
            ends += 1
        body = f"{token.id}.{ends}"
        return f"{body}.{self._sign(body, token).decode()}"

    def find(self, header: str, known: Mapping[str, Token], now: float | None = None) -> Token | None:
        """The token that a Cookie header stands for, as long as that is valid."""
        value = _value(header)
        if not value or not known:
            return None
        id, ends, signature = value.split(".")
        token = next((token for token in known.values() if token.id == id), None)
        if token is None or not hmac.compare_digest(signature.encode(), self._sign(f"{id}.{ends}", token)):
            return None
        return token if int(ends) > (now or time.time()) and not self._over.has(id, int(ends)) else None

    def end(self, header: str, known: Mapping[str, Token]) -> None:
        """Log out whoever sent a valid cookie, and everybody who has a copy of it."""
        if self.find(header, known):
            id, ends, _ = _value(header).split(".")
            self._over.add(id, int(ends))

    def is_over(self, header: str) -> bool:
        """Whether the login of a cookie that was valid has been ended since."""
        id, ends, _ = _value(header).split(".")
        return self._over.has(id, int(ends))

    def _sign(self, body: str, token: Token) -> bytes:
        signed = hmac.digest(self._key, f"{body}.{token.sha256}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(signed).rstrip(b"=")


def key(home: Path) -> bytes:
    """What cookies are signed with: made once, in a file that only this account can read."""
    path = private(home / "keys") / "cookies"
    if not path.exists():
        draft = path.with_name(f"cookies.{secrets.token_hex(4)}.draft")
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_bytes(32))
        os.replace(draft, path)
    return path.read_bytes()


def page(to: str, said: str = "") -> str:
    """The form; `to` is where it leads afterwards."""
    return PAGE.format(to=html.escape(local(to), quote=True), said=html.escape(said))


def local(path: str) -> str:
    """A path of this gateway: whatever would lead elsewhere leads to the first page."""
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local and len(path) <= LONGEST_WAY else "/"


def way(path: bytes, query: bytes = b"") -> str:
    """The address of the form that leads to a page afterwards; path and query as they were asked for."""
    to = local((path + b"?" + query if query else path).decode("latin-1"))
    return f"/login?to={quote(to, safe='/')}"


def alone(scope: Scope) -> str:
    """Take all cookies out of a request but the one that is ours, and return what is left.

    They are not of this gateway, and the framework takes seconds to read 30 KB that were made to be read slowly.
    """
    given = ";".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie")
    rest = [header for header in scope["headers"] if header[0] != b"cookie"]
    ours = f"{COOKIE}={value}" if (value := _value(given)) else ""
    scope["headers"] = [*rest, (b"cookie", ours.encode())] if ours else rest
    return ours


def _value(header: str) -> str:
    """The value of our cookie, "" where there is none that could be ours."""
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE and VALUE.fullmatch(value):
            return value
    return ""
