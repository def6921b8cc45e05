"""Step zero: the address of the product's page on AWS Marketplace. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from portal.confirmation.evidence import Evidence, Probe
from portal.confirmation.marks import Checklist, Fact, Mark, Step
from portal.sentences import Sentence, sentence, together

PAGE = "page"
MANAGEMENT_PORTAL = "https://aws.amazon.com/marketplace/management/products/saas"
"""Where sellers find their SaaS products."""
AWS_HOSTS = ("aws.amazon.com", "console.aws.amazon.com")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
NOT_FOR_PROGRAMS = frozenset({401, 403, 405, 429, 503})
"""What a site may answer to a program where a browser would be let in."""


def step_zero(evidence: Evidence) -> Checklist:
    """The page's address: known, plausible, answering."""
    return Checklist(
        PAGE,
        sentence("Before you begin: the product page"),
        sentence("The address of the product's page, while it is published privately."),
        (_known(evidence), _answers(evidence)),
    )


def host_problem(address: str, way: str) -> Sentence | None:
    """What is odd about where an address leads, if anything."""
    host = urlsplit(address).hostname or ""
    if way == "sandbox":
        return None if host in LOOPBACK else sentence("%(host)s is not on this machine, and the sandbox is.", host=host)
    if host in LOOPBACK:
        return sentence("%(host)s is this machine: that is the sandbox's page, not the one on AWS.", host=host)
    if not any(host == one or host.endswith(f".{one}") for one in AWS_HOSTS):
        return sentence("%(host)s is not a host of AWS Marketplace (aws.amazon.com).", host=host)
    return None


def _known(evidence: Evidence) -> Step:
    where = sentence(
        "Sign in to the AWS Marketplace Management Portal, open Products and then SaaS, select the product that is "
        "published privately, and copy the address behind *View on AWS Marketplace* at the top right. Put it into "
        "products.toml as `page_url` and restart the portal."
    )
    address = evidence.page_url
    odd = host_problem(address, evidence.way) if address else None
    facts = [Fact(sentence("products.toml says %(address)s", address=address))] if address else []
    return Step(
        f"{PAGE}.1",
        sentence("Check the address of the product page that is privately published on AWS Marketplace."),
        Mark.FAILED if odd else Mark.DONE if address else Mark.OPEN,
        tuple(facts),
        expected=sentence("`page_url` in products.toml."),
        suspects=(odd or sentence("products.toml has no page_url for %(code)s.", code=evidence.product_code),),
        press=where,
        screen="management-portal",
    )


def _answers(evidence: Evidence) -> Step:
    probe = evidence.page
    text = sentence("The product page answers.")
    expected = sentence("An answer with a status below 400.")
    if probe is None or not probe.answered:
        why = sentence("It was not asked yet: press *Check the addresses*.")
        if probe is not None and not probe.answered:
            why = sentence("The worker was told to ask and has not answered yet. If this lasts: is it running?")
        return Step(f"{PAGE}.2", text, Mark.OPEN, (), expected=expected, suspects=(why,))
    said = _said(probe)
    if probe.status in NOT_FOR_PROGRAMS:
        said = together(said, sentence("That may be meant for programs only; open it in your browser."))
    good = probe.status is not None and (probe.status < 400 or probe.status in NOT_FOR_PROGRAMS)
    return Step(
        f"{PAGE}.2",
        text,
        Mark.DONE if good else Mark.FAILED,
        (Fact(said, probe.asked_at),),
        expected=expected,
        suspects=(sentence("Is the address right, and does this machine reach it?"),),
    )


def _said(probe: Probe) -> Sentence:
    host = str(probe.host)
    if probe.status:
        return sentence("%(host)s answered %(status)s.", host=host, status=str(probe.status))
    return sentence("%(host)s did not answer: %(problem)s.", host=host, problem=str(probe.problem))
