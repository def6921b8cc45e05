"""Letters about signing in with an identity provider."""

from __future__ import annotations

from datetime import datetime

from portal.language import gettext as _
from portal.mail.content import Button, Content, Sender, hello
from portal.mail.drafts import kind
from portal.mail.letters.own_account import AT
from portal.mail.moments import when


@kind(name="Alice", provider="Acme Login", at=AT)
def identity_joined(sender: Sender, name: str, provider: str, at: datetime) -> Content:
    """To whoever can sign in with an identity provider from now on."""
    return Content(
        _("You can sign in to %(seller)s with %(provider)s", seller=sender.seller, provider=provider),
        hello(name),
        _("Since %(at)s you can sign in with %(provider)s as well.", at=when(at), provider=provider),
        _("Was it not you? Please remove it from your account, change your password, and tell us."),
        Button(_("Look at your account"), f"{sender.portal_url}/profile/identities"),
    )


@kind(name="Alice", provider="Acme Login", at=AT)
def identity_removed(sender: Sender, name: str, provider: str, at: datetime) -> Content:
    """To whoever cannot sign in with an identity provider any more."""
    return Content(
        _("You no longer sign in to %(seller)s with %(provider)s", seller=sender.seller, provider=provider),
        hello(name),
        _("Since %(at)s nobody can sign in to your account with %(provider)s.", at=when(at), provider=provider),
        _("Was it not you? Please change your password, and tell us."),
        Button(_("Look at your account"), f"{sender.portal_url}/profile/identities"),
    )
