"""What setup.py packages: everything that the product imports is asked for, every data file comes along."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = (
    "wardbell", "web", "reports", "editions", "notify", "ivr", "hospital", "accounts", "webhooks", "db", "prompts",
    "actions", "forms", "background", "flows",
)


def imported() -> dict[str, Path]:
    """Top-level module -> a file of the product that imports it."""
    found: dict[str, Path] = {}
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Import):
                    found.update({alias.name.partition(".")[0]: file for alias in node.names})
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found[node.module.partition(".")[0]] = file
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_library_that_is_imported_is_asked_for() -> None:
    listed = re.findall(r'^ {4}"([A-Za-z0-9_.-]+)', (ROOT / "setup.py").read_text(), re.MULTILINE)
    asked = {normal(name) for name in listed}
    holders = packages_distributions()
    for module, file in imported().items():
        if module in sys.stdlib_module_names or module in ROOMS:
            continue
        holding = {normal(name) for name in holders.get(module, [module])}
        assert holding & asked, f"{file} imports {module} of {holding}, which setup.py does not ask for"


@pytest.mark.slow
def test_the_wheel_holds_every_file_that_the_product_reads(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    (tmp_path / "tree.tar").write_bytes(archive)
    with tarfile.open(tmp_path / "tree.tar") as tarball:
        tarball.extractall(tree, filter="data")
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(tree)]
    subprocess.run(words, check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("wardbell-*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(file.relative_to(tree))
        for room in ROOMS
        for pattern in ("*.py", "*.yaml", "*.mako", "*.html", "*.po", "*.js", "*.css")
        for file in (tree / room).rglob(pattern)
    }
    assert wanted <= packed, sorted(wanted - packed)
    assert not {name for name in packed if name.startswith(("tests/", "bench/"))}
