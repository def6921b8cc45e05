"""Identity providers in the settings: what is missing or unsafe is said at start."""

import pytest

from portal.config import ConfigurationError, Settings

RIGHT = {
    "SECRET_KEY": "x" * 40,
    "OIDC_PROVIDERS": "corp",
    "OIDC_CORP_ISSUER": "https://login.corp.example",
    "OIDC_CORP_CLIENT_ID": "portal",
    "OIDC_CORP_CLIENT_SECRET": "s",
}


def problems(**changes: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_environment(RIGHT | changes)
    return str(caught.value)


def test_one_is_read():
    (corp,) = Settings.from_environment(RIGHT).identity_providers
    assert (corp.key, corp.name, corp.issuer, corp.scopes) == (
        "corp",
        "Corp",
        "https://login.corp.example",
        "openid email profile",
    )


def test_several_are_in_their_order():
    more = {f"OIDC_PARTNER_{name}": RIGHT[f"OIDC_CORP_{name}"] for name in ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")}
    found = Settings.from_environment(RIGHT | more | {"OIDC_PROVIDERS": "partner, corp"}).identity_providers
    assert [one.key for one in found] == ["partner", "corp"]


@pytest.mark.parametrize("name", ["ISSUER", "CLIENT_ID", "CLIENT_SECRET"])
def test_what_is_missing_is_named(name: str):
    assert f"OIDC_CORP_{name} is not set" in problems(**{f"OIDC_CORP_{name}": ""})


@pytest.mark.parametrize("issuer", ["http://login.corp.example", "login.corp.example", "ftp://x", "https://"])
def test_an_issuer_is_asked_over_https_only(issuer: str):
    assert "OIDC_CORP_ISSUER must be an https:// address" in problems(OIDC_CORP_ISSUER=issuer)


def test_a_name_that_cannot_be_one_is_refused():
    assert "OIDC_PROVIDERS names `Corp Login`" in problems(OIDC_PROVIDERS="Corp Login")


def test_without_openid_it_is_no_openid_connect():
    assert "must hold `openid`" in problems(OIDC_CORP_SCOPES="email")


def test_a_secret_may_come_from_a_file(tmp_path: object):
    file = f"{tmp_path}/secret"
    with open(file, "w", encoding="utf-8") as written:  # noqa: PTH123
        written.write("from a file\n")
    found = Settings.from_environment(RIGHT | {"OIDC_CORP_CLIENT_SECRET": "", "OIDC_CORP_CLIENT_SECRET_FILE": file})
    assert found.identity_providers[0].client_secret == "from a file"
