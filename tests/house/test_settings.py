"""The rules of this house about settings: each is documented, as it is."""

import re
from dataclasses import fields

from laptop.environment import ROOT
from portal.config import SECRETS, SETTINGS, Settings

PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
SOURCE = (ROOT / "portal" / "config" / "__init__.py").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def test_the_page_says_of_every_setting_what_the_portal_says():
    wanted = [
        (setting.name, f"`{setting.default}`" if setting.default else "none", setting.meaning) for setting in SETTINGS
    ]
    assert [row for row in ROW.findall(PAGE) if row[0] in {setting.name for setting in SETTINGS}] == wanted


def test_the_page_names_no_setting_that_there_is_not():
    named = {row[0] for row in ROW.findall(PAGE)}
    assert {name for name in named if not name.startswith("AWS_")} == {setting.name for setting in SETTINGS}


def test_the_page_names_every_secret_that_may_come_from_a_file():
    assert [name for name in SECRETS if f"`{name}_FILE`" not in PAGE] == []


def test_every_setting_is_read():
    assert [
        setting.name for setting in SETTINGS if f'("{setting.name}"' not in SOURCE.split("class Settings:")[1]
    ] == []


def test_no_setting_stands_twice():
    names = [setting.name for setting in SETTINGS]
    assert len(names) == len(set(names)) == len(fields(Settings))


def test_the_environment_is_read_in_one_place():
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "portal").rglob("*.py")
        if re.search(r"os\.(environ|getenv)", path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == ["portal/__init__.py"]
