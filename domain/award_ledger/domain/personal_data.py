"""Personal data of an application: sealed beside the log, and erased by two people. The facts of that, and its state.

The log keeps the commitments for ever, so every proof stays valid; what stands behind them is in the vault until the
fact here says that it was erased. An opening that is missing without it was taken away by somebody.
"""

from collections.abc import Iterator
from typing import Literal
from uuid import UUID

import msgspec
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

    `entries` are the positions at which it was told, corrections and proposals of them included. `erased_at` is the
    position of its erasure; 0: it is kept.
    """

    paths: tuple[str, ...]
    entries: tuple[int, ...] = ()
    proposal: ErasureProposal | None = None
    erased_at: int = 0


def erased_besides(fact: PersonalDataErased, held: PersonalData) -> Iterator[PersonalDataErased]:
    """What follows an erasure: the same for every later entry that told of the subject, proposals included."""
    if fact.entry == held.entries[0]:
        yield from (msgspec.structs.replace(fact, entry=entry) for entry in held.entries[1:])


def told_by(
    position: int, payee: PayeeCommitments | None, contact: ContactCommitments | None = None
) -> dict[Subject, PersonalData]:
    """What an entry told, by subject."""
    told: dict[Subject, PayeeCommitments | ContactCommitments | None] = {"payee": payee, "contact": contact}
    return {
        subject: PersonalData(
            tuple(f"{subject}.{name}" for name in part.__struct_fields__ if getattr(part, name) is not None),
            (position,),
        )
        for subject, part in told.items()
        if part is not None
    }
