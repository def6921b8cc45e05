"""Settings: what is read, what is derived, and which mixes are refused."""

from datetime import timedelta
from pathlib import Path

import pytest

from portal.config import ConfigurationError, Settings

SECRET = "s" * 32
PRODUCTION = {"SECRET_KEY": SECRET, "PORTAL_URL": "https://portal.example"}
LAPTOP = {"SECRET_KEY": SECRET, "AWS_ENDPOINT_URL": "http://127.0.0.1:8100"}


def settings(environ: dict[str, str] | None = None, **more: str) -> Settings:
    return Settings.from_environment((PRODUCTION if environ is None else environ) | more)


def problems(environ: dict[str, str] | None = None, **more: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        settings(environ, **more)
    return str(refused.value)


def test_a_secret_key_is_all_that_has_no_default():
    assert settings({"SECRET_KEY": SECRET}).secret_key == SECRET


def test_without_a_secret_key_it_says_how_to_make_one():
    assert "secrets.token_urlsafe" in problems({})


def test_on_a_laptop_a_short_secret_key_is_good_enough():
    assert settings(LAPTOP | {"SECRET_KEY": "short"}).secret_key == "short"


def test_even_on_a_laptop_there_is_a_secret_key():
    assert "SECRET_KEY must have at least" in problems(LAPTOP | {"SECRET_KEY": ""})


def test_a_short_secret_key_is_refused():
    assert "SECRET_KEY must have at least 32 characters" in problems(SECRET_KEY="short")


def test_a_refusal_does_not_repeat_the_secret():
    assert "hunter2" not in problems(SECRET_KEY="hunter2", DATABASE_URL="mysql://me:hunter2@db/portal")


def test_every_problem_is_said_at_once():
    said = problems(
        {
            "HTTPS": "maybe",
            "CLAIM_HOURS": "soon",
            "TRUSTED_PROXIES": "11",
            "LOG_LEVEL": "LOUD",
            "DATABASE_URL": "mysql://db/portal",
            "REDIS_URL": "http://redis",
            "SMTP_URL": "mailto:somebody",
            "PORTAL_URL": "ftp://portal.example",
        }
    )
    names = ("SECRET_KEY", "HTTPS", "CLAIM_HOURS", "TRUSTED_PROXIES", "LOG_LEVEL", "DATABASE_URL", "REDIS_URL")
    assert [name for name in (*names, "SMTP_URL", "PORTAL_URL") if f"- {name} " not in said] == []


def test_a_variable_of_blanks_counts_as_unset():
    assert settings(SELLER_NAME="   ").seller_name == "Marketplace Portal"


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "SMTP_URL"])
def test_a_secret_may_come_from_a_file(name: str, tmp_path: Path):
    value = {
        "SECRET_KEY": "f" * 40,
        "DATABASE_URL": "sqlite:///from-file.db",
        "REDIS_URL": "redis://from-file",
        "SMTP_URL": "smtp://from-file",
    }[name]
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    others = {key: text for key, text in PRODUCTION.items() if key != name}
    found = settings(others, **{f"{name}_FILE": str(file)}, MAIL_FROM="us@portal.example")
    assert getattr(found, name.lower()) == value


def test_a_secret_and_its_file_together_are_refused(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text(SECRET)
    assert "SECRET_KEY and SECRET_KEY_FILE are both set" in problems(SECRET_KEY_FILE=str(file))


def test_a_secret_file_that_is_not_there_is_named(tmp_path: Path):
    said = problems({}, SECRET_KEY_FILE=str(tmp_path / "nothing"))
    assert f"SECRET_KEY_FILE names a file that cannot be read: {tmp_path / 'nothing'}" in said


def test_only_secrets_are_read_from_files(tmp_path: Path):
    file = tmp_path / "name"
    file.write_text("Somebody Else")
    assert settings(SELLER_NAME_FILE=str(file)).seller_name == "Marketplace Portal"


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("postgres://me@db/portal", "postgresql+psycopg://me@db/portal"),
        ("postgresql://me@db/portal", "postgresql+psycopg://me@db/portal"),
        ("postgresql+psycopg://me@db/portal", "postgresql+psycopg://me@db/portal"),
        ("sqlite:////var/portal.db", "sqlite:////var/portal.db"),
    ],
)
def test_a_database_is_spoken_to_by_the_driver_we_install(given: str, driver: str):
    assert settings(DATABASE_URL=given).database_url == driver


