"""Bank accounts, their lines and runs of payments: between the contract and the domain."""

from collections.abc import Callable
from datetime import date
from typing import cast

from award_ledger.domain import bank_account as domain
from award_ledger.domain import bank_events as be
from award_ledger.domain.absences import Absence
from award_ledger.domain.account_status import AccountStatus, Ageing
from award_ledger.domain.day_totals import DayTotals
from award_ledger.domain.fact import Commitment
from award_ledger.domain.identity import end_to_end_ids, enterprise_id
from award_ledger.domain.receivable import Receivable
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.rpc.fields import FIRST_DAY, LAST_DAY, day, identifier, number_of, required_choice
from award_ledger.server.rpc.mapping.enums import number_of as enum_number
from award_ledger.v1 import bank_lines_pb2 as lines_pb
from award_ledger.v1 import finance_pb2 as pb
from award_ledger.v1.common_pb2 import EnterpriseNumber

Particulars = Callable[[int, int], lines_pb.LineParticulars]
"""What the vault has behind the line at a place of the event at a position; empty where it was erased."""

_KIND = lines_pb.AllocationKind.DESCRIPTOR
_CLASS = lines_pb.LineClass.DESCRIPTOR


def required_day(text: str, path: str) -> date:
    """A day that must be given. Raises InvalidFields."""
    found = day(text, path)
    if found is None:
        raise invalid_field(path, f"must be a day between {FIRST_DAY} and {LAST_DAY}")
    return found


def said_line(message: lines_pb.BankLine, path: str, particulars: Commitment | None) -> be.StatementLine:
    """A line as a fact. The ids in its texts are found here, so that the log has them and not the texts."""
    return be.StatementLine(
        key=message.key,
        amount_minor=message.amount_minor,
        booked_on=required_day(message.booked_on, f"{path}.booked_on"),
        value_on=day(message.value_on, f"{path}.value_on"),
        end_to_end_id=message.end_to_end_id,
        serial=message.serial,
        voucher=message.voucher,
        payment_information_id=message.payment_information_id,
        batch_count=message.batch_count,
        voucher_ids=end_to_end_ids(f"{message.voucher} {message.serial}"),
        found_ids=end_to_end_ids(message.particulars.text),
        code=message.code,
        reason=message.reason,
        particulars=particulars,
    )


def allocation(message: lines_pb.Allocation, path: str) -> be.Allocation:
    """Raises InvalidFields, or what is wrong with the enterprise's number."""
    kind = cast(be.AllocationKind, required_choice(_KIND, message.kind, f"{path}.kind"))
    if kind != "recovery":
        return be.Allocation(kind=kind, amount_minor=message.amount_minor, reference=message.reference)
    return be.Allocation(
        kind=kind,
        amount_minor=message.amount_minor,
        enterprise_id=enterprise_id(*number_of(message.enterprise)),
        award_id=identifier(message.award_id, f"{path}.award_id"),
        clawback=message.clawback,
    )


def allocation_message(part: be.Allocation, ledger: WorkingSet) -> lines_pb.Allocation:
    """A part of a line."""
    message = lines_pb.Allocation(
        kind=lines_pb.AllocationKind.ValueType(enum_number(_KIND, part.kind)),
        amount_minor=part.amount_minor,
        reference=part.reference,
        clawback=part.clawback,
    )
    if part.enterprise_id is not None:
        enterprise = ledger.enterprise(part.enterprise_id)
        message.enterprise.CopyFrom(EnterpriseNumber(scheme=enterprise.scheme, number=enterprise.number))
        message.award_id = str(part.award_id)
    return message


