"""Rules about form: what the question asked for and the answer does not have; code that is no code."""

import re
from collections.abc import Callable

from selfimprove.critiques.asks_abroad import asks_for, items_asked_for, parts_of, says_yes_or_no
from selfimprove.critiques.exchange import Exchange
from selfimprove.critiques.fences import split
from selfimprove.critiques.parse import PARSERS, is_json, is_json_lines
from selfimprove.privacy.fold import PLACEHOLDER

_ASKS_JSON = re.compile(
    r"\b(?:answer|reply|respond|output|return|write|give|produce|print|provide)\b[^.?!\n]{0,40}"
    r"\b(?:in|as|with|only|valid|a|the)\s+(?:valid |raw |a )?json\b"
    r"|\b(?:in|as) (?:valid )?json(?: only| format| object| array)?\s*[.!,;:]?\s*$"
    r"|\b(?:json (?:only|please)|only json)\b",
    re.IGNORECASE | re.MULTILINE,
)
_ABOUT_JSON = re.compile(
    r"\b(?:function|script|program|code|class|method|regex|query|endpoint|parse[rsd]?|how (?:do|can|to)|what is|explain"
    r"|why)\b",
    re.IGNORECASE,
)
_ASKS_TABLE = re.compile(
    r"\b(?:(?:put|show|present|format|compare|answer|summari[sz]e)\b[^.?!\n]{0,60} (?:in|as)|as"
    r"|(?:make|draw|give)(?: me)?) an? (?:markdown )?table\b(?! of contents)|\bin (?:a )?table (?:form|format)\b",
    re.IGNORECASE,
)
_ASKS_BULLETS = re.compile(
    r"\b(?:bullet(?:ed)? (?:list|points?)|(?:as|in) bullets|as an? (?:numbered )?list|numbered list)\b", re.IGNORECASE
)
_ASKS_WORD = re.compile(
    r"\b(?:(?:in|with) (?:just |only |exactly )?(?:one|a single|1) word|(?:one|single)-word (?:answer|reply))\b",
    re.IGNORECASE,
)
_ASKS_CODE = re.compile(
    r"\b(?:write|create|implement|give me|show me|generate|code)\b[^.?!\n]{0,40}\b(?:(?:python|javascript|java|rust|go"
    r"|bash|c\+\+|sql|typescript|shell|ruby|php) (?:function|script|program|class|code|query|snippet|one-liner)"
    r"|sql query|regex|regular expression|shell script|bash script)\b",
    re.IGNORECASE,
)
_LOOKS_LIKE_CODE = re.compile(
    r"```|`[^`]+`|^#!|\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER)\s+[\w*(\"]"
    r"|\b(?:def|function|class|import|return|echo|fn|public|const|let|var)\b.*[(;:{*=]|[\\^$]\S{0,200}[+*)\]]"
)
_ASKS_YES_OR_NO = re.compile(
    r"\b(?:answer|reply|respond|(?:just|only|please) say)(?: (?:only|just|simply))?(?: with)?(?: (?:only|just))?:?"
    r" [\"']?yes[\"']? or [\"']?no\b|\b(?:just|only|simply) yes or no\b|\byes or no only\b|[:,(] ?yes or no\?",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"\W*(?:yes|no|yeah|nope|neither|both|unknown|it depends|maybe|i (?:do not|don't) know)\b", re.IGNORECASE
)
_ASKS_FEWER_WORDS = re.compile(
    r"\b(?:at most|under|no more than|fewer than|less than|maximum(?: of)?|max\.?(?: of)?|up to) (\d{1,4}) words\b",
    re.IGNORECASE,
)
WORDS_OVER = 1.1  # people count words otherwise than a program does
_NUMBERS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}
_NOT_ITEMS = "hours?|minutes?|days?|weeks?|words?|sentences?|lines?|paragraphs?|people|years?|times|percent|numbers"
_ASKS_ITEMS = re.compile(
    r"\b(?:list|name|give(?: me| us)?|suggest|write|tell me|show me|what are|recommend)\s+"
    rf"(?:the |my |some |exactly |a list of )*(?:top |best )?(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+"
    rf"(?!(?:or|to|and|of|{_NOT_ITEMS})\b)[a-z][\w-]*",
    re.IGNORECASE,
)
_AND_OR = re.compile(r",\s*(?:and|or)\s+|,\s*|\s+(?:and|or)\s+")
_CODE_LINE = re.compile(
    r"[{}=<>\\]|;\s*$|\w\([^)]*\)|^\s*(?:#|//|@|import |from \w+ import|def |class |return\b|else:|try:)"
)
_NUMBERED = re.compile(r"^( *)(?:\*\*)?\d{1,2}[.):]\s?\S", re.MULTILINE)
_BULLETED = re.compile(r"^( *)[-*•–]\s+\S", re.MULTILINE)


