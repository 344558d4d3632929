"""The story that the golden log tells, and the only way to write the log: `python -m tests.golden.story --write`.

Every command is real and every id follows from the place in the story, so the same domain tells the same bytes. Once
a release has written such events, the committed log is not told anew: what the next release adds is a log of its own.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from award_ledger.domain.approval import Decided, PlannedInstalment
from award_ledger.domain.encoding import encode_fact, encode_snapshot
from award_ledger.domain.fact import Act, Commitment, Event, EvidenceRef, OverrideTaken, PayeeCommitments
from award_ledger.domain.terms import LocalizedText
from award_ledger.domain.working_set import Ledger
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.bar_enterprise import BarEnterprise, ReinstateEnterprise
from award_ledger.server.commands.correct_entry import CorrectEntry, Right, RightApplication
from award_ledger.server.commands.create_fund import ChangeAppropriation, CreateFund
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.link_enterprise import LinkEnterprise, UnlinkEnterprise
from award_ledger.server.commands.order_clawback import CancelClawback, OrderClawback
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.refuse_application import RefuseApplication
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.rename_enterprise import RenameEnterprise
from award_ledger.server.commands.review_application import ReviewApplication
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.set_measure_status import CloseMeasure, ReopenMeasure, SuspendMeasure
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.commands.withdraw_application import WithdrawApplication
from award_ledger.server.commands.write_off_clawback import WriteOffClawback
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.server.vault.commitments import SALT_BYTES, Opened, commitment
from tests.golden import rules

HERE = Path(__file__).parent
LOG, STATE = HERE / "log.jsonl", HERE / "state.json"

_REQUESTS = UUID("0f4b1a5e-3a54-4f0e-9f7c-7d2c5a9e6b10")
_BEGUN_US, _STEP_US = 1_748_736_000_000_000, 61_000_007
FIRM = ("cn.uscc", "91370100MADEM00017")
OTHER = ("pt.nif", "501964843")
ODD = ("other", "AB-1")
DAY, LATER, NEXT_YEAR = date(2025, 6, 2), date(2025, 9, 1), date(2026, 2, 28)
FACTS = {"settled_minor": "800000", "project": "P1", "sales": "100.5", "growth": "0.05", "debt": "0.6999", "age": "10"}


class Telling:
    """The ledger so far, and its log."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.events: list[Event] = []

    def do(self, command: Any, by: str = "li@kjt", on: date = DAY) -> Any:
        """The fact that the command makes."""
        place = len(self.events) + 1
        act = Act(
            principal=by,
            request_id=uuid5(_REQUESTS, str(place)),
            fingerprint=hashlib.sha256(repr(command).encode()).hexdigest(),
            effective_on=on,
        )
        subject = command.subject(self.ledger)
        event = Event(subject.id, getattr(subject, "version", 0) + 1, place, command.decide(self.ledger, act))
        self.ledger.apply(event)
        self.events.append(event)
        return event.fact

    def apply_for(self, firm: tuple[str, str], measure: str, asked: int, **rest: Any) -> UUID:
        """The id of a new application."""
        kept = {"facts": {}, "evidence": (), **rest}
        application: UUID = self.do(SubmitApplication(*firm, measure, asked, **kept)).application_id
        return application

    def award(self, firm: tuple[str, str], measure: str, asked: int, *, on: date = DAY, **rest: Any) -> UUID:
        """The id of a new award of what was asked."""
        application = self.apply_for(firm, measure, asked, **rest)
        award: UUID = self.do(ApproveAward(*firm, application, Decided()), on=on).award_id
        return award

    def pay(self, firm: tuple[str, str], award: UUID, amount: int, *, instalment: int = 1, on: date = LATER) -> None:
        """Instructs an instalment and settles this much of it."""
        self.do(InstructPayment(*firm, award, instalment), "qian@czt", on)
        self.do(RecordSettlement(*firm, award, instalment, 0, amount, "B-1"), "qian@czt", on)


def tell() -> list[Event]:
    """The whole story."""
    telling = Telling()
    for chapter in (
        _set_up,
        _vouchers,
        _refusals,
        _stages,
        _tiers,
        _other_rules,
        _payments,
        _clawbacks,
        _the_end,
        _corrections,
    ):
        chapter(telling)
    return telling.events


