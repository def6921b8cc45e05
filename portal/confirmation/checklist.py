"""AWS's own checklist for SaaS products, each line judged by what was seen. Pure.

After the user guide's "AWS Marketplace integration checklist", "SaaS contracts" (its list of tests) and "SaaS product
guidelines". What this portal does not do, it says.
"""

from __future__ import annotations

from portal.confirmation.evidence import Evidence
from portal.confirmation.granting import granting
from portal.confirmation.lines import AWS, line
from portal.confirmation.marks import Checklist, Fact, Mark, Step
from portal.confirmation.registering import registering
from portal.sentences import sentence


def aws_checklist(evidence: Evidence) -> Checklist:
    """Every line, in the order of AWS's list."""
    steps = (*registering(evidence), *granting(evidence), *_metering(evidence), *_for_people())
    return Checklist(
        AWS,
        sentence("AWS’s integration checklist"),
        sentence("What AWS's reviewers look at besides the use cases."),
        steps,
    )


def _metering(evidence: Evidence) -> tuple[Step, Step]:
    why = (
        sentence("AWS asks no metering of a plain contract.")
        if evidence.pricing == "contract"
        else sentence("This portal does not meter. The product's own metering has to show this to AWS.")
    )
    mark = Mark.NOT_APPLICABLE if evidence.pricing == "contract" else Mark.PERSON
    return (
        line("hourly", sentence("Usage is metered hourly; overage is metered."), [Fact(why)], "", mark=mark),
        line(
            "final", sentence("Final usage is sent within an hour of unsubscribe-pending."), [Fact(why)], "", mark=mark
        ),
    )


_BY_PEOPLE = (
    (
        "roles",
        sentence("Roles instead of hard-coded credentials."),
        sentence("The portal has none of its own: botocore takes the role of the host. Look at the deployment."),
    ),
    (
        "logging",
        sentence("Comprehensive logging."),
        sentence("Every deed is in the audit log; where the program's log is kept, the deployment says."),
    ),
    (
        "encryption",
        sentence("Encryption, with keys that rotate."),
        sentence("Of the database, the queue and the disks: look at the deployment."),
    ),
    (
        "support",
        sentence("The registration page shows how to reach support, in English, and asks for no payment data."),
        sentence("Look at the page. It shows SUPPORT_EMAIL or SUPPORT_URL, or what the product names."),
    ),
)


def _for_people() -> tuple[Step, ...]:
    return tuple(
        line(
            name, text, [Fact(what)], sentence("Somebody looks, and says so in the covering letter."), mark=Mark.PERSON
        )
        for name, text, what in _BY_PEOPLE
    )