def not_json(exchange: Exchange) -> str | None:
    """JSON was asked for, and nothing in the answer is JSON."""
    asked = _ASKS_JSON.search(exchange.question) and not _ABOUT_JSON.search(exchange.question)
    if not (asked or asks_for("json", exchange.question)):
        return None
    answer = PLACEHOLDER.sub("0", exchange.answer)
    candidates = [*(block.body for block in split(answer).blocks), answer, *_braced(answer)]
    has = any(is_json(candidate) or is_json_lines(candidate) for candidate in candidates)
    return None if has else "asked for JSON, gave none"


def not_a_table(exchange: Exchange) -> str | None:
    """A table was asked for, and no two lines of the answer have cells."""
    asked = _ASKS_TABLE.search(exchange.question) or asks_for("table", exchange.question)
    if not asked or is_code(exchange.answer):
        return None
    rows = [line for line in exchange.answer.splitlines() if line.count("|") >= 2 or "\t" in line or "<tr" in line]
    return None if len(rows) >= 2 else "asked for a table, gave none"


def not_a_list(exchange: Exchange) -> str | None:
    """Bullets or numbered points were asked for, and the answer has fewer than two."""
    asked = _ASKS_BULLETS.search(exchange.question) or asks_for("bullets", exchange.question)
    if not asked or is_code(exchange.answer):
        return None
    return None if len(items(exchange.answer)) >= 2 else "asked for a list, gave none"


def wrong_number_of_items(exchange: Exchange) -> str | None:
    """A number of things was asked for, and the answer lists another number; says nothing where it cannot count."""
    asked = _ASKS_ITEMS.search(exchange.question)
    wanted = (_NUMBERS.get(asked[1].lower()) or int(asked[1])) if asked else items_asked_for(exchange.question)
    if not wanted:
        return None
    given = len(items(exchange.answer)) or _named_in_line(exchange.answer, _AND_OR.split if asked else parts_of)
    return f"asked for {wanted} items, gave {given}" if given >= 2 and given != wanted and wanted > 1 else None


def more_than_one_word(exchange: Exchange) -> str | None:
    """One word was asked for."""
    if not (_ASKS_WORD.search(exchange.question) or asks_for("word", exchange.question)):
        return None
    words = len(exchange.answer.split())
    return f"asked for one word, gave {words}" if words > 1 else None


def no_code(exchange: Exchange) -> str | None:
    """Code was asked for, and the answer has nothing that looks like it."""
    if not _ASKS_CODE.search(exchange.question):
        return None
    has = _LOOKS_LIKE_CODE.search(exchange.answer) or is_code(exchange.answer)
    return None if has else "asked for code, gave none"


def not_yes_or_no(exchange: Exchange) -> str | None:
    """Yes or no was asked for, and the answer begins with neither, nor says that it cannot tell."""
    asked = _ASKS_YES_OR_NO.search(exchange.question) or asks_for("yes_or_no", exchange.question)
    if not asked or _YES_OR_NO.match(exchange.answer) or says_yes_or_no(exchange.answer):
        return None
    return "asked for yes or no, gave neither"


def too_many_words(exchange: Exchange) -> str | None:
    """A limit of words was set, and the answer is longer by more than a tenth."""
    asked = _ASKS_FEWER_WORDS.search(exchange.question) or asks_for("fewer_words", exchange.question)
    if not asked:
        return None
    most, words = next(filter(None, asked.groups())), len(exchange.answer.split())
    return f"asked for {most} words at most, gave {words}" if words > WORDS_OVER * int(most) else None


def code_does_not_parse(exchange: Exchange) -> str | None:
    """A fenced block that says it is Python, JSON, TOML or XML, and is not; `...` leaves something out."""
    for block in split(PLACEHOLDER.sub("0", exchange.answer)).blocks:
        name, parses = PARSERS.get(block.language, ("", None))
        if parses and not parses(block.body) and not (name != "Python" and "..." in block.body):
            return f"a {name} block does not parse"
    return None


def items(text: str) -> list[str]:
    """The outermost points of a list, numbered ones if there are any."""
    for pattern in (_NUMBERED, _BULLETED):
        indents = pattern.findall(text)
        if indents:
            outermost = min(map(len, indents))
            return [indent for indent in indents if len(indent) == outermost]
    return []


def is_code(text: str) -> bool:
    """Whether a third of the lines look like code although no fence says so."""
    lines = [line for line in text.splitlines() if line.strip()]
    return sum(1 for line in lines if _CODE_LINE.search(line)) * 3 >= len(lines) > 0


def _named_in_line(text: str, split_up: Callable[[str], list[str]]) -> int:
    """How many things one short line enumerates, such as "Red, green and blue."; 0 when it is not such a line."""
    line = text.strip().rstrip(".").rpartition(":")[2]
    if "\n" in text.strip() or re.search(r"[.!?]\s", line):
        return 0
    parts = [part for part in split_up(line.strip()) if part]
    return len(parts) if len(parts) >= 2 and max(len(part.split()) for part in parts) <= 4 else 0


def _braced(text: str) -> list[str]:
    """The widest stretches from an opening to its kind of closing bracket."""
    found = []
    for opening, closing in ("{}", "[]"):
        start, end = text.find(opening), text.rfind(closing)
        if 0 <= start < end:
            found.append(text[start : end + 1])
    return found
