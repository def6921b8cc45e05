import stat
from pathlib import Path

import pytest

from laptop.environment import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, 9000, 9100, 9125, "sqlite:////tmp/portal.db", "redis://127.0.0.1:6379/0")


def test_a_persons_own_aws_credentials_stay_out(place, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    assert {"AWS_PROFILE", "AWS_SESSION_TOKEN"}.isdisjoint(place.for_portal())


def test_the_portal_and_the_sandbox_are_different_sites(place):
    assert place.portal_url.startswith("http://127.0.0.1:")
    assert place.sandbox_url.startswith("http://localhost:")


def test_products_are_changed_on_the_sandbox_that_is_running(place):
    products = Path(place.for_portal()["PRODUCTS_FILE"]).read_text()
    assert "http://localhost:9100/" in products
    assert "http://localhost:8100/" not in products


def test_the_secret_key_stays_the_same(place):
    assert place.for_portal()["SECRET_KEY"] == place.for_portal()["SECRET_KEY"]


def test_only_its_owner_reads_the_secret_key(place):
    place.for_portal()
    assert stat.S_IMODE((place.folder / "secret-key").stat().st_mode) == 0o600
