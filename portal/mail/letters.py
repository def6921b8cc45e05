"""What the portal writes to people. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Words:
    """A subject and a text."""

    subject: str
    text: str


@dataclass(frozen=True)
class Sender:
    """Who writes, and where to get help."""

    seller: str
    portal_url: str
    support: str


def _one_line(text: str) -> str:
    """A name that people typed, made safe for a subject or a greeting."""
    return " ".join(text.split())[:200]


def welcome(sender: Sender, name: str, organisation: str) -> Words:
    """Confirms a new account and says what comes next, as AWS's guidelines for SaaS products ask."""
    return Words(
        subject=f"Your {sender.seller} account is ready",
        text=f"""Hello {_one_line(name)},

your account for {_one_line(organisation)} at {sender.seller} has been created.

What to do next:
  1. Sign in: {sender.portal_url}/signin
  2. If you came from AWS Marketplace, confirm which organisation your purchase belongs to.
  3. See what you bought, at any time: {sender.portal_url}/contracts

Changes and cancellation of your contract are made on AWS Marketplace; they show here by themselves.

Need help? {sender.support}
If you did not create this account, please tell us.

{sender.seller}
""",
    )


def already_a_customer(sender: Sender, name: str) -> Words:
    """To somebody whose address was used at sign-up though it has an account."""
    return Words(
        subject=f"You already have a {sender.seller} account",
        text=f"""Hello {_one_line(name)},

somebody, probably you, tried to create an account with this address. You have one already, so nothing was changed.

Sign in with the password you have: {sender.portal_url}/signin
A purchase on AWS Marketplace can be linked to your organisation right after that.

Need help, or was it not you? {sender.support}

{sender.seller}
""",
    )


def linked(sender: Sender, name: str, product: str, organisation: str, contract_id: str) -> Words:
    """Confirms that a purchase now belongs to an organisation."""
    return Words(
        subject=f"{product} is set up for {_one_line(organisation)}",
        text=f"""Hello {_one_line(name)},

your purchase of {product} on AWS Marketplace is now linked to {_one_line(organisation)}.

See the contract: {sender.portal_url}/contracts/{contract_id}

Need help, or was this not intended? {sender.support}

{sender.seller}
""",
    )


def linked_by_support(sender: Sender, name: str, product: str, organisation: str, contract_id: str) -> Words:
    """To an organisation that support has given a contract to."""
    return Words(
        subject=f"{product} is now linked to {_one_line(organisation)}",
        text=f"""Hello {_one_line(name)},

our support has linked a purchase of {product} on AWS Marketplace to {_one_line(organisation)}. Your people can see the
contract from now on, and use what it includes.

See the contract: {sender.portal_url}/contracts/{contract_id}

Did you not expect this, or is it not yours? Please tell us, and we put it right: {sender.support}

{sender.seller}
""",
    )


def unlinked(sender: Sender, name: str, product: str, organisation: str, at: datetime) -> Words:
    """To an organisation that support has taken a contract from; whose it is now, is not said."""
    return Words(
        subject=f"{product} is no longer linked to {_one_line(organisation)}",
        text=f"""Hello {_one_line(name)},

our support has taken a contract for {product} off {_one_line(organisation)}, on {at.day} {at:%B %Y, %H:%M} UTC. Your
people do not see it any more. On AWS Marketplace nothing was changed or cancelled by this.

The contracts you have: {sender.portal_url}/contracts

Did you not expect this? Please tell us, and we put it right: {sender.support}

{sender.seller}
""",
    )


def aws_refuses(sender: Sender) -> Words:
    """To support: buyers arrive, and AWS does not let the portal ask what they bought."""
    return Words(
        subject=f"{sender.seller}: AWS refuses to tell what buyers bought",
        text=f"""A buyer has just arrived at {sender.portal_url}, and AWS Marketplace refused to say what they bought.

Please check that the portal runs with credentials of the AWS account that published the product, and that they are
allowed aws-marketplace:ResolveCustomer. The log says which answer AWS gave.

The purchase is safe: the buyer was told to choose "Set up your account" again later. This letter comes once an hour
at the most, however many buyers are turned away.
""",
    )
