"""Which lines of a text are source code, fenced or not: the tagger takes identifiers for people. Data is no code.

A line counts for SURE or LIKELY code by its shape alone; neighbours together need SURE. What no language could read
ends a block, so records, tables, JSON, letters and lists of names stay text, and so do comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from selfimprove.privacy.names.rows import between, rows
from selfimprove.privacy.rules.rule import words

SURE, LIKELY, MAYBE, BLANK, TEXT = 2, 1, 0, -1, -2
LONGEST = 1000  # code points in a line; a longer one is text
_FENCE = re.compile(
    r"^[ \t]*(?P<ticks>```+|~~~+)(?:[ \t]|\{?\.|\{)*(?P<language>[\w+#-]*)[^\n`]*\n(?P<content>.*?)"
    r"^[ \t]*(?P=ticks)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_LANGUAGES = words(
    """
    ada apex applescript asm assembly awk bash bat batch c c# c++ cc clj clojure cmake cmd cobol coffee coffeescript
    cpp cs csh csharp css cu cuda cxx cython d dart delphi dockerfile elixir elm erl erlang ex exs f# f90 fish fortran
    fs fsharp gdscript glsl go golang gradle graphql groovy h haskell haxe hcl hlsl hpp hs ipython java javascript jl
    js jsx julia kotlin ksh kt kts less lisp lua makefile mathematica matlab mjs mysql nasm nim nix objc objective-c
    objectivec ocaml octave pascal perl php pl plpgsql plsql postgres postgresql powershell prolog proto protobuf ps1
    psql pwsh py py3 pycon pyspark python python3 qml r racket rb reason rkt rs ruby rust sas sass scala scheme scss
    sh shell sol solidity sparql sql sqlite svelte swift systemverilog tcl terraform tf ts tsql tsx typescript v vala
    vb vba vbnet verilog vhdl vim vue wasm wgsl zig zsh
    """
)
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`|[“‘][^”’\n]*[”’]")
_COMMENT = re.compile(r"(?:^|(?<=\s))(?:#(?!include|define|if|endif|!|[\w-]+[^\n{]*\{)|//|--\s|/\*|<!--).*|^\*.*")
_SHOWN = re.compile(r"\W*(?:(?i:outputs?|results?|prints?|returns?|expected|input)\b|(?<=\s)[\[{(\"'\d])")
_LOW = r"[a-z_][\w.]*"
_TYPES = (
    r"(?:(?:unsigned|static|const|final|long)\s+)*(?:int|float|double|char|bool|boolean|void|long|short|byte|String"
    r"|size_t|std::\w+(?:<[^>\n]*>+)?"
    r"|(?:[A-Z]\w*)?(?:List|Map|Set|Stack|Queue|vector|ArrayList|HashMap|Array)<[^>\n]*>+)"
)
_NAME = r"[A-Za-z_$][\w$]*"
_ODD = r"(?:[a-z]+[A-Z]\w*|\w*[a-z0-9]_\w*|\$\w+|[a-z]\w*\.[a-z]\w*(?:\.\w+)*)"  # camelCase, snake_case, $perl, a.b
_SURE = re.compile(
    "|".join([
        rf"(?:async\s+)?def\s+{_NAME}[?!]?\s*\(",
        (rf"(?:(?:export|default|async|public|private|static)\s+)*"
        rf"(?:function\s*\*?\s*(?:{_NAME})?|(?:func|fun|fn)\s+{_NAME})\s*[(<]"),
        rf"(?:public|private|protected|internal|static|abstract|override)\s+(?:[\w<>\[\],?]+\s+)*{_NAME}\s*[({{;=]",
        (r"(?:(?:public|abstract|final|export)\s+)*"
        r"(?:class|struct|enum|interface|trait|impl|namespace)\s+[\w<>:., ]+\s*\{"),
        rf"class\s+{_NAME}\s*(?:\([\w., =]*\))?\s*:\s*$",
        r"(?:const|let|var|val)\s+(?:mut\s+)?(?:[\w$]+(?:\s*:\s*[\w<>\[\]|]+)?|[\[{][^=\n]*[\]}])\s*=",
        r"from\s+[\w.]+\s+import\s+[\w*(]|import\s+[\w.]+\.[\w*.]+;?\s*$|import\s+[\w.]+\s+as\s+\w+\s*$",
        r"import\s+[\w*{}, ]+\s+from\s+['\"]|#\s*(?:include\s*[<\"]|define\s+\w+)|#!/|<\?php|\?>\s*$|\$\(",
        r"using\s+(?:namespace\s+)?[\w.]+;|package\s+[\w.]+;",
        r"(?:\}\s*)?(?:if|for|foreach|while|switch|catch|elif|else\s+if)\s*\(.*\)\s*(?:\{.*|:|[\w.+-]+.*;)\s*$",
        r"(?:if|for|foreach|while|switch|elif|else\s+if)\s*\((?:.*(?:[=<>!&|;%]|\w\.\w|\w\().*|!?[a-z_]\w*)\)\s*$",
        r"(?:if|elif|while)\b.*(?:[=<>!]=|[<>]|\w\(|\w\[|_).*:\s*$",
        rf"for\s+{_NAME}(?:\s*,\s*{_NAME})*\s+in\s+.*[(\[.].*:\s*$",
        r"except(?:\s+[\w.,() ]+)?(?:\s+as\s+\w+)?:\s*$|@(?:Override|staticmethod|property|classmethod)\b",
        rf"{_TYPES}\s*[*&\[\]]*\s*{_LOW}\s*[=;(\[{{,)]",
        rf"(?:{_NAME}\.)+{_NAME}\s*\(.*[);{{\[(,]\s*$",
        r"(?:print|printf|println!?|puts|echo|print_r|assert|raise|throw|require|alert)\s*[(\"'$].*[)\"'\]];?\s*$",
        rf"{_ODD}\s*(?:\[[^\]\n]*\]\s*)*(?:[-+*/%|&]?=(?!=)|:=|<-)\s*(?![\s\"'“]|$|[A-Z][a-zà-ÿ]+(?:[\s,;]|$))",
        (rf"{_NAME}(?:\[[^\]\n]*\])*\s*(?:[-+*/%|&]?=(?!=)|:=|<-)\s*"
        r"(?:\[|\{|\(|[\w.]+\(|[\w.\]]+\s*[-+*/%]\s*[\w(]|(?![A-Z][a-z]+[\s;,])\S+;\s*$)"),
        rf"{_ODD}\s*\(.*\)\s*[;{{]?\s*$|{_NAME}\[.*\]\s*(?:,\s*{_NAME}\[.*\])*\s*[-+*/]?=(?!=)",
        r"(?:if|elif|while|until)\s+\[+\s.*\]+\s*;?\s*(?:then|do)?\s*$|\w+=\$[\w({]",
        r".*(?:\)|\b[a-z_]\w*)\s*=>\s*[\w{(\[\"'`]|.*\[[^\]]*\bfor\s+\w+\s+in\b",
        (r"(?:SELECT|INSERT\s+INTO|DELETE\s+FROM|CREATE\s+(?:TABLE|VIEW|INDEX|DATABASE)"
        r"|ALTER\s+TABLE|DROP\s+TABLE)\s+[\w*(`\"\[]"),
        r"UPDATE\s+\w+\s+SET\b|select\s+\*\s+from\s+\w",
        r"(?:return|throw|yield)(?:\s+\S+)?;\s*$|return\s+(?:[!\[{]\S|\([\w\s.]+[-+*/%<>=]|[\w.$]+[(\[_])",
        r"return\s+[\w.$\])]+\s+(?:[-+*/%<>?]|[=!]=+|&&|\|\|)\s",
        r".*\)\s*\{\s*$|\}\s*(?:else|catch|finally)\b|(?:\}|\])\)+;?\s*$",
        r".*(?:\w(?:\+\+|--)|\b[a-z_]\w*\(.*\))\s*;\s*$",
        r"do\s*\|\w+\||.*\bdo\s+\|\w+(?:,\s*\w+)*\|\s*$",
    ])
)  # fmt: skip
_STYLE = (
    r"(?:(?:color|background|margin|padding|font|border|width|height|display|position|float|overflow|cursor|opacity)"
    r"\s*:\s*[^;{}A-Z]+|(?:font|text|background|border|margin|padding|max|min|line|list|box|flex|grid|align|justify"
    r"|z)-[\w-]+\s*:\s*[^;{}]+);"
)
_COLUMN = r"(?i:int|integer|varchar|char|text|date|datetime|timestamp|decimal|float|boolean|serial|bigint)\b"
_LIKELY = re.compile(
    "|".join([
        r"(?:return|yield)(?:\s+-?[\w.]+)?;?\s*$|import\s+[a-z_][\w.]*;?\s*$|(?:else|try|finally|do)\s*[:{]?\s*$",
        r"(?:break|continue|pass|end|endif|endfor|fi|done|esac|begin|then)\s*;?\s*$|\};\s*$",
        rf"for\s+{_LOW}(?:\s*,\s*{_LOW})*\s+in\s+{_LOW}\s*:?\s*$|(?:if|elif|while)\s+(?:not\s+)?{_NAME}\s*:\s*$",
        (rf"(?:if|elif|while)\s+(?:not\s+)?{_LOW}\s+(?:is|in|and|or|not)\s+"
        rf"(?:not\s+|in\s+)?(?:None|True|False|{_LOW})\s*:\s*$"),
        rf"{_STYLE}|{_LOW}\s+{_COLUMN}(?:\(\d+(?:,\s*\d+)?\))?(?:\s+[A-Z ]+)?,?\s*$",
        r"[.#@*]?[\w.#:>,* -]+\{\s*$|def\s+\w+[?!]?\s*$",
        r"(?:WHERE|AND|OR|ON|HAVING)\b.*(?:[=<>]|\b(?:IN|LIKE|IS|BETWEEN|NOT)\b)",
        r"(?:GROUP|ORDER)\s+BY\b|LIMIT\s+\d|SET\s+\w+\s*=",
        r"(?:(?:INNER|LEFT|RIGHT|FULL|CROSS)\s+(?:OUTER\s+)?)?JOIN\s+\w|FROM\s+\w|VALUES\s*\(|UNION\b",
        rf"[a-z_]\w*\(.*\)\s*[;{{]?\s*$|{_NAME}\s*=\s*{_LOW}\.\w+;?\s*$",
        rf"{_NAME}\s*(?:[-+*/%]?=(?!=)|:=|<-)\s*(?:-?\d[\d._]*|True|False|None|true|false|null|nil)\s*,?\s*$",
        r".*(?:===?|!==?|&&|\|\||\+=|-=|\+\+|<=|>=)\s*[\w(\"'].*$",
        r"(?:end|\))\s*[.;].*$",
    ])
)  # fmt: skip
_ASSIGNED = re.compile(rf"{_NAME}\s*(?:[-+*/]?=(?!=)|:=|<-)\s*[\"'“\[{{(\w]")
_INSIDE = re.compile(r"[\"'“\w\]})({\[<].*[,:;=(){}\[\]<>+\"'”]\s*$|[\"'{\[(<].*")
_QUOTES = {"'": "'", '"': '"', "‘": "’", "“": "”", "`": "`"}
_MARKS = re.compile(r"[\W\d_]+")
_WORDS = re.compile(r"(?:\b[^\W\d_]{2,}[,.]? ){5}")


class _Line(NamedTuple):
    start: int
    end: int
    code: str  # without what surrounds it and its comment, unless that shows what the code gives
    kind: int
    opens: int  # brackets that it opens more than it closes


def prose(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text outside fences and lines of code, ascending; comments are prose, and rows of SQL."""
    return between(_outside(text), rows(text))


