"""The rules of this house about where things stand."""

import tomllib
from pathlib import Path

import pytest
from flask import Flask

from laptop.environment import ROOT

PORTAL = ROOT / "portal"
TEMPLATES = PORTAL / "templates"
NO_PAGES = {"health"}
"""Parts of the site that answer machines."""


def test_a_part_of_the_site_has_its_templates_under_its_own_name(migrated_app: Flask):
    blueprints = {name for name in migrated_app.blueprints if name not in NO_PAGES}
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir() and path.name != "_partials"}
    assert folders - {"errors"} == blueprints


def test_a_part_of_the_site_is_a_module_of_its_name(migrated_app: Flask):
    modules = {path.stem for path in (PORTAL / "blueprints").iterdir() if not path.name.startswith("_")}
    assert modules == set(migrated_app.blueprints)


def test_every_slice_has_its_tests():
    slices = {path.name for path in PORTAL.iterdir() if (path / "__init__.py").exists()}
    tested = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and any(path.glob("test_*.py"))}
    assert slices - tested - {"migrations"} == set()


def test_no_file_is_two_stories():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in PORTAL.rglob("*.py")
        if "versions" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 250
    }
    assert long == {}


def test_every_module_says_what_it_holds():
    silent = [
        str(path.relative_to(ROOT))
        for path in PORTAL.rglob("*.py")
        if not path.read_text(encoding="utf-8").startswith('"""')
    ]
    assert silent == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "manager"])
def test_nothing_is_called_by_a_name_that_says_nothing(name: str):
    assert [path for path in PORTAL.rglob(f"*{name}*") if "__pycache__" not in path.parts] == []


def test_the_layers_are_part_of_lint():
    assert "lint-imports" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_the_layers_are_written_down():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"] for contract in settings["tool"]["importlinter"]["contracts"]}
    wanted = {"separate-programs", "layers", "aws-behind-the-seam", "flask-on-the-surface", "pure-rules"}
    assert wanted - contracts == set()


@pytest.mark.parametrize("file", sorted(ROOT.glob("requirements*.txt")), ids=lambda file: file.name)
def test_every_package_is_pinned(file: Path):
    packages = [line for line in file.read_text(encoding="utf-8").splitlines() if line and line[0] not in "# "]
    assert packages
    assert [package for package in packages if "==" not in package] == []


@pytest.mark.parametrize("file", sorted(ROOT.glob("requirements*.txt")), ids=lambda file: file.name)
def test_every_package_has_a_hash(file: Path):
    whole = file.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    packages = [line for line in whole if line and not line.startswith("#")]
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_what_the_portal_needs_is_among_what_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower()
    names = [dependency.split(">=")[0].split("[")[0].strip().lower() for dependency in project["dependencies"]]
    assert [name for name in names if f"{name}==" not in pinned and f"{name}[" not in pinned] == []
