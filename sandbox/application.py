"""The WSGI application: the storefront and the AWS services of one marketplace, behind one front."""

from sandbox.aws.agreement import AgreementService
from sandbox.aws.entitlement import Entitlement
from sandbox.aws.front import Front
from sandbox.aws.gate import Gate
from sandbox.aws.metering import Metering
from sandbox.aws.wire import AGREEMENT
from sandbox.marketplace import Marketplace
from sandbox.storefront import create_app


def create_front(marketplace: Marketplace) -> Front:
    """Everything the port answers."""
    here = marketplace
    metering = Metering(here.catalogue, here.agreements, here.tokens, here.switches, here.now)
    entitlement = Entitlement(here.catalogue, here.grants, here.switches, here.now)
    agreement = AgreementService(here.catalogue, here.storage, here.agreements)
    return Front(
        create_app(here),
        {
            "AWSMPMeteringService.ResolveCustomer": metering.resolve_customer,
            "AWSMPEntitlementService.GetEntitlements": entitlement.get_entitlements,
            f"{AGREEMENT}.SearchAgreements": agreement.search_agreements,
            f"{AGREEMENT}.DescribeAgreement": agreement.describe_agreement,
            f"{AGREEMENT}.GetAgreementEntitlements": agreement.get_agreement_entitlements,
        },
        Gate(here.switches, here.calls),
    )
