"""Personal data of an application: sealed beside the log, and erased by two people. The facts of that, and its state.

The log keeps the commitments for ever, so every proof stays valid; what stands behind them is in the vault until the
fact here says that it was erased. An opening that is missing without it was taken away by somebody.
"""

from typing import Literal, get_args
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.fact import ContactCommitments, Fact, PayeeCommitments

Subject = Literal["payee", "contact"]
"""Whom the data are about: where the money goes, or whom to ask. Each is sealed under a key of its own."""


class PersonalDataErasureProposed(Fact, frozen=True, kw_only=True):
    """Nothing is erased yet: another person must ask for the same on the same legal basis."""

    TOPIC = "enterprise.personal_data_erasure_proposed.v1"
    application_id: UUID
    subject: Subject
    legal_basis: str
    reason: str = ""


class PersonalDataErased(Fact, frozen=True, kw_only=True):
    """What stood behind the commitments at `paths` of the entry at position `entry` is gone; `act.second` proposed it.

    Verifiers read `entry` and `paths` by these names: they are the scope of the erasure.
    """

    TOPIC = "enterprise.personal_data_erased.v1"
    application_id: UUID
    subject: Subject
    entry: int
    paths: tuple[str, ...]
    legal_basis: str
    reason: str = ""


class ErasureProposal(Struct, frozen=True):
    """One person's proposal, which waits for another's."""

    principal: str
    legal_basis: str


class PersonalData(Struct):
    """What an application told of one subject: by which fields, and what became of it.

    `erased_at` is the position of its erasure; 0: it is kept.
    """

    paths: tuple[str, ...]
    proposal: ErasureProposal | None = None
    erased_at: int = 0


def commitments_of(fact: Fact) -> dict[str, str]:
    """The commitments in a fact, hex, by the path of their field."""
    found: dict[str, str] = {}
    for subject in get_args(Subject):
        part = getattr(fact, subject, None)
        if isinstance(part, PayeeCommitments | ContactCommitments):
            values = {name: getattr(part, name) for name in part.__struct_fields__}
            found |= {f"{subject}.{name}": value.c for name, value in values.items() if value is not None}
    return found


def told_by(payee: PayeeCommitments | None, contact: ContactCommitments | None) -> dict[Subject, PersonalData]:
    """What a submission told, by subject."""
    told: dict[Subject, PayeeCommitments | ContactCommitments | None] = {"payee": payee, "contact": contact}
    return {
        subject: PersonalData(
            tuple(f"{subject}.{name}" for name in part.__struct_fields__ if getattr(part, name) is not None)
        )
        for subject, part in told.items()
        if part is not None
    }
