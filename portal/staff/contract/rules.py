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


WHY_IT_MOVED = (
    marked("AWS grants something; pay as you go: AWS said that it is granted."),
    marked("The end was announced before AWS was first asked, and something is still granted."),
    marked("The agreement is over before anything was seen granted."),
    marked("It was renewed or replaced by another contract before anything was seen granted."),
    marked("AWS told of a change, and cannot be asked or does not show it yet."),
    marked("AWS announced the end, and still grants something."),
    marked("AWS grants nothing any more."),
    marked("AWS grants nothing any more, and another contract goes on for this one."),
    marked("AWS shows what is granted now."),
    marked("The change was the announcement of the end."),
    marked("The change was the end."),
    marked("The change was the hand-over to another contract."),
    marked("Granted anew before the end, which is then never told."),
    marked("Renewed or replaced, and AWS does not show what follows yet."),
    marked("AWS grants nothing any more; pay as you go: the last hour is over."),
    marked("Bought again, or the end was a mistake: AWS grants something."),
    marked("AWS grants something again, and has announced its end already."),
    marked("The end turns out to be a renewal whose grant AWS does not show yet."),
    marked("The end turns out to be a hand-over to another contract."),
)
"""The words of ``MOVES``, which is pure and marks nothing; a test holds the two together."""
