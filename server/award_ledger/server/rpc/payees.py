"""Payees and contacts: what the log may know of where money goes and whom to ask, and what the vault is handed.

Their values are never logged.
"""

from typing import NamedTuple

from award_ledger.domain.application import Application
from award_ledger.domain.fact import Commitment, ContactCommitments, PayeeCommitments
from award_ledger.domain.refusals import InvalidFields, RequestIdReused, Violation
from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.gate import Gate
from award_ledger.server.rpc.rights import PAYEE_IN_FULL
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.commitments import Opened, commitment
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.past import PastLedger
from award_ledger.v1.applications_pb2 import GetPayeeResponse, SubmitApplicationRequest, SubmitApplicationResponse
from award_ledger.v1.common_pb2 import Contact, Payee

_FIELDS = ("account_name", "account_number", "bank")
_CONTACT_FIELDS = ("name", "telephone", "email")
_LONGEST = 200

_HIDDEN = "****"  # as many, however long the value is
_SHOWN, _LONG_ENOUGH = 4, 12  # characters at the end, of a number of at least so many


class Committed(NamedTuple):
    """Commitments for the fact, and what opens them for the vault."""

    commitments: PayeeCommitments
    openings: tuple[Opened, ...]


class CommittedContact(NamedTuple):
    """The same of a contact."""

    commitments: ContactCommitments
    openings: tuple[Opened, ...]


class Payees:
    """Commits to payees, and compares the payee of a repeated request with the sealed one."""

    def __init__(self, vault: Vault, recorder: LogRecorder, gate: Gate) -> None:
        self._vault, self._recorder, self._gate = vault, recorder, gate

    def commit(self, payee: Payee) -> Committed:
        """Raises InvalidFields, which names the fields without their values."""
        values = _values(payee)
        wrong = [Violation(path, _problem(value)) for path, value in values.items() if _problem(value)]
        if wrong:
            raise InvalidFields(tuple(wrong))
        openings = tuple(self._vault.salted(path, value.encode()) for path, value in values.items())
        name, number, bank = (Commitment(c=commitment(opened)) for opened in openings)
        return Committed(PayeeCommitments(account_name=name, account_number=number, bank=bank), openings)

    def commit_contact(self, contact: Contact) -> CommittedContact:
        """A name, and by what the person can be reached. Raises InvalidFields, without values."""
        values = _contact_values(contact)
        wrong = [Violation(path, _problem(value)) for path, value in values.items() if _problem(value)]
        if "contact.name" not in values:
            wrong.insert(0, Violation("contact.name", "must not be empty"))
        if values.keys() <= {"contact.name"}:
            wrong.append(Violation("contact.telephone", "must be set, or contact.email must be"))
        if wrong:
            raise InvalidFields(tuple(wrong))
        openings = tuple(self._vault.salted(path, value.encode()) for path, value in values.items())
        made = {opened.path.partition(".")[2]: Commitment(c=commitment(opened)) for opened in openings}
        return CommittedContact(ContactCommitments(**made), openings)

    def shown(self, reader: LogReader, application: Application) -> GetPayeeResponse:
        """What has not been erased of the payee that an application named, as far as the caller may see it.

        By the rights and the lead departments of now, whatever point of the log is asked for.
        """
        measure = PastLedger(reader, reader.head).measure(application.measure)
        in_full = self._gate.holds(PAYEE_IN_FULL, current_call().principal, [measure], reader)
        answer = GetPayeeResponse(masked=not in_full)
        if application.payee is None:
            return answer
        kept = {opened.path: opened.value.decode() for opened in self._vault.reveal_all(reader, application.payee_at)}
        payee = Payee(**{name: kept.get(f"payee.{name}", "") for name in _FIELDS})
        answer.payee.CopyFrom(payee if in_full else _masked(payee))
        return answer

    def named_at(self, reader: LogReader, position: int, payee: Payee) -> bool:
        """Does the entry at a position name this payee? No, if what it names was erased."""
        told = {opened.path: opened.value.decode() for opened in self._vault.reveal_all(reader, position)}
        return {path: value for path, value in told.items() if path.startswith("payee.")} == _values(payee)

    def confirm(self, request: SubmitApplicationRequest, response: SubmitApplicationResponse) -> None:
        """Raises RequestIdReused if the first request named another payee or contact.

        What was erased cannot be compared.
        """
        values = _values(request.payee) if request.HasField("payee") else {}
        values |= _contact_values(request.contact) if request.HasField("contact") else {}
        if not values:
            return
        position = response.receipt.position
        told = {path for held in response.application.personal_data for path in held.paths}
        with self._recorder.reading() as reader:
            kept = self._vault.reveal_all(reader, position)
        if values.keys() != told or any(values[opened.path].encode() != opened.value for opened in kept):
            raise RequestIdReused(request.request_id, position)


def _masked(payee: Payee) -> Payee:
    """What may be seen by those who need not know: the end of a long account number, to tell two apart."""
    number = payee.account_number
    shown = number[-_SHOWN:] if len(number) >= _LONG_ENOUGH else ""
    return Payee(
        account_name=_HIDDEN if payee.account_name else "",
        account_number=_HIDDEN + shown if number else "",
        bank=_HIDDEN if payee.bank else "",
    )


def _values(payee: Payee) -> dict[str, str]:
    """By path in the fact, in the order of `_FIELDS`."""
    return {f"payee.{name}": getattr(payee, name).strip() for name in _FIELDS}


def _contact_values(contact: Contact) -> dict[str, str]:
    """By path in the fact; what was left out is not told."""
    values = {f"contact.{name}": getattr(contact, name).strip() for name in _CONTACT_FIELDS}
    return {path: value for path, value in values.items() if value}


def _problem(value: str) -> str:
    if not value:
        return "must not be empty"
    return f"must be at most {_LONGEST} characters" if len(value) > _LONGEST else ""