@pytest.mark.parametrize("url", ["mysql://db/portal", "postgresql+psycopg2://db/portal", "portal.db"])
def test_a_database_without_a_driver_of_ours_is_refused(url: str):
    assert "DATABASE_URL must start with one of `sqlite:`, `postgresql:`" in problems(DATABASE_URL=url)


def test_browsers_use_https_unless_told_otherwise():
    assert settings().https is True


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_where_aws_is_a_sandbox_on_this_machine_https_is_off(host: str):
    assert settings({"SECRET_KEY": SECRET, "AWS_ENDPOINT_URL": f"http://{host}:8100"}).https is False


def test_one_endpoint_on_this_machine_is_enough_to_turn_https_off():
    environ = {"SECRET_KEY": SECRET, "AWS_ENDPOINT_URL_SQS": "http://localhost:9324"}
    assert settings(environ).https is False


@pytest.mark.parametrize("word", ["true", "True", "TRUE"])
def test_a_boolean_may_be_written_in_any_case(word: str):
    assert settings(HTTPS=word).https is True


@pytest.mark.parametrize("word", ["yes", "1", "on", "0", "no"])
def test_a_boolean_that_is_neither_true_nor_false_is_refused(word: str):
    assert f"HTTPS must be `true` or `false`, not `{word}`" in problems(HTTPS=word)


def test_a_sandbox_with_https_is_refused():
    assert "AWS_ENDPOINT_URL points at this machine while HTTPS is true" in problems(LAPTOP, HTTPS="true")


def test_plain_http_is_refused_anywhere_but_on_a_laptop():
    assert "HTTPS=false is for a laptop only, and PORTAL_URL names `portal.example`" in problems(HTTPS="false")


def test_a_sandbox_with_a_public_address_is_refused():
    assert "HTTPS=false is for a laptop only" in problems(LAPTOP, PORTAL_URL="https://portal.example")


def test_with_https_the_address_of_the_portal_is_https_too():
    assert "PORTAL_URL must be the portal's https:// address" in problems(PORTAL_URL="http://portal.example")


def test_mail_needs_to_know_the_address_of_the_portal():
    environ = {"SECRET_KEY": SECRET, "SMTP_URL": "smtp://mail", "MAIL_FROM": "us@portal.example"}
    assert "PORTAL_URL must be the portal's https:// address" in problems(environ)


def test_mail_needs_a_sender():
    assert "SMTP_URL is set, but not who writes: set MAIL_FROM or SUPPORT_EMAIL" in problems(SMTP_URL="smtp://mail")


def test_mail_is_sent_by_support_unless_another_sender_is_named():
    assert settings(SUPPORT_EMAIL="help@portal.example").mail_from == "help@portal.example"


@pytest.mark.parametrize("name", ["PORTAL_URL", "DATABASE_URL", "REDIS_URL", "AWS_ENDPOINT_URL"])
def test_an_address_that_is_none_is_named_and_not_a_crash(name: str):
    assert f"{name} is not an address" in problems({"SECRET_KEY": SECRET} | {name: "http://[half"})


def test_a_slash_at_the_end_of_the_portals_address_does_not_matter():
    assert settings(PORTAL_URL="https://portal.example/").portal_url == "https://portal.example"


def test_a_claim_waits_as_many_hours_as_are_set():
    assert settings(CLAIM_HOURS="48").claim_lifetime == timedelta(hours=48)


@pytest.mark.parametrize("hours", ["0", "-1", "721", "1.5", "a day", "²", "9" * 5000])
def test_a_number_out_of_bounds_is_refused(hours: str):
    assert "CLAIM_HOURS must be a whole number from 1 to 720" in problems(CLAIM_HOURS=hours)
