import re

from laptop.environment import ROOT
from portal.config import SETTINGS

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def test_the_example_names_every_setting_and_no_other():
    named = set(re.findall(r"^(?:# )?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert {name for name in named if not name.startswith("AWS_")} == {setting.name for setting in SETTINGS}


def test_a_commented_setting_shows_its_default():
    shown = re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
    defaults = {setting.name: setting.default for setting in SETTINGS if setting.default}
    assert {name: value for name, value in shown if name in defaults} == {
        name: value for name, value in defaults.items() if name in dict(shown)
    }
