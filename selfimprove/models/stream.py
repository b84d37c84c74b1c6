"""Tokens as text while they come: what is said in pieces is what all tokens together say."""

from typing import Any

from selfimprove.models.token_bytes import UNFINISHED, whole


class Stream:
    """Decodes a few tokens at a time, after the ones before them, on which spaces may depend.

    mlx-lm's own streams drop the space that an answer begins with, and its plain decoding does not.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer, self._decode = tokenizer, tokenizer.decode
        self._recent: list[int] = []
        self._known = 0  # how many of the recent tokens are said
        self._said = ""  # and their text

    def feed(self, token: int) -> str:
        """What a token adds; nothing while a character of several tokens is not whole."""
        self._recent.append(token)
        text: str = self._decode(self._recent)
        if len(text) <= len(self._said) or text.endswith(UNFINISHED):
            return ""
        new = text[len(self._said) :]
        self._recent = self._recent[self._known :]
        self._known, self._said = len(self._recent), self._decode(self._recent)
        return new

    def rest(self) -> str:
        """What waited, when no more tokens come; a character whose end is missing is left out."""
        text: str = self._decode(self._recent)
        left = text[len(self._said) :]
        found = whole(self._tokenizer, self._recent[self._known :]) if UNFINISHED in left else None
        return left if found is None else found
