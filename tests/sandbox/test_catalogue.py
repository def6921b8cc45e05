"""Reading the catalogue, and refusing one that cannot be used."""

import pytest

from sandbox.catalogue import BUILT_IN, read_catalogue
from sandbox.errors import InvalidCatalogue

ACCOUNT = '[[account]]\nkey = "a"\nname = "A"\naccount_id = "000000000001"\ncustomer_identifier = "x"\n'
PRODUCT = '[[product]]\ncode = "c"\ntitle = "C"\npricing = "subscription"\ndialect = "legacy"\n'


def test_the_built_in_catalogue_has_both_dialects_all_pricings_and_a_trial():
    products = read_catalogue(BUILT_IN).products
    assert {each.dialect for each in products} == {"concurrent", "legacy"}
    assert {each.pricing for each in products} == {"contract", "contract-with-consumption", "subscription"}
    assert any(each.free_trial_days for each in products)
    assert all(len(each.code) == 25 for each in products)


def test_little_is_needed(tmp_path):
    file = tmp_path / "catalogue.toml"
    file.write_text(ACCOUNT + PRODUCT)
    assert read_catalogue(file).product("c").title == "C"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "cannot be read"),
        ("", "needs at least one"),
        ("product = 5", "is not laid out as expected"),
        (ACCOUNT.replace("000000000001", "1") + PRODUCT, "not twelve digits: '1'"),
        (ACCOUNT + PRODUCT.replace("legacy", "latin"), "dialect = 'latin' for c; it can be concurrent, legacy."),
        (ACCOUNT + PRODUCT.replace("subscription", "contract"), "no plan or quantity"),
        (ACCOUNT + PRODUCT.replace("title", "titel"), "without 'title'"),
        (ACCOUNT + PRODUCT + PRODUCT, "uses one product code twice"),
        (ACCOUNT + PRODUCT + '[[product.dimension]]\nkey = "d"\nkind = "big"\n', "kind = 'big'"),
        (ACCOUNT + PRODUCT + '[[product.dimension]]\nkey = "d"\nkind = "usage"\nprice = "dear"\n', "not laid out"),
        (ACCOUNT + PRODUCT + 'free_trial_days = "many"\n', "not laid out"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_it_is_in(tmp_path, text, words):
    file = tmp_path / "catalogue.toml"
    file.write_text(text)
    with pytest.raises(InvalidCatalogue) as refused:
        read_catalogue(file)
    assert words in str(refused.value)
    assert str(file) in str(refused.value)