def _set_up(t: Telling) -> None:
    for code, year in ((rules.FUND, 2025), (rules.NEXT_FUND, 2026)):
        t.do(
            CreateFund(code, LocalizedText(zh="资金", en="fund"), year, "CNY", 1_000_000, "鲁财预〔2025〕1号"),
            "qian@czt",
        )
    t.do(CreateFund("GOLD/EMPTY", LocalizedText(), 2027, "EUR", 0, ""), "qian@czt")
    t.do(ChangeAppropriation(rules.FUND, 50_000, "追加"), "qian@czt")
    t.do(ChangeAppropriation(rules.FUND, -1, ""), "qian@czt")
    for terms in rules.ALL_TERMS:
        t.do(PublishTerms(terms))
    for firm, name in ((FIRM, "示例企业一号"), (OTHER, "Exemplo, Lda."), (ODD, "odd")):
        t.do(RegisterEnterprise(*firm, name))
    t.do(RenameEnterprise(*FIRM, "示例企业一号（新）"))
    for firm, reason in ((FIRM, "控股"), (OTHER, "")):
        t.do(LinkEnterprise(*firm, "集团", reason))
    t.do(UnlinkEnterprise(*OTHER, "售出"), on=LATER)
    t.do(LinkEnterprise(*OTHER, "集团二", ""), on=LATER)
    t.do(UnlinkEnterprise(*OTHER, ""), on=NEXT_YEAR)


def _payee() -> PayeeCommitments:
    def committed(field: str, value: str) -> Commitment:
        salt = hashlib.sha256(field.encode()).digest()[:SALT_BYTES]
        return Commitment(c=commitment(Opened(f"payee.{field}", salt, value.encode())))

    return PayeeCommitments(
        account_name=committed("account_name", "示例企业一号"),
        account_number=committed("account_number", "6222020200112233445"),
        bank=committed("bank", "102100099996"),
    )


def _vouchers(t: Telling) -> None:
    contract = EvidenceRef(kind="contract", reference="Ｃ-1")
    rest = {"facts": {**FACTS, "field": "AI"}, "payee": _payee()}
    first = t.apply_for(
        FIRM, "G-VOUCHER", 60_000, evidence=(contract, EvidenceRef(kind="licence", reference="L-1")), **rest
    )
    t.do(ApproveAward(*FIRM, first, Decided(rate="0.06")))
    half = PlannedInstalment(16_000, date(2025, 7, 1))
    t.do(ApproveAward(*FIRM, first, Decided(rate="0.04", instalments=(half, PlannedInstalment(16_000)))))
    # The same contract and project again, and one more than the year's quota: two people pass all three.
    again = t.apply_for(FIRM, "G-VOUCHER", 39_000, evidence=(contract,), **rest)
    passed = ("evidence.contract:Ｃ-1", "unique.project", "quota.G-VOUCHER")
    taken = tuple(OverrideTaken(check_id=check_id, reason="分期合同") for check_id in passed)
    t.do(ApproveAward(*FIRM, again, Decided(overrides=taken)))
    t.do(ReviewApplication(*FIRM, again, 40_000, passed, "同意"), "zhou@kjt")
    t.do(ApproveAward(*FIRM, again, Decided(overrides=taken)))


def _refusals(t: Telling) -> None:
    taken_back = t.apply_for(OTHER, "G-VOUCHER", 1_000)
    t.do(WithdrawApplication(*OTHER, taken_back, "材料不全"))
    t.do(WithdrawApplication(*OTHER, t.apply_for(OTHER, "G-VOUCHER", 1_000), ""))
    refused = t.apply_for(OTHER, "G-VOUCHER", 1_000, facts=FACTS)
    t.do(RefuseApplication(*OTHER, refused, "不属于支持范围"))
    unruled = t.apply_for(OTHER, "G-UNRULED", 1)
    t.do(ApproveAward(*OTHER, unruled, Decided()))
    t.do(BarEnterprise(*OTHER, "失信"))
    t.do(ApproveAward(*OTHER, unruled, Decided(amount_minor=5)))
    t.do(ReinstateEnterprise(*OTHER, "移出"))
    t.do(SuspendMeasure("G-VOUCHER", "核查"))
    t.do(ReopenMeasure("G-VOUCHER", "核查完毕"))
    t.do(PublishTerms(rules.VOUCHER_AGAIN), on=LATER)
    under_new = t.apply_for(OTHER, "G-VOUCHER", 20_000, facts=FACTS)
    t.do(ReviewApplication(*OTHER, under_new, 20_000, (), "同意"), "zhou@kjt")
    t.do(ApproveAward(*OTHER, under_new, Decided()), on=LATER)


