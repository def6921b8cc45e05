"""Letters about what somebody changes in their own account, and notices that it was changed."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.accounts.agents import said
from portal.language import gettext as _
from portal.language import marked
from portal.mail.content import Button, Content, Quiet, Sender, hello
from portal.mail.drafts import kind
from portal.mail.moments import when

AT = datetime(2026, 11, 25, 4, 5, tzinfo=UTC)

APP = marked("an authenticator app")
PASSKEY = marked("a passkey")
RECOVERY_CODES = marked("new recovery codes")


@kind(link="https://portal.example/profile/address/link/x")
def confirm_new_address(sender: Sender, link: str) -> Content:
    """To an address that somebody wants to move their account to. Who that is, is not said: it may be mistyped."""
    return Content(
        _("Is this your new address at %(seller)s?", seller=sender.seller),
        _("Hello,"),
        _(
            "Somebody, probably you, wants to use this address for their account at %(seller)s from now on.",
            seller=sender.seller,
        ),
        Button(_("Confirm this address"), link),
        _("The link can be used once, within 24 hours. The address you had until now has to agree as well."),
        Quiet(_("Did you not ask for this? Then there is nothing to do: nothing is changed without you.")),
    )


@kind(name="Alice", address="alice@new.example", link="https://portal.example/profile/address/link/x")
def confirm_leaving_address(sender: Sender, name: str, address: str, link: str) -> Content:
    """To the address that an account has, which is asked whether it may be moved away."""
    return Content(
        _("May your %(seller)s account move to another address?", seller=sender.seller),
        hello(name),
        _(
            "Somebody who is signed in as you asked to move your account from this address to %(address)s.",
            address=address,
        ),
        Button(_("Agree, or stop it"), link),
        _("The link can be used once, within 24 hours. Nothing is changed until both addresses have agreed."),
        _("Was it not you? Then stop it with the same link, and change your password: somebody is using your account."),
    )


@kind()
def address_has_an_account(sender: Sender) -> Content:
    """To an address that has an account, and that somebody wants for another one."""
    return Content(
        _("This address has a %(seller)s account already", seller=sender.seller),
        _("Hello,"),
        _(
            "Somebody, probably you, wants to use this address for another account at %(seller)s. It has an account "
            "of its own, so nothing was changed, and nobody else was told so.",
            seller=sender.seller,
        ),
        _("Is the other account yours as well, and are they to become one? Please write to us."),
        Button(_("Sign in"), f"{sender.portal_url}/signin"),
        Quiet(_("Did you not ask for this? Then there is nothing to do.")),
    )


@kind(name="Alice", address="alice@new.example", at=AT)
def address_changed(sender: Sender, name: str, address: str, at: datetime) -> Content:
    """To both addresses: the account has the new one now."""
    return Content(
        _("Your %(seller)s account has moved to another address", seller=sender.seller),
        hello(name),
        _("Since %(at)s you sign in with %(address)s, and mail to you goes there.", at=when(at), address=address),
        _("All other browsers were signed out."),
        _("Was it not you? Please tell us at once."),
    )


@kind(name="Alice", link="https://portal.example/password/reset/x")
def reset_password(sender: Sender, name: str, link: str) -> Content:
    """To whoever has forgotten their password, or somebody says so."""
    return Content(
        _("Choose a new password for %(seller)s", seller=sender.seller),
        hello(name),
        _("Somebody, probably you, asked for a new password for your account at %(seller)s.", seller=sender.seller),
        Button(_("Choose a new password"), link),
        _(
            "The link can be used once, within an hour. Were you about to link a purchase? Open the link in the same "
            "browser, and you go on with it after signing in."
        ),
        Quiet(_("Did you not ask for this? Then there is nothing to do: your password stays as it is.")),
    )


@kind(name="Alice", at=AT)
def password_changed(sender: Sender, name: str, at: datetime) -> Content:
    """To whom a password was changed."""
    return Content(
        _("Your %(seller)s password was changed", seller=sender.seller),
        hello(name),
        _("Your password was changed on %(at)s. All other browsers were signed out.", at=when(at)),
        _("Was it not you? Please tell us at once."),
        Button(_("Look at your account"), f"{sender.portal_url}/profile"),
    )


@kind(name="Alice", agent="Firefox on Windows", at=AT)
def signed_in_anew(sender: Sender, name: str, agent: str, at: datetime) -> Content:
    """To whoever signed in with a browser that they had not used here before."""
    with_what = (
        _("Somebody signed in to your account on %(at)s, with %(browser)s.", at=when(at), browser=said(agent))
        if agent
        else _("Somebody signed in to your account on %(at)s.", at=when(at))
    )
    return Content(
        _("New sign-in to your %(seller)s account", seller=sender.seller),
        hello(name),
        with_what,
        _("You had not used this browser here before. Was it you? Then there is nothing to do."),
        Button(_("Choose a new password"), f"{sender.portal_url}/password/forgot"),
        Quiet(_("Was it not you? Choose a new password at once: it signs everybody out. And please tell us.")),
    )


@kind(name="Alice", factor=APP, at=AT)
def factor_added(sender: Sender, name: str, factor: str, at: datetime) -> Content:
    """To whoever can be asked for something more at sign-in from now on."""
    return Content(
        _("Added to your %(seller)s account: %(factor)s", seller=sender.seller, factor=_(factor)),
        hello(name),
        _("Your account got something new on %(at)s: %(factor)s.", at=when(at), factor=_(factor)),
        _("Was it not you? Please change your password, and tell us."),
        Button(_("Look at your account"), f"{sender.portal_url}/profile/second-factor"),
    )


@kind(name="Alice", factor=PASSKEY, at=AT)
def factor_removed(sender: Sender, name: str, factor: str, at: datetime) -> Content:
    """To whoever is no longer asked for it at sign-in."""
    return Content(
        _("Removed from your %(seller)s account: %(factor)s", seller=sender.seller, factor=_(factor)),
        hello(name),
        _("This was removed from your account on %(at)s: %(factor)s.", at=when(at), factor=_(factor)),
        _("Was it not you? Please change your password, and tell us."),
        Button(_("Look at your account"), f"{sender.portal_url}/profile/second-factor"),
    )


@kind(name="Alice", at=AT)
def data_downloaded(sender: Sender, name: str, at: datetime) -> Content:
    """To whose data was downloaded."""
    return Content(
        _("Your %(seller)s data was downloaded", seller=sender.seller),
        hello(name),
        _("A file with everything that we keep about you was downloaded on %(at)s.", at=when(at)),
        _("Was it not you? Please change your password, and tell us."),
    )


@kind(name="Alice", at=AT)
def account_deleted(sender: Sender, name: str, at: datetime) -> Content:
    """The last letter."""
    return Content(
        _("Your %(seller)s account is deleted", seller=sender.seller),
        hello(name),
        _(
            "As you wished, your account was deleted on %(at)s. This is the last letter that we write to you.",
            at=when(at),
        ),
        _(
            "Contracts belong to organisations and stay with them; what was bought on AWS Marketplace is neither "
            "changed nor cancelled by this."
        ),
        _("Was it not you? Please tell us at once."),
    )
