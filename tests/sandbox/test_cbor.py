"""The protocol of the newer SDKs: spoken by boto3 when its model of the service offers nothing else."""

import json
import urllib.request
from pathlib import Path

import boto3
import botocore.data
import pytest

from sandbox.aws.cbor import Moment, NotCbor, decode, encode
from tests.sandbox.server import ACME, ANALYTICS

MODEL = Path("marketplace-entitlement/2017-01-11")


@pytest.fixture
def entitlement(server, monkeypatch, tmp_path):
    """A client like any other, but for a model from which JSON has been struck out."""
    shipped = Path(next(iter(botocore.data.__path__))) / MODEL
    (tmp_path / MODEL).mkdir(parents=True)
    for file in shipped.iterdir():
        (tmp_path / MODEL / file.name).write_bytes(file.read_bytes())
    session = boto3.session.Session(
        aws_access_key_id="sandbox", aws_secret_access_key="sandbox", region_name="us-east-1"
    )
    loader = session._session.get_component("data_loader")
    model = loader.load_service_model("marketplace-entitlement", "service-2")
    model["metadata"]["protocols"] = ["smithy-rpc-v2-cbor"]
    for file in (tmp_path / MODEL).glob("service-2*"):
        file.unlink()
    (tmp_path / MODEL / "service-2.json").write_text(json.dumps(model))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    return boto3.session.Session(
        aws_access_key_id="sandbox", aws_secret_access_key="sandbox", region_name="us-east-1"
    ).client("marketplace-entitlement", endpoint_url=server.url)


def test_get_entitlements_answers_in_cbor(shop, entitlement, aws):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 300})
    request = {"ProductCode": ANALYTICS, "Filter": {"LICENSE_ARN": [purchase["license_arn"]]}, "MaxResults": 25}
    answer = entitlement.get_entitlements(**request)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/cbor"
    assert answer["Entitlements"] == aws("marketplace-entitlement").get_entitlements(**request)["Entitlements"]


def test_the_agreement_api_answers_in_cbor(shop, server, aws):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    body = encode({"agreementId": purchase["agreement_id"]})
    path = "/service/AWSMPCommerceService_v20200301/operation/DescribeAgreement"
    request = urllib.request.Request(server.url + path, data=body, headers={"smithy-protocol": "rpc-v2-cbor"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        document = decode(answer.read())
    asked = aws("marketplace-agreement").describe_agreement(agreementId=purchase["agreement_id"])
    assert document["endTime"] == int(asked["endTime"].timestamp())
    assert document["estimatedCharges"] == asked["estimatedCharges"]


def test_errors_have_their_types_in_cbor_too(shop, entitlement):
    with pytest.raises(entitlement.exceptions.InvalidParameterException):
        entitlement.get_entitlements(ProductCode="nobodysproduct")


@pytest.mark.parametrize(
    "document", [{}, {"a": [1, -1, 23, 24, 255, 256, 70000, 2**40, True, False, None, "ü" * 300]}, {"at": Moment(5)}]
)
def test_what_is_encoded_is_decoded_again(document):
    assert decode(encode(document)) == document


def test_open_ended_and_floating_values_are_understood():
    assert decode(bytes.fromhex("bf61619f01fb3ff8000000000000ff61627f61786179ffff")) == {"a": [1, 1.5], "b": "xy"}


@pytest.mark.parametrize("data", ["", "ff", "a1", "a16161", "9f01", "f8", "1c", "62c3", "6261", "a1a001", "81" * 100])
def test_what_is_not_cbor_is_refused(data):
    with pytest.raises(NotCbor):
        decode(bytes.fromhex(data))
