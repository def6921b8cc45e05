"""Sealing tokens, and the secrets that name claims."""

from portal.sealing import Seal, hash_secret, new_secret

TOKEN = "a+token/from=AWS"


def test_what_was_sealed_can_be_opened():
    seal = Seal("s" * 32)
    assert seal.open(seal.close(TOKEN)) == TOKEN


def test_what_was_sealed_cannot_be_read():
    assert TOKEN not in Seal("s" * 32).close(TOKEN)


def test_another_secret_does_not_open_it():
    assert Seal("t" * 32).open(Seal("s" * 32).close(TOKEN)) is None


def test_what_was_tampered_with_does_not_open():
    seal = Seal("s" * 32)
    sealed = seal.close(TOKEN)
    assert seal.open(sealed[:-4] + ("AAA=" if not sealed.endswith("AAA=") else "BBB=")) is None


def test_rubbish_does_not_open():
    assert Seal("s" * 32).open("rubbish") is None


def test_one_token_is_sealed_differently_each_time():
    seal = Seal("s" * 32)
    assert seal.close(TOKEN) != seal.close(TOKEN)


def test_a_secret_is_long_and_new():
    secrets = {new_secret() for _ in range(100)}
    assert (len(secrets), min(map(len, secrets)) >= 43) == (100, True)


def test_a_secret_cannot_be_read_from_what_is_kept():
    assert "secret" not in hash_secret("secret")
