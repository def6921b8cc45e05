"""The rules that explanations name, in the words of docs/life-of-a-contract.md; a test holds the two together."""

from __future__ import annotations

from enum import StrEnum

from portal.language import marked

PAGE = "life-of-a-contract"


class Rule(StrEnum):
    """What decides about a contract. The value stands so on the page."""

    NUDGE = marked("no message moves a contract by itself: it is a reason to ask, and what AWS answers decides")
    WORDS_DECIDE = marked("Pay-as-you-go subscriptions have nothing to ask for; there the words decide.")
    ENTITLEMENT = marked(
        "Access begins with an entitlement, not with Purchase Agreement Created, nor with the buyer's arrival."
    )
    LATER_DATE = marked("An agreement for a later date waits.")
    NOT_PAID = marked("subscribe-fail lets nobody in; the page says that the payment may have failed.")
    ANY_NAME = marked(
        "A contract is granted while anything is granted under any of its names. The end of one licence is no end of "
        "the others."
    )
    CONTINUATION = marked("Renewed or replaced is a continuation.")
    NEW_NAMES = marked("The new agreement's names become names of the same contract")
    OVER = marked("An agreement that is over stays over")
    ANEW = marked("A legacy customer may subscribe again, so there the later word stands.")
    TWO_OWNERS = marked(
        "Where two organisations have one each, neither is touched: the earlier is superseded and names the later."
    )
    JOINED = marked("Where its buyer landed before AWS told so, the two contracts are joined.")
    DOUBTED = marked("An empty answer soon after a grant is asked again")
    GRACE = marked(
        "An empty answer after the end of a licence is asked again for some seconds, since the renewal may be told a "
        "moment later."
    )
    NOT_SHOWN = marked(
        "An answer that does not show an announced change at all is asked again after 20 seconds and after "
        "three minutes."
    )
    ADVISORY = marked(
        "Advisories and requests to cancel are kept beside the contract for people to see. They revoke nothing."
    )
    AMBIGUOUS = marked("An ambiguous match is never guessed.")
    LAST_HOUR = marked(
        "The last hour of a pay-as-you-go subscription ends an hour after it was announced, if AWS does not end it "
        "before."
    )
    GOES_ON_GRANTING = marked(
        "Where AWS goes on granting more than an hour after it announced the end, its answer stands: the message that "
        "took the end back is lost."
    )