def line_message(line: domain.Line, ledger: WorkingSet, particulars: Particulars | None = None) -> lines_pb.BankLine:
    """A line, with its particulars where they are asked for."""
    said = line.said
    return lines_pb.BankLine(
        key=said.key,
        amount_minor=said.amount_minor,
        booked_on=said.booked_on.isoformat(),
        value_on=said.value_on.isoformat() if said.value_on else "",
        end_to_end_id=said.end_to_end_id,
        serial=said.serial,
        voucher=said.voucher,
        payment_information_id=said.payment_information_id,
        batch_count=said.batch_count,
        code=said.code,
        reason=said.reason,
        particulars=particulars(line.position, line.place) if particulars and said.particulars else None,
        line_class=lines_pb.LineClass.ValueType(enum_number(_CLASS, line.kind)),
        allocations=[allocation_message(part, ledger) for part in line.allocations or line.proposed],
        basis=line.basis,
        matched_at=line.matched_at,
        proposed_by=line.proposed_by or line.unmatch_proposed_by,
        position=line.position,
    )


def statement_message(statement: domain.Statement) -> lines_pb.Statement:
    """A statement, without its lines."""
    return lines_pb.Statement(
        statement_key=statement.key,
        content_sha256=statement.content_sha256,
        source_sha256=statement.source_sha256,
        format=statement.format,
        statement_id=statement.statement_id,
        sequence=statement.sequence,
        period_from=statement.period_from.isoformat(),
        period_to=statement.period_to.isoformat(),
        opening_minor=statement.opening_minor,
        closing_minor=statement.closing_minor,
        line_count=statement.lines,
        new_line_count=statement.new_lines,
        position=statement.position,
        receipts=statement.receipts,
    )


def status_message(account: domain.BankAccount, status: AccountStatus, on: date) -> pb.AccountStatus:
    """How an account stands."""
    return pb.AccountStatus(
        account=account.account,
        name=account.name,
        bank=account.bank,
        currency=account.currency,
        on=on.isoformat(),
        closing_minor=status.closing_minor,
        closing_on=status.closing_on.isoformat() if status.closing_on else "",
        ledger_minor=status.ledger_minor,
        explained_in_minor=status.explained_in_minor,
        explained_out_minor=status.explained_out_minor,
        statement_count=len(account.statements),
        line_count=len(account.lines),
        ageing=[_ageing(aged) for aged in status.ageing],
        missing=[absence.text for absence in status.missing],
        absences=[_absence(absence) for absence in status.missing],
        receivables=[receivable_message(owed) for owed in account.receivables.values() if owed.outstanding_minor],
    )


def day_message(totals: DayTotals) -> pb.DayTotals:
    """Control totals of a day."""
    return pb.DayTotals(
        day=totals.day.isoformat(),
        opening_minor=totals.opening_minor,
        in_count=totals.in_count,
        in_minor=totals.in_minor,
        out_count=totals.out_count,
        out_minor=totals.out_minor,
        closing_minor=totals.closing_minor,
        bank_closing_minor=totals.bank_minor,
        open_count=totals.open_count,
    )


def receivable_message(owed: Receivable) -> lines_pb.Receivable:
    """Money that is owed back to us."""
    return lines_pb.Receivable(
        reference=owed.reference,
        line=owed.line,
        amount_minor=owed.amount_minor,
        received_minor=owed.received_minor,
        opened_on=owed.opened_on.isoformat(),
        reason=owed.reason,
        written_off_minor=owed.written_off_minor,
        write_off_proposed_minor=owed.write_off_proposed_minor,
        write_off_proposed_by=owed.write_off_proposed_by,
    )


def _absence(absence: Absence) -> lines_pb.Absence:
    return lines_pb.Absence(
        kind=absence.kind,
        since=absence.since.isoformat(),
        until=absence.until.isoformat() if absence.until else "",
        reference=absence.reference,
        count=absence.count,
        amount_minor=absence.amount_minor,
        next_minor=absence.next_minor,
    )


def _ageing(aged: Ageing) -> pb.Ageing:
    upto_1, upto_5, upto_30, older = aged.counts
    return pb.Ageing(
        kind=aged.kind,
        upto_1_count=upto_1,
        upto_5_count=upto_5,
        upto_30_count=upto_30,
        older_count=older,
        earlier_year_count=aged.earlier_year,
        amount_minor=aged.amount_minor,
    )
