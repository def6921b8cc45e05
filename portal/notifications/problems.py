"""What stands beside a message that could not be applied: kept in English, and said in the language of who reads it."""

from __future__ import annotations

from portal.language import marked

FAULT = marked("A fault of the portal (%(error)s)")
JOINED = marked("Its contract was joined to another a moment ago.")
NOTHING_YET = marked("AWS shows no entitlement yet; asking again.")
REFUSED = marked("AWS refused (%(problem)s)")
NO_ANSWER = marked("AWS did not answer (%(problem)s)")
AMBIGUOUS = marked("It may be about any of %(number)s contracts; a person must decide.")

PROBLEMS = (FAULT, JOINED, NOTHING_YET, REFUSED, NO_ANSWER, AMBIGUOUS)