def _stages(t: Telling) -> None:
    good, fair, bad = (t.award(OTHER, "G-STAGED", 25_000) for _ in range(3))
    t.do(RecordStageResult(*OTHER, good, "good", "验收〔2025〕1号"), on=LATER)
    t.do(RecordStageResult(*OTHER, fair, "fair", ""), on=LATER)
    t.pay(OTHER, bad, 10_000)
    t.do(RecordStageResult(*OTHER, bad, "bad", "验收〔2026〕2号"), on=NEXT_YEAR)
    unpaid = t.award(OTHER, "G-STAGED", 5_000)
    t.do(RecordStageResult(*OTHER, unpaid, "bad", ""), on=LATER)
    lapsing = t.award(OTHER, "G-STAGED", 12_000)
    t.do(RecordStageResult(*OTHER, lapsing, "fair", ""), on=NEXT_YEAR)
    t.do(RevokeAward(*OTHER, lapsing, "breach", "逾期"), on=NEXT_YEAR)


def _tiers(t: Telling) -> None:
    low, high = {"tier": "low", "product": "X"}, {"tier": "high", "product": "X"}
    t.award(FIRM, "G-TIER", 6_000, facts=low)
    t.award(FIRM, "G-TIER", 3_000, facts=high)
    t.award(FIRM, "G-TIER-FULL", 9_000, facts=high)


def _other_rules(t: Telling) -> None:
    t.award(ODD, "G-FIXED", 5_000)
    stations = tuple(EvidenceRef(kind="station", reference=f"S-{n}") for n in (1, 2, 3))
    t.award(ODD, "G-UNIT", 2_100, evidence=stations)
    document = EvidenceRef(kind="document", reference="会议纪要1号")
    t.award(ODD, "G-CASE", 8_000, evidence=(document,), facts={"approved_minor": "8000"})
    t.award(ODD, "G-RIGHT", 0)


def _payments(t: Telling) -> None:
    award = t.award(ODD, "G-UNIT", 1_400, evidence=tuple(EvidenceRef(kind="station", reference=f"T-{n}") for n in "ab"))
    for reason in ("账号有误", ""):
        t.do(InstructPayment(*ODD, award, 1), "qian@czt", LATER)
        t.do(RecordRejection(*ODD, award, 1, 0, reason), "qian@czt", LATER)
    t.pay(ODD, award, 1_000)
    t.do(RecordSettlement(*ODD, award, 1, 3, 400, ""), "qian@czt", LATER)
    t.do(RecordReturn(*ODD, award, 1, 3, 300, "R-1"), "qian@czt", LATER)
    t.do(RecordReturn(*ODD, award, 1, 3, 100, ""), "qian@czt", NEXT_YEAR)
    t.pay(ODD, award, 400, on=NEXT_YEAR)
    t.do(ChangeAppropriation(rules.NEXT_FUND, 1, ""), "qian@czt", NEXT_YEAR)


def _clawbacks(t: Telling) -> None:
    evidence = (EvidenceRef(kind="station", reference="K-1"),)
    award = t.award(FIRM, "G-UNIT", 700, evidence=evidence)
    t.pay(FIRM, award, 700)
    t.do(OrderClawback(*FIRM, award, 100, "overpayment", "多付"), on=LATER)
    t.do(CancelClawback(*FIRM, award, 1, "撤回"), on=LATER)
    t.do(OrderClawback(*FIRM, award, 700, "overpayment", "多付"), on=LATER)
    t.do(RecordRecovery(*FIRM, award, 2, 200, "K-1"), "qian@czt", LATER)
    t.do(RecordRecovery(*FIRM, award, 2, 500, ""), "qian@czt", LATER)
    other = t.award(FIRM, "G-UNIT", 700, evidence=evidence)  # the evidence is free again
    t.pay(FIRM, other, 700)
    t.do(OrderClawback(*FIRM, other, 600, "breach", "违约"), on=LATER)
    for person in ("li@kjt", "zhou@kjt"):
        t.do(WriteOffClawback(*FIRM, other, 1, 250, "破产"), person, NEXT_YEAR)
    t.do(RecordRecovery(*FIRM, other, 1, 350, "K-2"), "qian@czt", NEXT_YEAR)
    revoked = t.award(FIRM, "G-UNIT", 700, evidence=(EvidenceRef(kind="station", reference="K-2"),))
    t.do(RevokeAward(*FIRM, revoked, "revocation", "放弃"), on=LATER)