def _outside(text: str) -> Iterator[tuple[int, int]]:
    for start, end in unfenced(text):
        at = start
        for low, high in _lines_of_code(text, start, end):
            if text[at:low].strip():
                yield at, low
            at = high
        yield at, end


def holds(text: str) -> bool:
    """Whether there is source code in a text, fenced or not."""
    return any(end < len(text) for _, end in _outside(text)) or any(rows(text))


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether a stretch is one word in quotes: beside code, a value and not a person."""
    around = _QUOTES.get(text[start - 1 : start])
    return around is not None and text[end : end + 1] == around and " " not in text[start:end]


def unfenced(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text outside closed fences of code; an open one is text, as are letters and data in one."""
    at = 0
    for fence in _FENCE.finditer(text) if "```" in text or "~~~" in text else ():
        if fence["language"].lower() in _LANGUAGES or _is_code(text, *fence.span("content")):
            yield at, fence.start()
            at = fence.end()
    yield at, len(text)


def _is_code(text: str, start: int, end: int) -> bool:
    """Whether these lines are code throughout, but for comments, marks and assignments."""
    lines = [_line(text, *match.span()) for match in _LINE.finditer(text, start, end)]
    inside = {line.start for block in _blocks(lines) for line in block}
    return bool(inside) and all(line.kind in (MAYBE, BLANK) or line.start in inside for line in lines)


