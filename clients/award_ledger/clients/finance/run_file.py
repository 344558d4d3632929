"""The file of a payment run, from what the ledger says of it."""

from __future__ import annotations

import datetime as dt
import re

from award_ledger.clients.finance.files.instruction import Bank, Instruction, InvalidInstruction, Payer, Payment
from award_ledger.v1.payment_runs_pb2 import PaymentRun, PaymentRunStatus, RunPayment

_CNAPS = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")


def instruction_of(run: PaymentRun, free_text: str = "") -> Instruction:
    """An approved run as an instruction. The same run is the same bytes, whenever the file is written.

    Raises InvalidInstruction for a run that is not approved, or whose payees are not all known.
    """
    if run.status not in (PaymentRunStatus.PAYMENT_RUN_STATUS_APPROVED, PaymentRunStatus.PAYMENT_RUN_STATUS_SENT):
        raise InvalidInstruction(f"payment run {run.code} is not approved")
    execute_on = dt.date.fromisoformat(run.execute_on)
    return Instruction(
        message_id=run.code,
        payment_information_id=run.code,
        created_at=dt.datetime.combine(execute_on, dt.time(0), dt.timezone(dt.timedelta(hours=8))),
        execution_on=execute_on,
        initiator=run.account_name,
        payer=Payer(run.account_name, run.account, bank_named(run.bank)),
        currency=run.currency,
        payments=tuple(_payment(place, payment, free_text) for place, payment in enumerate(run.payments, start=1)),
    )


def bank_named(text: str) -> Bank:
    """A CNAPS number of 12 digits, a name, or both in one text."""
    found = _CNAPS.search(text)
    name = _CNAPS.sub("", text).strip()
    return Bank(cnaps=found[0] if found else "", name=name)


def _payment(place: int, payment: RunPayment, free_text: str) -> Payment:
    if not payment.HasField("payee"):
        raise InvalidInstruction(f"payment {place}: its payee is not known any more")
    if not payment.permit.event_hash:
        raise InvalidInstruction(f"payment {place}: the ledger gave no receipt of its award's approval")
    return Payment(
        end_to_end_id=payment.end_to_end_id,
        amount_minor=payment.amount_minor,
        payee_name=payment.payee.account_name,
        payee_account=payment.payee.account_number,
        payee_bank=bank_named(payment.payee.bank),
        free_text=free_text,
        voucher=payment.file_voucher,
    )
