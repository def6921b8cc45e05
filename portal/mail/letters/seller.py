"""Letters to the seller's own people."""

from __future__ import annotations

from portal.language import gettext as _
from portal.mail.content import Content, Sender
from portal.mail.drafts import kind


@kind()
def aws_refuses(sender: Sender) -> Content:
    """To support: buyers arrive, and AWS does not let the portal ask what they bought."""
    return Content(
        _("%(seller)s: AWS refuses to tell what buyers bought", seller=sender.seller),
        _(
            "A buyer has just arrived at %(portal_url)s, and AWS Marketplace refused to say what they bought.",
            portal_url=sender.portal_url,
        ),
        _(
            "Please check that the portal runs with credentials of the AWS account that published the product, and "
            "that they are allowed aws-marketplace:ResolveCustomer. The log says which answer AWS gave."
        ),
        _(
            "The purchase is safe: the buyer was told to choose “Set up your account” again later. This letter comes "
            "once an hour at the most, however many buyers are turned away."
        ),
    )
