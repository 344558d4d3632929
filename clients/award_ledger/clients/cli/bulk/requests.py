"""From a row to what is asked of the ledger for it."""

from __future__ import annotations

from dataclasses import dataclass

from award_ledger.clients.cli.bulk.request_ids import SubmissionIds, registration_id
from award_ledger.clients.cli.bulk.rows import Row
from award_ledger.clients.cli.commands.applications import contact_of
from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.options import day, rate
from award_ledger.clients.department.calling import enterprise_number
from award_ledger.clients.errors import LedgerError, NotFound
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest
from award_ledger.v1.common_pb2 import Evidence, Payee
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest


@dataclass(frozen=True)
class Decision:
    """What is to be approved: an amount in minor units, a rate, or (neither) what was asked."""

    amount_minor: int | None
    rate: str
    decided_on: str


@dataclass(frozen=True)
class Requests:
    """What is asked for one row."""

    currency: str
    register: RegisterEnterpriseRequest | None
    submit: SubmitApplicationRequest
    decision: Decision


@dataclass(frozen=True)
class Prepared:
    """A row with what is asked for it, or with why nothing is: `problem` in words, or the ledger's `error`."""

    row: Row
    requests: Requests | None = None
    problem: str = ""
    error: LedgerError | None = None


class Preparation:
    """Prepares the rows of one file, in order; asks the ledger for the currency of each measure once."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ids = SubmissionIds()
        self._not_found: dict[str, NotFound] = {}

    def prepare(self, row: Row) -> Prepared:
        """One row; raises LedgerError where the ledger does not answer."""
        if row.problem:
            return Prepared(row, problem=self._desk.say(row.problem.key, **row.problem.values))
        measure = row.get("measure")
        if measure in self._not_found:
            return Prepared(row, error=self._not_found[measure])
        try:
            return Prepared(row, self._requests(row, self._desk.currency_of(measure)))
        except NotFound as error:
            self._not_found[measure] = error
            return Prepared(row, error=error)
        except UsageProblem as problem:
            text = self._desk.say("row.cell", column=problem.hint, problem=problem.text)
            return Prepared(row, problem=text)

    def _requests(self, row: Row, currency: str) -> Requests:
        desk = self._desk
        number = enterprise_number(row.get("enterprise"))
        submit = SubmitApplicationRequest(
            enterprise=number,
            measure_code=row.get("measure"),
            asked_minor=desk.minor(row.get("asked") or "0", currency, "asked"),
            facts=dict(row.prefixed("fact")),
            evidence=_evidence(row),
            payee=_payee(row),
            contact=contact_of(*(row.get(f"contact_{part}") for part in ("name", "telephone", "email"))),
            applied_on=day(desk, row.get("applied_on"), "applied_on"),
        )
        for name, amount in row.prefixed("money"):
            fact = name.removesuffix("_minor") + "_minor"
            submit.facts[fact] = str(desk.minor(amount, currency, f"money:{name}"))
        decision = _decision(desk, row, currency)
        register = None
        if row.get("name"):
            register = RegisterEnterpriseRequest(number=number, name=row.get("name"))
            register.request_id = registration_id(register)
        submit.request_id = self._ids.next_id(submit)
        return Requests(currency, register, submit, decision)


def _decision(desk: Desk, row: Row, currency: str) -> Decision:
    amount, decided_rate = row.get("approve_amount"), row.get("rate")
    if amount and decided_rate:
        raise UsageProblem(desk.say("usage.amount_and_rate"), "rate")
    return Decision(
        desk.minor(amount, currency, "approve_amount") if amount else None,
        rate(desk, decided_rate, "rate") if decided_rate else "",
        day(desk, row.get("decided_on"), "decided_on"),
    )


def _evidence(row: Row) -> list[Evidence]:
    references = [
        (kind, reference.strip())
        for kind, cell in row.prefixed("evidence")
        for reference in cell.replace("；", ";").split(";")
    ]
    return [Evidence(kind=kind, reference=reference) for kind, reference in references if reference]


def _payee(row: Row) -> Payee | None:
    name, account, bank = (row.get(f"payee_{part}") for part in ("name", "account", "bank"))
    return Payee(account_name=name, account_number=account, bank=bank) if name or account or bank else None
