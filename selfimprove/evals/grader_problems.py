"""What is wrong with a grader as a suite names it; nothing is run, embedded or asked to find out."""

import re
from collections.abc import Callable, Iterator, Mapping

from selfimprove.evals import number, schema
from selfimprove.evals.graders import GRADERS, grade
from selfimprove.evals.grading import NAMES

Problem = Callable[[str], str | None]


def problems(grader: str, reference: str) -> Iterator[str]:
    """Sentences on why a suite's line cannot be graded, the first one first."""
    name, _, argument = grader.partition(":")
    if name not in NAMES:
        yield f"no grader is called {name!r}; there are {', '.join(NAMES)}"
        return
    found = _ARGUMENTS[name](argument) if name in _ARGUMENTS else None
    if found:
        yield found
    elif name in GRADERS and grade(grader, reference, reference) is False:
        yield "its own reference does not pass its grader"


def _pattern(argument: str) -> str | None:
    if not argument:
        return "regex needs its pattern, 'regex:pattern'; the reference is an answer that matches"
    try:
        re.compile(argument)
    except re.error as exc:
        return f"its pattern is not a regular expression ({exc})"
    return None


def _expected(argument: str) -> str | None:
    if number.parse(argument) is None:
        return "numeric takes a value, a tolerance and a unit it knows, each or none: 'numeric:3.14 ±0.01 km'"
    return None


def _schema(argument: str) -> str | None:
    return schema.problem(argument) if argument else "schema needs one, 'schema:{\"type\": …}'"


def _tests(argument: str) -> str | None:
    if not argument.strip():
        return "code needs its tests, 'code:assert f(1) == 2'; the reference is a program that passes"
    try:
        compile(argument, "tests", "exec")
    except (SyntaxError, ValueError) as exc:
        return f"its tests are not Python ({exc})"
    return None


def _threshold(argument: str) -> str | None:
    try:
        fits = 0 < float(argument) <= 1
    except ValueError:
        fits = False
    return None if fits else "similarity needs a cosine above 0 and up to 1, 'similarity:0.8'"


_ARGUMENTS: Mapping[str, Problem] = {
    "regex": _pattern, "numeric": _expected, "schema": _schema, "code": _tests, "similarity": _threshold,
}  # fmt: skip
