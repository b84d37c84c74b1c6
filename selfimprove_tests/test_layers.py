"""The layout holds: imports only point up the list, and few files know Dagster."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "selfimprove"
LAYERS = [
    "install", "errors", "settings", "logins", "postgres", "processes", "options", "charts", "models", "resources",
    "chats", "privacy", "curation", "critiques", "datasets", "adapters", "evals", "promotion", "experiments",
    "reports", "forgetting", "gateway", "review", "talk", "automation", "definitions", "dagster_webserver", "stack",
    "night", "day", "service", "doctor", "cli", "__main__",
]
KNOW_DAGSTER = {"assets.py", "checks.py", "resources.py", "automation.py", "definitions.py", "stack.py", "night.py",
                "dagster_webserver.py"}
HEAVY = {
    "mlx", "mlx_lm", "torch", "sentence_transformers", "pandas", "scipy", "phonenumbers", "faker", "apprise", "rich",
}
MLX_LM = {Path("models/mlx.py"), Path("models/harness.py"), Path("models/slots.py"), Path("models/voices.py")}

FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def layer(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else path.stem


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    tree = ast.parse((PACKAGE / path).read_text())
    nodes = tree.body if top_only else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "selfimprove":
                yield from (f"selfimprove.{alias.name}" for alias in node.names)


def test_every_file_is_in_a_layer() -> None:
    assert {layer(path) for path in FILES if path != Path("__init__.py")} <= set(LAYERS)


@pytest.mark.parametrize("path", [path for path in FILES if path != Path("__init__.py")], ids=str)
def test_imports_point_up(path: Path) -> None:
    mine = LAYERS.index(layer(path))
    ours = [name.split(".")[1] for name in imports(path) if name.startswith("selfimprove.")]
    allowed = {"commands.py": len(LAYERS)}.get(path.name, mine)
    assert [name for name in ours if LAYERS.index(name) > allowed] == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_thin_files_know_dagster(path: Path) -> None:
    knows = any(name.split(".")[0] == "dagster" for name in imports(path))
    assert not knows or path.name in KNOW_DAGSTER


@pytest.mark.parametrize("path", FILES, ids=str)
def test_heavy_packages_wait_until_they_are_needed(path: Path) -> None:
    assert {name.split(".")[0] for name in imports(path, top_only=True)} & HEAVY == set()


@pytest.mark.parametrize("path", FILES, ids=str)
def test_one_file_calls_mlx_lm(path: Path) -> None:
    assert path in MLX_LM or not any(name.split(".")[0] == "mlx_lm" for name in imports(path))


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_privacy_opens_what_is_sealed(path: Path) -> None:
    calls = {node.attr for node in ast.walk(ast.parse((PACKAGE / path).read_text())) if isinstance(node, ast.Attribute)}
    assert "unseal" not in calls or layer(path) == "privacy"
