"""Letters about whose a purchase is."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.language import gettext as _
from portal.mail.content import Button, Content, Sender, hello
from portal.mail.drafts import kind
from portal.mail.moments import when

CONTRACT = "7d4c1f6e-0000-4000-8000-000000000001"


@kind(name="Alice", product="Tidemark Analytics", organisation="Acme", contract_id=CONTRACT)
def linked(sender: Sender, name: str, product: str, organisation: str, contract_id: str) -> Content:
    """Confirms that a purchase now belongs to an organisation."""
    names = {"product": product, "organisation": organisation}
    return Content(
        _("%(product)s is set up for %(organisation)s", **names),
        hello(name),
        _("Your purchase of %(product)s on AWS Marketplace is now linked to %(organisation)s.", **names),
        Button(_("See the contract"), f"{sender.portal_url}/contracts/{contract_id}"),
        _("Was this not intended? Please tell us."),
    )


@kind(name="Alice", product="Tidemark Analytics", organisation="Acme", contract_id=CONTRACT)
def linked_by_support(sender: Sender, name: str, product: str, organisation: str, contract_id: str) -> Content:
    """To an organisation that support has given a contract to."""
    names = {"product": product, "organisation": organisation}
    return Content(
        _("%(product)s is now linked to %(organisation)s", **names),
        hello(name),
        _(
            "Our support has linked a purchase of %(product)s on AWS Marketplace to %(organisation)s. Your people can "
            "see the contract from now on, and use what it includes.",
            **names,
        ),
        Button(_("See the contract"), f"{sender.portal_url}/contracts/{contract_id}"),
        _("Did you not expect this, or is it not yours? Please tell us, and we put it right."),
    )


@kind(name="Alice", product="Tidemark Analytics", organisation="Acme", at=datetime(2026, 11, 25, 4, 5, tzinfo=UTC))
def unlinked(sender: Sender, name: str, product: str, organisation: str, at: datetime) -> Content:
    """To an organisation that support has taken a contract from; whose it is now, is not said."""
    names = {"product": product, "organisation": organisation}
    return Content(
        _("%(product)s is no longer linked to %(organisation)s", **names),
        hello(name),
        _(
            "Our support has taken a contract for %(product)s off %(organisation)s, on %(at)s. Your people do not see "
            "it any more. On AWS Marketplace nothing was changed or cancelled by this.",
            at=when(at),
            **names,
        ),
        Button(_("The contracts you have"), f"{sender.portal_url}/contracts"),
        _("Did you not expect this? Please tell us, and we put it right."),
    )
