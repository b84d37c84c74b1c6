"""Prints the size figures of the code: how long functions and files are, how much test code there is."""

import ast
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {"median function": 9, "90th percentile": 25, "longest function": 50, "median file": 80, "longest file": 300}


def functions(path: Path) -> list[int]:
    tree = ast.parse(path.read_text())
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [node.end_lineno - node.lineno + 1 for node in found if node.end_lineno]


def lines(folder: str) -> list[int]:
    return [len(path.read_text().splitlines()) for path in (ROOT / folder).rglob("*.py") if path.name != "__init__.py"]


def main() -> int:
    lengths = sorted(length for path in (ROOT / "selfimprove").rglob("*.py") for length in functions(path))
    files = lines("selfimprove")
    measured = {
        "median function": statistics.median(lengths), "90th percentile": lengths[int(0.9 * len(lengths))],
        "longest function": lengths[-1], "median file": statistics.median(files), "longest file": max(files),
    }
    for name, value in measured.items():
        print(f"{name:17} {value:>5} lines (limit {LIMITS[name]})")
    print(f"{'test code':17} {sum(lines('selfimprove_tests')) / sum(files):>5.2f} lines a line of code")
    return int(any(measured[name] > LIMITS[name] for name in LIMITS))


if __name__ == "__main__":
    sys.exit(main())
