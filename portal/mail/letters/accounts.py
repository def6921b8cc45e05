"""Letters about an account."""

from __future__ import annotations

from portal.language import gettext as _
from portal.mail.content import Button, Content, Quiet, Sender, Step, Steps, hello
from portal.mail.drafts import kind


@kind(name="Alice", organisation="Acme", link="https://portal.example/verify/x")
def welcome(sender: Sender, name: str, organisation: str, link: str) -> Content:
    """Confirms a new account and says what comes next, as AWS's guidelines for SaaS products ask."""
    return Content(
        _("Your %(seller)s account is ready", seller=sender.seller),
        hello(name),
        _(
            "Your account for %(organisation)s at %(seller)s has been created.",
            organisation=organisation,
            seller=sender.seller,
        ),
        _("What to do next:"),
        Steps(
            (
                Step(_("Sign in."), f"{sender.portal_url}/signin"),
                Step(_("If you came from AWS Marketplace, confirm which organisation your purchase belongs to.")),
                Step(_("See what you bought, at any time."), f"{sender.portal_url}/contracts"),
                Step(_("Within a week, confirm that you read mail at this address."), link),
            )
        ),
        Button(_("Sign in"), f"{sender.portal_url}/signin"),
        _("Changes and cancellation of your contract are made on AWS Marketplace; they show here by themselves."),
        _("If you did not create this account, please tell us."),
    )


@kind(name="Alice", link="https://portal.example/verify/x")
def verify_address(sender: Sender, name: str, link: str) -> Content:
    """To whoever asked for another link with which to confirm their address."""
    return Content(
        _("Is this your address for %(seller)s?", seller=sender.seller),
        hello(name),
        _("please confirm that you read mail at this address. You are asked to sign in first."),
        Button(_("Confirm this address"), link),
        _("The link can be used once, within a week. Links in earlier letters are good no more."),
        Quiet(_("Did you not create an account? Then there is nothing to do.")),
    )


@kind(name="Alice")
def already_a_customer(sender: Sender, name: str) -> Content:
    """To somebody whose address was used at sign-up though it has an account."""
    return Content(
        _("You already have a %(seller)s account", seller=sender.seller),
        hello(name),
        _(
            "Somebody, probably you, tried to create an account with this address. You have one already, so nothing "
            "was changed."
        ),
        _(
            "Sign in with the password you have. A purchase on AWS Marketplace can be linked to your organisation "
            "right after that."
        ),
        Button(_("Sign in"), f"{sender.portal_url}/signin"),
        Quiet(_("Have you forgotten it? Choose a new one at %(url)s.", url=f"{sender.portal_url}/password/forgot")),
        _("Was it not you? Please tell us."),
    )
