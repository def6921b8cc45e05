"""Every part of the site is gone through by one of the tests here."""

from importlib import import_module
from pathlib import Path

from flask import Flask

from tests.pages.parts import NO_PAGES, folders


def test_no_part_of_the_site_is_forgotten():
    modules = [import_module(f"tests.pages.{path.stem}") for path in Path(__file__).parent.glob("test_*.py")]
    gone_through = [part for module in modules for part in getattr(module, "PARTS", ())]
    assert sorted(gone_through) == sorted(folders())


def test_what_is_said_to_be_no_page_is_there(migrated_app: Flask):
    assert set(NO_PAGES) - {rule.endpoint for rule in migrated_app.url_map.iter_rules()} == set()
