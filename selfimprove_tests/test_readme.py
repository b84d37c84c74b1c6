"""The README is true: its tree is the real tree, its commands exist, its tables are complete."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from selfimprove.cli import tree
from selfimprove.settings import Settings
from selfimprove_tests.test_cli import commands

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
LINKS = [(page, link) for page in PAGES for link in re.findall(r"\]\((?!http)([^)]+)\)", page.read_text())]
CACHES = {"__pycache__", ".ruff_cache", ".mypy_cache", ".pytest_cache", ".hypothesis"}
UNLISTED = {".git", ".venv", ".selfimprove", *CACHES}


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"README has no section {title!r}"
    return found[1]


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)


def test_the_tree_is_the_real_tree() -> None:
    listed = re.findall(r"^( *)([\w./-]+)", section("Tree").split("```")[1], re.MULTILINE)
    top = {name.rstrip("/") for indent, name in listed if not indent}
    rooms = {name.rstrip("/") for indent, name in listed if len(indent) == 2}
    assert top == {path.name for path in ROOT.iterdir()} - UNLISTED
    real = {path.name for path in (ROOT / "selfimprove").iterdir()} - UNLISTED - {"__init__.py", "__main__.py"}
    assert rooms == real


def test_every_command_is_in_the_readme_and_every_one_there_exists() -> None:
    real = {f"selfimprove {name}" for name, _ in commands(tree)}
    assert set(first_cells(section("Commands"))) == real


def test_the_settings_are_all_listed() -> None:
    assert first_cells(section("Settings")) == [
        f"SELFIMPROVE_{field.name.upper()}" for field in dataclasses.fields(Settings)
    ]


def test_the_dependencies_are_all_listed_with_a_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=; ]", requirement)[0] for requirement in wanted}
    rows = re.findall(r"^\| (`.+?) \| (.+?) \|", section("Dependencies"), re.MULTILINE)
    assert {name for cell, _ in rows for name in re.findall(r"`([^`]+)`", cell)} == names
    assert all(len(reason) > 20 for _, reason in rows)


def anchors(page: Path) -> set[str]:
    """What links to a heading of this page may name, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("page", "link"), LINKS, ids=lambda part: getattr(part, "name", part))
def test_links_lead_somewhere(page: Path, link: str) -> None:
    name, _, anchor = link.partition("#")
    target = page.parent / name if name else page
    assert target.exists()
    assert not anchor or anchor in anchors(target)


def test_every_page_is_linked_and_every_benchmark_told() -> None:
    linked = {(page.parent / link.partition("#")[0]).resolve() for page, link in LINKS}
    assert linked >= set((ROOT / "docs").iterdir())
    told = set(re.findall(r"`benchmarks/(\w+\.py)", section("Benchmarks")))
    assert told == {path.name for path in (ROOT / "benchmarks").glob("*.py")}
    assert told == set(
        re.findall(r"^## `benchmarks/(\w+\.py)", (ROOT / "docs/benchmarks.md").read_text(), re.MULTILINE)
    )


@pytest.mark.parametrize("target", re.findall(r"`make (\w+)`", README))
def test_make_targets_exist(target: str) -> None:
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()
