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


def aws_checklist(evidence: Evidence) -> Checklist:
    """Every line, in the order of AWS's list."""
    steps = (*registering(evidence), *granting(evidence), *_metering(evidence), *_for_people())
    return Checklist(AWS, "AWS’s integration checklist", "What AWS's reviewers look at besides the use cases.", steps)


def _metering(evidence: Evidence) -> tuple[Step, Step]:
    why = (
        "AWS asks no metering of a plain contract."
        if evidence.pricing == "contract"
        else "This portal does not meter. The product's own metering has to show this to AWS."
    )
    mark = Mark.NOT_APPLICABLE if evidence.pricing == "contract" else Mark.PERSON
    return (
        line("hourly", "Usage is metered hourly; overage is metered.", [Fact(why)], "", mark=mark),
        line("final", "Final usage is sent within an hour of unsubscribe-pending.", [Fact(why)], "", mark=mark),
    )


_BY_PEOPLE = (
    (
        "roles",
        "Roles instead of hard-coded credentials.",
        "The portal has none of its own: botocore takes the role of the host. Look at the deployment.",
    ),
    (
        "logging",
        "Comprehensive logging.",
        "Every deed is in the audit log; where the program's log is kept, the deployment says.",
    ),
    (
        "encryption",
        "Encryption, with keys that rotate.",
        "Of the database, the queue and the disks: look at the deployment.",
    ),
    (
        "support",
        "The registration page shows how to reach support, in English, and asks for no payment data.",
        "Look at the page. It shows SUPPORT_EMAIL or SUPPORT_URL, or what the product names.",
    ),
)


def _for_people() -> tuple[Step, ...]:
    return tuple(
        line(name, text, [Fact(what)], "Somebody looks, and says so in the covering letter.", mark=Mark.PERSON)
        for name, text, what in _BY_PEOPLE
    )