def _lines_of_code(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each line of code, without its comment."""
    for block in _blocks([_line(text, *match.span()) for match in _LINE.finditer(text, start, end)]):
        for line in block:
            if line.code:
                low = text.index(line.code, line.start)
                yield low, low + len(line.code)


def _line(text: str, start: int, end: int) -> _Line:
    whole = text[start:end].strip() if end - start <= LONGEST else ""
    if not whole:
        return _Line(start, end, "", BLANK if end - start <= LONGEST else TEXT, 0)
    bare = _STRING.sub(_hollow, whole)
    comment = _COMMENT.search(bare)
    body = (whole[: comment.start()] if comment else whole).rstrip()
    bare = bare[: len(body)]
    opens = sum(map(bare.count, "([{")) - sum(map(bare.count, ")]}"))
    code = whole if comment and _SHOWN.match(comment[0]) else body
    return _Line(start, end, code, _kind(body, bare, bool(comment)), opens)


def _hollow(string: re.Match[str]) -> str:
    """A string of the same length and marks, in which nothing stands."""
    return string[0][0] + "_" * (len(string[0]) - 2) + string[0][-1]


def _kind(body: str, bare: str, commented: bool) -> int:
    """How much a line looks like code; one with a row of plain words outside its strings is a sentence."""
    if not body:
        return MAYBE if commented else BLANK
    if _WORDS.search(bare):
        return SURE if re.match(r"(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE)\b.*[;*=]", bare) else TEXT
    if _SURE.match(bare):
        return SURE
    if _LIKELY.match(bare):
        return LIKELY
    return MAYBE if _MARKS.fullmatch(bare) or _ASSIGNED.match(body) else TEXT


def _blocks(lines: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
    """Rows of lines that are code together: from the first that looks like it to the end of what the last one opens."""
    at = 0
    while at < len(lines):
        end, weight = _reach(lines, at)
        if weight >= SURE:
            yield lines[_back(lines, at) : end]
        at = max(end, at + 1)


def _reach(lines: Sequence[_Line], start: int) -> tuple[int, int]:
    """Where a block that begins with this line would end, and how much its lines look like code together."""
    end, weight, depth = start, 0, 0
    for place in range(start, len(lines)):
        line = lines[place]
        if line.kind == TEXT and not (depth > 0 and _INSIDE.match(line.code)):
            break
        if place == start and line.kind < LIKELY:
            break
        weight += max(line.kind, 0)
        if line.kind > MAYBE or (depth > 0 and line.kind != BLANK):
            end, depth = place + 1, max(0, depth + line.opens)
    return end, weight


def _back(lines: Sequence[_Line], start: int) -> int:
    """The first of the comments and assignments before a block, at most one empty line apart."""
    at = start
    while at > 0 and start - at < 2:
        at -= 1
        if lines[at].kind == MAYBE and not _MARKS.fullmatch(lines[at].code):
            start = at
        elif lines[at].kind != BLANK:
            break
    return start
