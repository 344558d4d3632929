"""What could explain the lines of an account: the domain's engine on what the ledger and the vault know."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from award_ledger.domain import matching
from award_ledger.domain.bank_account import BankAccount, Line
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.identity import normalised
from award_ledger.server.rpc.reads import Standpoint
from award_ledger.server.rpc.unsealing import Unsealing
from award_ledger.server.writer.past import load_together

MOST_ENTERPRISES = 20_000
"""Looked at for names and orders, where ids do not explain a line; what is not found by then is left to a person."""

_TOGETHER = 200


class Explained:
    """The proposals for an account, and the orders behind its recoveries by their reference."""

    def __init__(self, point: Standpoint, account: BankAccount, unsealing: Unsealing) -> None:
        self._point, self._account, self._unsealing = point, account, unsealing
        self._owed_back = account.owed_back()
        self.orders: dict[str, tuple[UUID, UUID, int]] = {}

    def proposals(self) -> list[matching.Proposal]:
        """First by what ids say alone; names are looked up only if that leaves something open."""
        lines = [line for line in self._account.lines.values() if not line.explained]
        payments = list(self._account.payments.values())
        proposals = matching.propose([_line(line) for line in lines], [self._payment(payment) for payment in payments])
        if all(proposal.possible for proposal in proposals):
            return proposals
        enterprises = self._enterprises(payments)
        told = [
            self._told(line) if not proposal.possible else _line(line)
            for line, proposal in zip(lines, proposals, strict=True)
        ]
        names = {normalised(line.name) for line in told if line.name}
        named = [self._named(payment, enterprises.get(payment.enterprise_id), names) for payment in payments]
        return matching.propose(told, named, list(self._outstanding(enterprises.values())))

    def _enterprises(self, payments: Iterable[Expected]) -> dict[UUID, Enterprise]:
        """Those whom a payment may still go to or come back from, many at once."""
        wanted = list(
            dict.fromkeys(payment.enterprise_id for payment in payments if payment.open_minor or payment.paid_minor)
        )
        found: dict[UUID, Enterprise] = {}
        for begin in range(0, min(len(wanted), MOST_ENTERPRISES), _TOGETHER):
            kinds = dict.fromkeys(wanted[begin : begin + _TOGETHER], Enterprise)
            for key, loaded in load_together(self._point.reader, kinds, self._point.position).items():
                if isinstance(loaded.aggregate, Enterprise):
                    found[key] = loaded.aggregate
        return found

    def _told(self, line: Line) -> matching.BankLine:
        told = self._unsealing.particulars(line.position, line.place)
        return _line(line, name=told.name, account=told.account)

    def _named(self, payment: Expected, enterprise: Enterprise | None, names: set[str]) -> matching.Payment:
        """With its payee, where a line speaks of somebody of that name."""
        if enterprise is None or not payment.open_minor or normalised(enterprise.name) not in names:
            return self._payment(payment)
        application = enterprise.applications[enterprise.awards[payment.award_id].application_id]
        payee = self._unsealing.payee(application.payee_at) if application.payee is not None else None
        return self._payment(payment, enterprise.name, payee.account_number if payee is not None else "")

    def _payment(self, payment: Expected, name: str = "", account: str = "") -> matching.Payment:
        owed_back = self._owed_back.get(payment.end_to_end_id, ())
        return matching.Payment(
            end_to_end_id=payment.end_to_end_id,
            open_minor=payment.open_minor,
            paid_minor=payment.paid_minor,
            instructed_on=payment.instructed_on,
            run=payment.run,
            references=(payment.end_to_end_id, normalised(payment.voucher))
            if payment.voucher
            else (payment.end_to_end_id,),
            name=name,
            account=account,
            owed_back=tuple((owed.reference, owed.amount_minor - owed.received_minor) for owed in owed_back),
        )

    def _outstanding(self, enterprises: Iterable[Enterprise]) -> Iterator[matching.Order]:
        for enterprise in enterprises:
            for award in enterprise.awards.values():
                for order in award.clawbacks:
                    if order.outstanding_minor:
                        reference = f"{award.award_id}/{order.number}"
                        self.orders[reference] = (enterprise.id, award.award_id, order.number)
                        yield matching.Order(
                            reference=reference, outstanding_minor=order.outstanding_minor, name=enterprise.name
                        )


def _line(line: Line, name: str = "", account: str = "") -> matching.BankLine:
    said = line.said
    return matching.BankLine(
        key=said.key,
        amount_minor=said.amount_minor,
        booked_on=said.booked_on,
        end_to_end_id=said.end_to_end_id,
        references=(*said.voucher_ids, normalised(said.voucher)) if said.voucher else said.voucher_ids,
        payment_information_id=said.payment_information_id,
        batch_count=said.batch_count,
        found_ids=said.found_ids,
        name=name,
        account=account,
    )