def _the_end(t: Telling) -> None:
    t.do(SuspendMeasure("G-TIER", "到期"), on=NEXT_YEAR)
    t.do(CloseMeasure("G-UNIT", "到期"), on=NEXT_YEAR)
    t.do(BarEnterprise(*ODD, "失信"), on=NEXT_YEAR)


def _corrections(t: Telling) -> None:
    def correct(kind: str, right: Right, by: str = "li@kjt") -> None:
        """Corrects the latest entry of a kind."""
        entry = next(event for event in reversed(t.events) if f"{kind}.v1" == event.fact.TOPIC)
        t.do(CorrectEntry(entry, right, "录入有误"), by, NEXT_YEAR)

    correct("enterprise.registered", "oddly")
    correct("enterprise.renamed", "示例企业一号（新名）")
    t.apply_for(OTHER, "G-VOUCHER", 1_000)
    evidence = (EvidenceRef(kind="contract", reference="C-9"),)
    correct("enterprise.application_submitted", RightApplication(2_000, {"field": "AI"}, evidence))
    correct("enterprise.application_submitted", RightApplication(1_500, {}, ()))
    staged = t.award(OTHER, "G-STAGED", 9_000)
    for right in (20_000, 0, 10_000):
        correct("enterprise.award_approved", right)
    t.pay(OTHER, staged, 6_000)
    t.do(InstructPayment(*OTHER, staged, 1), "qian@czt", LATER)
    correct("enterprise.payment_settled", 0, "qian@czt")
    t.do(RecordRejection(*OTHER, staged, 1, 0, ""), "qian@czt", LATER)
    correct("enterprise.payment_settled", 6_000, "qian@czt")
    t.pay(OTHER, staged, 4_000)
    t.do(RecordReturn(*OTHER, staged, 1, 0, 300, ""), "qian@czt", LATER)
    correct("enterprise.payment_returned", 0, "qian@czt")
    t.do(OrderClawback(*OTHER, staged, 9_000, "overpayment", "多付"), on=LATER)
    correct("enterprise.clawback_ordered", 10_000)
    for person in ("li@kjt", "zhou@kjt"):
        t.do(WriteOffClawback(*OTHER, staged, 1, 500, "破产"), person, NEXT_YEAR)
    correct("enterprise.clawback_written_off", 0)
    t.do(RecordRecovery(*OTHER, staged, 1, 10_000, ""), "qian@czt", LATER)
    correct("enterprise.clawback_received", 8_000, "qian@czt")
    again = t.apply_for(OTHER, "G-VOUCHER", 20_000)
    t.do(ReviewApplication(*OTHER, again, 20_000, (), "同意"), "zhou@kjt")
    t.do(ApproveAward(*OTHER, again, Decided()), on=LATER)
    for person in ("li@kjt", "zhou@kjt"):
        correct("enterprise.award_approved", 25_000, person)
    correct("fund.appropriation_changed", 2, "qian@czt")
    correct("fund.created", 5, "qian@czt")


def line(event: Event) -> str:
    """One line of the log: the columns of an event, its state as stored, and the hash of its leaf."""
    state, recorded_at_us = encode_fact(event.fact), _BEGUN_US + event.position * _STEP_US
    place = (event.position, event.originator_id, event.originator_version, event.fact.TOPIC, recorded_at_us)
    names = ("position", "originator_id", "originator_version", "topic", "recorded_at_us")
    columns = {**dict(zip(names, place, strict=True)), "originator_id": str(event.originator_id)}
    columns |= {"state": state.decode(), "leaf_hash": leaf_hash(entry(*place, state)).hex()}
    return json.dumps(columns, ensure_ascii=False)


def end_state(ledger: Ledger) -> dict[str, Any]:
    """The snapshot of every aggregate that something has touched, by id."""
    return {
        str(key): {"kind": type(found).__name__, "state": json.loads(encode_snapshot(found))}
        for key, found in sorted(ledger.aggregates.items(), key=lambda item: str(item[0]))
        if found.position
    }


def write() -> None:
    """Writes the log and the state at its end."""
    events, ledger = tell(), Ledger()
    for event in events:
        ledger.apply(event)
    LOG.write_text("".join(f"{line(event)}\n" for event in events), "utf-8")
    STATE.write_text(json.dumps(end_state(ledger), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.golden.story --write")
    write()
