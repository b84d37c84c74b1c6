"""Words whose letters somebody set apart, to get past a list: "i g n o r e", "i.g.n.o.r.e"."""

import re

# Three letters or more, the same sign between all; two signs or a line's end part words.
SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_](?P<sign>[ .*_-]))(?:[^\W\d_](?P=sign)){1,38}[^\W\d_](?![^\W_])")


def unspaced(text: str) -> str:
    """The text with such words written together; the rest stays as it is."""
    return SPACED.sub(lambda match: match[0].replace(match["sign"], ""), text)
