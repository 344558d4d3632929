"""Payees: what the log may know of where money goes, and what the vault is handed. Their values are never logged."""

from typing import NamedTuple

from award_ledger.domain.fact import Commitment, PayeeCommitments
from award_ledger.domain.refusals import InvalidFields, RequestIdReused, Violation
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.commitments import Opened, commitment
from award_ledger.server.vault.sealing import Vault
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest, SubmitApplicationResponse
from award_ledger.v1.common_pb2 import Payee

_FIELDS = ("account_name", "account_number", "bank")
_LONGEST = 200


class Committed(NamedTuple):
    """Commitments for the fact, and what opens them for the vault."""

    commitments: PayeeCommitments
    openings: tuple[Opened, ...]


class Payees:
    """Commits to payees, and compares the payee of a repeated request with the sealed one."""

    def __init__(self, vault: Vault, recorder: LogRecorder) -> None:
        self._vault, self._recorder = vault, recorder

    def commit(self, payee: Payee) -> Committed:
        """Raises InvalidFields, which names the fields without their values."""
        values = _values(payee)
        wrong = [Violation(path, _problem(value)) for path, value in values.items() if _problem(value)]
        if wrong:
            raise InvalidFields(tuple(wrong))
        openings = tuple(self._vault.salted(path, value.encode()) for path, value in values.items())
        name, number, bank = (Commitment(c=commitment(opened)) for opened in openings)
        return Committed(PayeeCommitments(account_name=name, account_number=number, bank=bank), openings)

    def confirm(self, request: SubmitApplicationRequest, response: SubmitApplicationResponse) -> None:
        """Raises RequestIdReused if the first request named another payee. What was erased cannot be compared."""
        if not request.HasField("payee"):
            return
        position = response.receipt.position
        values = {path: value.encode() for path, value in _values(request.payee).items()}
        with self._recorder.reading() as reader:
            kept = self._vault.reveal_all(reader, position)
        if any(values[opened.path] != opened.value for opened in kept):
            raise RequestIdReused(request.request_id, position)


def _values(payee: Payee) -> dict[str, str]:
    """By path in the fact, in the order of `_FIELDS`."""
    return {f"payee.{name}": getattr(payee, name).strip() for name in _FIELDS}


def _problem(value: str) -> str:
    if not value:
        return "must not be empty"
    return f"must be at most {_LONGEST} characters" if len(value) > _LONGEST else ""
