"""The value that explains a decision: every check with its numbers, in order of precedence.

Stored with each approval and refusal, in the leanest shape: the words of the law are in the Terms, and
`explanation` puts them beside the checks when people read.
"""

from typing import Literal

from msgspec import Struct

from award_ledger.domain.terms import MAX_AMOUNT_MINOR

Verdict = Literal["passed", "failed", "needs_override", "overridden", "cut", "noted"]


class Check(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One line: money checks are in minor units, the others in counts.

    `used` and `left` are as they were before the decision; `left` is never negative.
    """

    id: str
    verdict: Verdict = "passed"
    reason: str = ""
    limit: int | None = None
    used: int | None = None
    asked: int | None = None
    left: int | None = None
    found: str = ""

    @property
    def refuses(self) -> bool:
        """True if this check stands against the decision."""
        return self.verdict in ("failed", "needs_override")


class Assessment(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """The complete calculation.

    `admissible_minor` is the largest amount that every check admits as things stand, 0 if some check admits
    nothing; `binding` names every check that allows exactly that. `granted_minor` is what was asked, or what
    fits where the Terms cut, or 0 if refused.
    """

    measure_code: str
    terms_version: int
    asked_minor: int
    admissible_minor: int
    granted_minor: int
    checks: tuple[Check, ...]
    binding: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """True if no check stands against the decision."""
        return not any(check.refuses for check in self.checks)

    @property
    def unlimited(self) -> bool:
        """True if no limit is known: what is admissible is merely what the ledger can hold."""
        return self.admissible_minor == MAX_AMOUNT_MINOR

    def first_failure(self) -> Check:
        """The failing check that comes first in precedence. Raises LookupError if all hold."""
        for check in self.checks:
            if check.refuses:
                return check
        raise LookupError("the assessment refuses nothing")
