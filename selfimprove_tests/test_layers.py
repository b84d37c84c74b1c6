"""The layout holds: imports only point up the list, and few files know Dagster."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "selfimprove"
LAYERS = [
    "install", "errors", "settings", "disk", "logins", "postmaster", "postgres", "processes", "options", "charts",
    "models", "connections", "resources", "chats", "privacy", "curation", "critiques", "datasets", "adapters",
    "evals", "promotion", "experiments", "reports", "forgetting", "gateway", "review", "talk", "automation",
    "definitions", "dagster_webserver", "reap", "code_server", "house", "keep_up", "stack", "follow", "night", "day",
    "service", "reach", "status", "doctor", "changes", "cli", "__main__",
]
KNOW_DAGSTER = {"assets.py", "checks.py", "connections.py", "resources.py", "automation.py", "definitions.py",
                "reap.py", "follow.py", "night.py", "dagster_webserver.py"}
HEAVY = {
    "mlx", "mlx_lm", "torch", "sentence_transformers", "pandas", "scipy", "phonenumbers", "faker", "apprise", "rich",
}
MLX_LM = {Path("models/mlx.py"), Path("models/harness.py"), Path("models/slots.py")}

FILES = sorted(
    path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE) != Path("__init__.py")
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((PACKAGE / path).read_text())


def layer(path: Path) -> str:
    return path.parts[0] if len(path.parts) > 1 else path.stem


def imports(path: Path, *, top_only: bool = False) -> Iterator[str]:
    for node in tree(path).body if top_only else ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module == "selfimprove":
                yield from (f"selfimprove.{alias.name}" for alias in node.names)


def packages(path: Path, *, top_only: bool = False) -> set[str]:
    return {name.split(".")[0] for name in imports(path, top_only=top_only)}


def down(path: Path) -> list[str]:
    """What a file imports of the layers below its own; commands may import all."""
    mine = len(LAYERS) if path.name == "commands.py" else LAYERS.index(layer(path))
    ours = [name.split(".")[1] for name in imports(path) if name.startswith("selfimprove.")]
    return [name for name in ours if LAYERS.index(name) > mine]


def test_every_file_is_in_a_layer() -> None:
    assert len(FILES) > 500
    assert {layer(path) for path in FILES} <= set(LAYERS)


def test_imports_point_up() -> None:
    assert {str(path): found for path in FILES if (found := down(path))} == {}


def test_only_thin_files_know_dagster() -> None:
    assert [path for path in FILES if "dagster" in packages(path) and path.name not in KNOW_DAGSTER] == []


def test_heavy_packages_wait_until_they_are_needed() -> None:
    assert {str(path): found for path in FILES if (found := packages(path, top_only=True) & HEAVY)} == {}


def test_definitions_load_without_what_only_a_run_needs() -> None:
    code = "import sys\nimport selfimprove.definitions\nprint(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert "dagster" in loaded
    assert (HEAVY - {"rich"} | {"dagster_postgres", "sqlalchemy"}) & set(loaded) == set(), "Dagster draws with rich"


def test_few_files_call_mlx_lm() -> None:
    assert {path for path in FILES if "mlx_lm" in packages(path)} == MLX_LM


def test_only_privacy_opens_what_is_sealed() -> None:
    def opens(path: Path) -> bool:
        return any(isinstance(node, ast.Attribute) and node.attr == "unseal" for node in ast.walk(tree(path)))

    assert {layer(path) for path in FILES if opens(path)} == {"privacy"}
