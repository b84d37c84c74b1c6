"""Links to somebody's profile on a social network.

A link to GitHub stays unless somebody says that it is theirs: who owns code is part of how code is talked about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selfimprove.privacy.rules.nobodys import is_nobodys
from selfimprove.privacy.rules.rule import Bounds, Rule, either, words

_PROFILE = (
    r"(?<![\w-])(?<!\w\.)(?:(?:www|m|mobile|de-de|web)\.)?(?:(?:twitter|x|instagram|facebook|fb|pinterest)\.com/@?|"
    r"threads\.(?:net|com)/@|twitch\.tv/|(?:[a-z]{2}\.)?linkedin\.com/in/|tiktok\.com/@|youtube\.com/@|medium\.com/@|"
    r"(?:t|telegram)\.me/|snapchat\.com/add/|reddit\.com/u(?:ser)?/|bsky\.app/profile/|instagr\.am/|"
    r"mastodon\.social/@|steamcommunity\.com/id/|soundcloud\.com/|vk\.com/|venmo\.com/(?:u/)?|"
    r"paypal\.me/|cash\.app/\$)"
    r"(?P<value>[^\W_](?:[\w.%-]{0,60}\w)|_\w[\w.-]{0,30}\w)(?![\w@])(?P<rest>/\S)?"
)
_PROFILE_NEEDS = either(
    "twitter.com/|x.com/|instagram.com/|facebook.com/|fb.com/|threads.|twitch.tv/|pinterest.com/|linkedin.com/in/|tiktok.com/@|"
    "youtube.com/@|medium.com/@|t.me/|telegram.me/|snapchat.com/add/|reddit.com/u|bsky.app/|instagr.am/|"
    "mastodon.social/@|steamcommunity.com/id/|soundcloud.com/|vk.com/|venmo.com/|paypal.me/|cash.app/"
)
# What these sites keep for themselves, and what only stands for a handle.
_PAGES = words(
    """
    home i search intent share sharer sharer.php hashtag login logout signup settings explore notifications messages
    compose privacy tos terms about jobs help p reel reels stories accounts tv direct developer developers groups events
    pages watch marketplace profile.php plugins dialog tr photo photos photo.php business policies people legal joinchat
    addstickers proxy s c directory videos downloads widgets oauth api business pin ideas today hashtags public discover
    stream upload charts mobile web pg story.php permalink.php media gaming ads careers blog docs en de fr es
    features topics trending pricing security enterprise sponsors collections
    notes company page yourpage yourprofile yourhandle handle profile account brand
    """
)
_VERSION = re.compile(r"[a-z]?\d[\w.]{0,6}|.{1,2}")
_NO_HANDLE = words("everyone here channel property staticmethod override gmail outlook hotmail yahoo botfather")


def is_handle(handle: str) -> bool:
    """Whether it could be somebody's."""
    low = handle.lower()
    stands_in = low in _PAGES or low in _NO_HANDLE or low.endswith(("handle", "username"))
    return not (stands_in or is_nobodys(low) or _VERSION.fullmatch(low))


def handle(match: re.Match[str]) -> Iterator[Bounds]:
    """The group named "value", if it could be one."""
    if is_handle(match["value"]):
        yield match.span("value")


RULES = (Rule("handle_profile", "USERNAME", _PROFILE, handle, needs=_PROFILE_NEEDS, flags=re.IGNORECASE),)
