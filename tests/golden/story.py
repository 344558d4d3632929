"""The story that the golden log tells, and the only way to write the log: `python -m tests.golden.story --write`.

Every command is real and every id follows from the place in the story, so the same domain tells the same bytes. What
a release has written is not told anew: the story goes on from the lines that stand.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec

from award_ledger.domain.approval import Decided
from award_ledger.domain.encoding import decode_fact, encode_fact, encode_snapshot
from award_ledger.domain.fact import (
    Act,
    Commitment,
    ContactCommitments,
    Event,
    EvidenceRef,
    OverrideTaken,
    PayeeCommitments,
)
from award_ledger.domain.personal_data import Subject
from award_ledger.domain.roster_events import Role
from award_ledger.domain.working_set import Ledger
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.approve_pro_rata import ApproveProRata, ProRataRow
from award_ledger.server.commands.correct_entry import CorrectEntry
from award_ledger.server.commands.erase_personal_data import ErasePersonalData
from award_ledger.server.commands.grant_role import GrantRole, RevokeRole
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.open_roster import OpenRoster
from award_ledger.server.commands.order_clawback import OrderClawback
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.raise_objection import AnswerObjection, RaiseObjection
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.require_second_person import RequireSecondPersonForTerms
from award_ledger.server.commands.review_application import ReviewApplication
from award_ledger.server.commands.review_terms import ReviewTerms
from award_ledger.server.commands.revoke_award import RevokeAward
from award_ledger.server.commands.right import Right, RightApplication, RightDate, RightPayee, RightRuling
from award_ledger.server.commands.rotate_log_keys import RotateLogKeys
from award_ledger.server.commands.set_off_clawback import SetOffClawback
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.commands.withdraw_application import WithdrawApplication
from award_ledger.server.commands.write_off_clawback import WriteOffClawback
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.server.transparency.notes import VerifierKey
from tests.domain.driving import facts_in_order
from tests.golden import rules
from tests.golden.bank import answers_of_the_bank, owed_and_vouchers, receipts_of_the_treasury, the_bank

HERE = Path(__file__).parent
LOG, STATE = HERE / "log.jsonl", HERE / "state.json"
RELEASED = 117
"""Lines written by release 0.1.0."""

_REQUESTS = UUID("0f4b1a5e-3a54-4f0e-9f7c-7d2c5a9e6b10")
_BEGUN_US, _STEP_US = 1_748_736_000_000_000, 61_000_007
FIRM = ("cn.uscc", "91370100MADEM00017")
OTHER = ("pt.nif", "501964843")
ODD = ("other", "AB-1")
DAY, LATER, NEXT_YEAR = date(2025, 6, 2), date(2025, 9, 1), date(2026, 2, 28)
FACTS = {"settled_minor": "800000", "project": "P1", "sales": "100.5", "growth": "0.05", "debt": "0.6999", "age": "10"}


class Telling:
    """The ledger so far, and its log."""

    def __init__(self, events: list[Event]) -> None:
        self.ledger = Ledger()
        self.events = events
        for event in events:
            self.ledger.apply(event)

    def do(self, command: Any, by: str = "li@kjt", on: date = DAY) -> Any:
        """The fact that the command makes."""
        place = len(self.events) + 1
        act = Act(
            principal=by,
            request_id=uuid5(_REQUESTS, str(place)),
            fingerprint=hashlib.sha256(repr(command).encode()).hexdigest(),
            effective_on=on,
        )
        events = facts_in_order(command, self.ledger, act)
        for event in events:
            self.ledger.apply(event)
        self.events += events
        return events[0].fact

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
    """The released lines as they stand, and the story since."""
    telling = Telling(released())
    chapters = (
        _new_limits_and_a_batch,
        _returns_to_nothing,
        _withholding,
        _objections,
        _corrections,
        _new_keys_of_the_log,
        _rights,
        _the_bank,
        _erasures,
        _answers,
        _owed,
        _rulings_corrected,
        _applications_corrected,
        _set_offs_corrected,
        _terms_by_two,
        receipts_of_the_treasury,
    )
    for chapter in chapters:
        chapter(telling)
    return telling.events


def released() -> list[Event]:
    """The lines that a release has written."""
    return [read(text) for text in LOG.read_text("utf-8").splitlines()[:RELEASED]]


def read(text: str) -> Event:
    """The event of a line."""
    columns = json.loads(text)
    fact = decode_fact(columns["topic"], columns["state"].encode())
    return Event(UUID(columns["originator_id"]), columns["originator_version"], columns["position"], fact)


def _new_limits_and_a_batch(t: Telling) -> None:
    """Awards of before under new limits, and a batch decided as one."""
    for terms in (*rules.LATER_LIMITS, rules.SPREAD):
        t.do(PublishTerms(terms), on=NEXT_YEAR)
    quota = OverrideTaken(check_id="quota.G-SPREAD", reason="左右")
    rows = []
    for decided in (Decided(rate="0.04"), Decided(amount_minor=3_000, overrides=(quota,))):
        application = t.apply_for(FIRM, "G-SPREAD", 4_000, facts={"settled_minor": "100000"})
        rows.append(ProRataRow(*FIRM, application, decided))
        if decided.overrides:
            t.do(ReviewApplication(*FIRM, application, 9_000, (quota.check_id,), "同意"), "wang@kjt", NEXT_YEAR)
    t.do(ApproveProRata("G-SPREAD", tuple(rows), 5_000, "资金不足"), on=NEXT_YEAR)


def _netted(t: Telling, asked: int) -> UUID:
    reference = f"N-{len(t.events)}"
    return t.award(FIRM, "G-NET", asked, evidence=(EvidenceRef(kind="contract", reference=reference),))


def _returns_to_nothing(t: Telling) -> None:
    for terms in rules.WITHHOLDING:
        t.do(PublishTerms(terms))
    for ground in ("revocation", "breach"):
        award = _netted(t, 600)
        t.pay(FIRM, award, 600)
        t.do(RevokeAward(*FIRM, award, ground, "终止"), on=LATER)
        t.do(RecordReturn(*FIRM, award, 1, 1, 350, "R-2"), "qian@czt", LATER)
        t.do(RecordReturn(*FIRM, award, 1, 1, 250, ""), "qian@czt", LATER if ground == "revocation" else NEXT_YEAR)


def _withholding(t: Telling) -> None:
    owing = _netted(t, 500)
    t.pay(FIRM, owing, 500)
    t.do(OrderClawback(*FIRM, owing, 500, "overpayment", "多付"), on=LATER)
    blocked = t.apply_for(FIRM, "G-BLOCKED", 100)
    t.do(ApproveAward(*FIRM, blocked, Decided()), on=LATER)
    held = t.award(FIRM, "G-HELD", 100)
    once, twice = _netted(t, 300), _netted(t, 400)
    for award in (once, twice):
        t.do(SetOffClawback(*FIRM, award, 1), "qian@czt", LATER)
    t.do(ApproveAward(*FIRM, blocked, Decided()), on=LATER)
    t.pay(FIRM, held, 100)
    t.pay(FIRM, twice, 200)
    t.do(OrderClawback(*FIRM, once, 100, "breach", "违约"), on=LATER)
    t.do(SetOffClawback(*FIRM, _netted(t, 50), 1), "qian@czt", NEXT_YEAR)


def _objections(t: Telling) -> None:
    award = t.award(FIRM, "G-HELD", 100)
    for kind in ("objection", "tip_off", "complaint"):
        t.do(RaiseObjection(*FIRM, award, kind, "信访〔2025〕18号", "项目不实"), "zhou@kjt", LATER)
    for number, outcome in ((1, "dismissed"), (2, "upheld"), (2, "dismissed")):
        t.do(AnswerObjection(*FIRM, award, number, outcome, "现场核查"), "zhou@kjt", LATER)  # type: ignore[arg-type]


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


def _new_keys_of_the_log(t: Telling) -> None:
    """Another key signs the checkpoints."""
    t.do(RotateLogKeys((_log_key(1),), (_log_key(2),), "更换密钥"), "sun@sjj", NEXT_YEAR)


def _rights(t: Telling) -> None:
    """Who may do what; one leaves; and Terms to which another person consented."""
    t.do(OpenRoster(("zhao@bgt", "sun@sjj"), False, "启用名册"), "OPERATOR", NEXT_YEAR)
    roles: tuple[tuple[str, Role, str], ...] = (
        ("li@kjt", "officer", "kjt"),
        ("wang@kjt", "reviewer", "kjt"),
        ("qian@czt", "finance", "czt"),
        ("he@sjt", "auditor", ""),
        ("witness@example", "witness", ""),
        ("tang@bgt", "administrator", ""),
    )
    for holder, role, department in roles:
        t.do(GrantRole(holder, role, department, None, "任职", ""), "zhao@bgt", NEXT_YEAR)
    t.do(GrantRole("ma@kjt", "officer", "kjt", date(2026, 12, 31), "借调", "鲁科人〔2026〕3号"), "zhao@bgt", NEXT_YEAR)
    t.do(RevokeRole("ma@kjt", "officer", "kjt", "提前返回", "鲁科人〔2026〕5号"), "sun@sjj", date(2026, 3, 31))
    terms = msgspec.structs.replace(rules.SPREAD, measure_code="G-REVIEWED")
    t.do(ReviewTerms(terms, "已核对"), "sun@sjj", NEXT_YEAR)
    t.do(PublishTerms(terms), "zhao@bgt", NEXT_YEAR)


def _the_bank(t: Telling) -> None:
    t.do(SetOffClawback(*FIRM, _netted(t, 50), 1), "qian@czt", LATER)
    the_bank(t, FIRM, LATER)


def _erasures(t: Telling) -> None:
    """An application with a payee and a contact; both are erased, the payee once the application is withdrawn."""
    sealed = [Commitment(c=hashlib.sha256(f"{number}".encode()).hexdigest()) for number in range(6)]
    application = t.apply_for(
        OTHER,
        "G-VOUCHER",
        100,
        payee=PayeeCommitments(account_name=sealed[0], account_number=sealed[1], bank=sealed[2]),
        contact=ContactCommitments(name=sealed[3], telephone=sealed[4], email=sealed[5]),
    )
    subjects: tuple[Subject, ...] = ("contact", "payee")
    for about in subjects:
        if about == "payee":
            t.do(WithdrawApplication(*OTHER, application, ""), on=LATER)
        for person in ("li@kjt", "wang@kjt"):
            command = ErasePersonalData(*OTHER, application, about, "个人信息保护法第四十七条", "本人申请")
            t.do(command, person, NEXT_YEAR)


def _answers(t: Telling) -> None:
    answers_of_the_bank(t, FIRM, LATER)


def _owed(t: Telling) -> None:
    owed_and_vouchers(t, FIRM, LATER)


def _terms_by_two(t: Telling) -> None:
    """The rule that Terms need two people is raised, by two."""
    for person in ("zhao@bgt", "sun@sjj"):
        t.do(RequireSecondPersonForTerms("内控要求", "鲁科财〔2026〕9号"), person, NEXT_YEAR)


def _rulings_corrected(t: Telling) -> None:
    """Results and revocations that were wrong, and what was wrongly recorded of awards that have ended."""

    def correct(kind: str, right: Right, by: str = "li@kjt") -> None:
        """Corrects the latest entry of a kind."""
        entry = next(event for event in reversed(t.events) if f"{kind}.v1" == event.fact.TOPIC)
        t.do(CorrectEntry(entry, right, "录入有误"), by, NEXT_YEAR)

    for terms in rules.RULED:
        t.do(PublishTerms(terms))
    for code, on in (("G-RULED", LATER), ("G-RULED", NEXT_YEAR), ("G-LAPSING", LATER)):
        staged = t.award(FIRM, code, 900)
        t.pay(FIRM, staged, 400)
        t.do(RecordStageResult(*FIRM, staged, "good", ""), on=on)
        t.pay(FIRM, staged, 300, instalment=2, on=on)
        for result in ("fair", "bad"):
            correct("enterprise.stage_result_recorded", RightRuling(result))
        correct("enterprise.payment_settled", 200, "qian@czt")
        correct("enterprise.payment_settled", 500, "qian@czt")
        correct("enterprise.stage_result_recorded", RightRuling("good"))
        t.do(RevokeAward(*FIRM, staged, "revocation", "终止"), on=on)
        t.do(RecordReturn(*FIRM, staged, 2, 0, 500, ""), "qian@czt", on)
        correct("enterprise.award_revoked", RightRuling("breach", revokes=True))
        correct("enterprise.payment_returned_and_cancelled", 100, "qian@czt")
        correct("enterprise.award_revoked", 0)
    for code in ("G-RULED", "G-LAPSING"):
        unpaid = t.award(FIRM, code, 900)
        for result in ("fair", "bad"):
            t.do(RecordStageResult(*FIRM, unpaid, result, "鉴定书"), on=LATER)
            correct("enterprise.stage_result_recorded", RightRuling("bad" if result == "fair" else "fair"))
            correct("enterprise.stage_result_recorded", 0)
        t.do(RevokeAward(*FIRM, unpaid, "revocation", "终止"), on=LATER)
        correct("enterprise.award_revoked", RightRuling("breach", revokes=True))
        correct("enterprise.award_revoked", RightRuling("revocation", revokes=True))
        correct("enterprise.award_revoked", 0)
        t.pay(FIRM, unpaid, 400)
        t.do(RevokeAward(*FIRM, unpaid, "revocation", "终止"), on=LATER)
        t.do(RecordReturn(*FIRM, unpaid, 1, 0, 400, ""), "qian@czt", LATER)
        correct("enterprise.payment_returned_and_cancelled", 0, "qian@czt")
        correct("enterprise.payment_returned_and_cancelled", 400, "qian@czt")


def _applications_corrected(t: Telling) -> None:
    """The date and the payee of an application that is approved already; all that told of the payee is erased."""

    def sealed(first: int) -> PayeeCommitments:
        names = ("account_name", "account_number", "bank")
        told = (hashlib.sha256(f"payee {first + place}".encode()).hexdigest() for place in range(3))
        return PayeeCommitments(**{name: Commitment(c=digest) for name, digest in zip(names, told, strict=True)})

    award = t.award(OTHER, "G-RULED", 100, payee=sealed(0))
    entry = next(event for event in reversed(t.events) if event.fact.TOPIC == "enterprise.application_submitted.v1")
    application = entry.fact.application_id
    t.do(CorrectEntry(entry, RightDate(date(2025, 5, 30)), "录入有误"), on=NEXT_YEAR)
    t.do(CorrectEntry(entry, RightPayee(sealed(3)), "账号有误"), on=NEXT_YEAR)
    confirmed = RightPayee(sealed(6), confirms=len(t.events))
    t.do(CorrectEntry(entry, confirmed, "账号有误"), "wang@kjt", NEXT_YEAR)
    t.pay(OTHER, award, 100)
    for person in ("li@kjt", "wang@kjt"):
        command = ErasePersonalData(*OTHER, application, "payee", "个人信息保护法第四十七条", "本人申请")
        t.do(command, person, NEXT_YEAR)


def _set_offs_corrected(t: Telling) -> None:
    """A set-off that was more, or less, than was recorded."""
    firm = ("other", "AB-2")
    t.do(RegisterEnterprise(*firm, "示例企业二号"))
    owing = t.award(firm, "G-RULED", 300)
    t.pay(firm, owing, 300)
    t.do(OrderClawback(*firm, owing, 300, "overpayment", "多付"), on=LATER)
    paid = t.award(firm, "G-NET", 300)
    t.do(SetOffClawback(*firm, paid, 1), "qian@czt", LATER)
    entry = t.events[-1]
    for right in (200, 300, 0):
        t.do(CorrectEntry(entry, right, "录入有误"), "qian@czt", NEXT_YEAR)


def _log_key(number: int) -> str:
    return str(VerifierKey("ledger.example/awards", 1, bytes([number]) * 32))


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
