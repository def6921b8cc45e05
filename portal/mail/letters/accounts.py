"""Letters about an account."""

from __future__ import annotations

from portal.language import gettext as _
from portal.mail.content import Button, Content, Quiet, Sender, Step, Steps, hello
from portal.mail.drafts import kind


@kind(name="Alice", organisation="Acme", link="https://portal.example/address/verify/x")
def welcome(sender: Sender, name: str, organisation: str, link: str | None = None) -> Content:
    """Confirms a new account and says what comes next, as AWS's guidelines for SaaS products ask.

    With a link, the first thing to do is to show by it that the letter was read.
    """
    verify = (Step(_("Confirm that this is your address."), link),) if link else ()
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
                *verify,
                Step(_("Sign in."), f"{sender.portal_url}/signin"),
                Step(_("If you came from AWS Marketplace, confirm which organisation your purchase belongs to.")),
                Step(_("See what you bought, at any time."), f"{sender.portal_url}/contracts"),
            )
        ),
        Button(_("Confirm your address"), link) if link else Button(_("Sign in"), f"{sender.portal_url}/signin"),
        _("Changes and cancellation of your contract are made on AWS Marketplace; they show here by themselves."),
        _("If you did not create this account, please tell us."),
    )


@kind(name="Alice", link="https://portal.example/address/verify/x")
def verify_address(sender: Sender, name: str, link: str) -> Content:
    """Asks a person once more to show that they read mail at their address."""
    return Content(
        _("Please confirm your address for %(seller)s", seller=sender.seller),
        hello(name),
        _(
            "With this button you show that you read mail at this address. Invitations that go to it, and an account "
            "of yours at an identity provider, need that."
        ),
        Button(_("Confirm your address"), link),
        Quiet(_("The link can be used once, within a week. Did you not ask for this? Then there is nothing to do.")),
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
