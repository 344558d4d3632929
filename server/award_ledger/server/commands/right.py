"""What is right of an entry that was wrong, as whoever corrects it says."""

from dataclasses import dataclass
from datetime import date

from award_ledger.domain.fact import EvidenceRef, PayeeCommitments


@dataclass(frozen=True, slots=True)
class RightApplication:
    """What an application should have said."""

    asked_minor: int
    facts: dict[str, str]
    evidence: tuple[EvidenceRef, ...]


@dataclass(frozen=True, slots=True)
class RightDate:
    """The day on which it was applied for."""

    applied_on: date


@dataclass(frozen=True, slots=True)
class RightPayee:
    """Where the money of an application should go.

    `confirms` is the position of the proposal that named the same payee, as the vault says; 0: there is none.
    `stands`: it is the payee already.
    """

    payee: PayeeCommitments
    confirms: int = 0
    stands: bool = False


@dataclass(frozen=True, slots=True)
class RightRuling:
    """The right result, or the right ground of a revocation (`revokes`)."""

    said: str
    revokes: bool = False


Right = int | str | RightApplication | RightDate | RightPayee | RightRuling
"""What is right: an amount in minor units, a name, what an application says, a result, or a ground."""
