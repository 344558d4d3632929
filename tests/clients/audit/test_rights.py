"""The replay asks the roster of the log about every act, whatever the server asked that recorded it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

import msgspec
import pytest

from award_ledger.clients.audit.differences import Difference
from award_ledger.clients.audit.replay import replay_bundle
from award_ledger.clients.audit.rights import RULES
from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.domain.approval import Decided
from award_ledger.domain.corrections import EntryCorrected
from award_ledger.domain.events import ALL_EVENTS, AwardAdopted
from award_ledger.domain.fact import EvidenceRef, Fact
from award_ledger.domain.roster_events import RosterOpened, TermsByTwoRequired
from award_ledger.domain.terms import LocalizedText, Terms
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.grant_role import GrantRole, RevokeRole
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.open_roster import OpenRoster
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.require_second_person import RequireSecondPersonForTerms
from award_ledger.server.commands.review_terms import ReviewTerms
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.rpc.mapping.terms import terms_from_message
from award_ledger.server.rpc.rights import BY_SHORT_NAME
from tests.benchmarks.audit_log import Line, Telling
from tests.clients.trail.fake_log import FakeLog
from tests.clients.verification.test_bundle_check import exported

ON = date(2025, 6, 15)
FIRM = ("other", "E-1")
ADMINISTRATOR, SECOND = "zhao@bgt", "sun@bgt"
OFFICER, COLLEAGUE, FINANCE, STRANGER = "li@dsjj", "hu@dsjj", "qian@czt", "wang@gxt"


@cache
def terms() -> Terms:
    (measure,) = load_package(catalogue_path("shandong-2025-49") / "A06-1.yaml").measures
    return msgspec.structs.replace(terms_from_message(measure.message), lead_departments=("dsjj",))


def grant(holder: str, role: Any, department: str = "", until: date | None = None) -> GrantRole:
    return GrantRole(holder, role, department, until, "appointed", "")


class Story:
    """A log in which the roster was opened, Terms were consented to and published, and an award is paid."""

    def __init__(self) -> None:
        self.telling, self.lines = Telling(), list[Line]()
        self.do(OpenRoster((ADMINISTRATOR, SECOND), terms_need_two=True, reason="begun"), "operator")
        self.do(grant(OFFICER, "officer", "dsjj"), ADMINISTRATOR)
        self.do(grant(COLLEAGUE, "officer", "dsjj"), ADMINISTRATOR)
        self.do(grant(FINANCE, "finance", "dsjj"), ADMINISTRATOR)
        self.do(grant(STRANGER, "officer", "gxt"), ADMINISTRATOR)

    def do(self, command: Any, by: str) -> Any:
        line, fact = self.telling.do(command, by, ON)
        self.lines.append(line)
        return fact

    def published(self) -> None:
        self.do(ReviewTerms(terms(), "read"), SECOND)
        self.do(PublishTerms(terms()), ADMINISTRATOR)
        self.do(CreateFund("A06-1/2025", LocalizedText(en="fund"), 2025, "CNY", 10**15, ""), FINANCE)

    def applied(self, by: str = OFFICER) -> Any:
        self.do(RegisterEnterprise(*FIRM, "示例科技有限公司"), OFFICER)
        facts = {"settled_minor": "6000000000", "supplier_in_shandong": "yes", "tax_treatment": "inclusive"}
        kinds = ("contract", "invoice", "payment_voucher")
        evidence = tuple(EvidenceRef(kind=kind, reference="1") for kind in kinds)
        asking = SubmitApplication(*FIRM, "A06-1", 300_000_000, facts | {"contract_date": "2025-06-10"}, evidence)
        return self.do(asking, by).application_id

    def differences(self) -> tuple[Difference, ...]:
        log = FakeLog([line.entry for line in self.lines], [line.state for line in self.lines])
        return replay_bundle(exported(log), log.size).differences


@pytest.fixture
def story() -> Story:
    return Story()


def test_acts_of_those_who_hold_the_role_where_it_counts_agree(story: Story) -> None:
    story.published()
    award = story.do(ApproveAward(*FIRM, story.applied(), Decided()), OFFICER)
    story.do(InstructPayment(*FIRM, award.award_id, 1), FINANCE)
    assert story.differences() == ()


def test_before_the_roster_is_opened_nobody_is_asked() -> None:
    story = Story.__new__(Story)
    story.telling, story.lines = Telling(), []
    story.do(PublishTerms(terms()), STRANGER)
    assert story.differences() == ()


def payment_by_an_officer(story: Story) -> None:
    award = story.do(ApproveAward(*FIRM, story.applied(), Decided()), OFFICER)
    story.do(InstructPayment(*FIRM, award.award_id, 1), COLLEAGUE)


def payment_after_the_role_was_revoked(story: Story) -> None:
    award = story.do(ApproveAward(*FIRM, story.applied(), Decided()), OFFICER)
    story.do(RevokeRole(FINANCE, "finance", "dsjj", "left", ""), ADMINISTRATOR)
    story.do(InstructPayment(*FIRM, award.award_id, 1), FINANCE)


def approval_by_another_department(story: Story) -> None:
    story.do(ApproveAward(*FIRM, story.applied(), Decided()), STRANGER)


def application_by_another_department(story: Story) -> None:
    story.applied(STRANGER)


def grant_by_an_officer(story: Story) -> None:
    story.do(grant("new@dsjj", "officer", "dsjj"), OFFICER)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (payment_by_an_officer, "hu@dsjj holds no role on 2025-06-15"),
        (payment_after_the_role_was_revoked, "qian@czt holds no role on 2025-06-15"),
        (approval_by_another_department, "wang@gxt acts for gxt; measure A06-1 is led by dsjj"),
        (application_by_another_department, "wang@gxt acts for gxt; measure A06-1 is led by dsjj"),
        (grant_by_an_officer, "li@dsjj holds no role on 2025-06-15"),
    ],
)
def test_an_act_without_the_right_is_found(story: Story, act: Callable[[Story], None], why: str) -> None:
    story.published()
    act(story)
    (found,) = story.differences()
    assert (found.position, found.field, found.replayed.startswith(why)) == (len(story.lines), "right", True), found


class Unasked:
    """A command that records a fact without asking anything, as somebody with the database could."""

    def __init__(self, command: Any, **changed: Any) -> None:
        self._command, self._changed = command, changed

    def subject(self, ledger: Any) -> Any:
        return ledger.roster() if not hasattr(self._command, "terms") else self._command.subject(ledger)

    def decide(self, ledger: Any, act: Any) -> Any:
        second = self._changed.pop("second", "")
        fact = self._fact(ledger, msgspec.structs.replace(act, second=second))
        return msgspec.structs.replace(fact, **self._changed)

    def _fact(self, ledger: Any, act: Any) -> Any:
        elsewhere = msgspec.structs.replace(act, principal="nobody@nowhere")
        fact = self._command.decide(ledger, elsewhere)
        return msgspec.structs.replace(fact, act=act)


def test_terms_that_only_one_person_wanted_are_found(story: Story) -> None:
    story.do(ReviewTerms(terms(), "read"), SECOND)
    story.do(Unasked(PublishTerms(terms())), SECOND)
    (found,) = story.differences()
    assert (found.field, found.replayed) == ("second", "another's consent to these Terms as this version")


def test_a_consent_to_other_terms_is_none(story: Story) -> None:
    story.do(ReviewTerms(msgspec.structs.replace(terms(), lead_departments=("gxt",)), "read"), SECOND)
    story.telling.ledger.roster().terms_need_two = False
    story.do(Unasked(PublishTerms(terms()), second=SECOND), ADMINISTRATOR)
    (found,) = story.differences()
    assert (found.field, found.given) == ("second", SECOND)


def test_a_consent_that_is_named_wrongly_is_found(story: Story) -> None:
    story.do(ReviewTerms(terms(), "read"), SECOND)
    story.do(Unasked(PublishTerms(terms()), second="chen@bgt"), ADMINISTRATOR)
    (found,) = story.differences()
    assert (found.field, found.replayed, found.given) == ("second", SECOND, "chen@bgt")


@pytest.mark.parametrize(
    ("command", "changed", "by", "why"),
    [
        (grant("x@bgt", "administrator"), {"holder": ADMINISTRATOR}, ADMINISTRATOR, "to themselves"),
        (grant("x@bgt", "auditor"), {"holder": OFFICER}, ADMINISTRATOR, "would audit and hold another role"),
        (grant("x@bgt", "officer", "dsjj"), {"holder": OFFICER}, ADMINISTRATOR, "holds this role at that time already"),
        (RevokeRole(OFFICER, "officer", "dsjj", "left", ""), {"holder": "x@bgt"}, SECOND, "does not hold this role"),
    ],
)
def test_a_change_of_the_roster_that_may_not_be_is_found(
    story: Story, command: Any, changed: dict[str, Any], by: str, why: str
) -> None:
    story.do(Unasked(command, **changed), by)
    (found,) = story.differences()
    assert why in found.replayed


def test_a_roster_without_an_administrator_is_found(story: Story) -> None:
    story.do(RevokeRole(ADMINISTRATOR, "administrator", "", "left", ""), SECOND)
    of_another = RevokeRole(OFFICER, "officer", "dsjj", "left", "")
    story.do(Unasked(of_another, holder=SECOND, role="administrator", department=""), SECOND)
    (found,) = story.differences()
    assert "no administrator would be left" in found.replayed


@pytest.mark.parametrize("by_another", [True, False])
def test_the_rule_that_terms_need_two_is_made_by_two(by_another: bool) -> None:
    story = Story.__new__(Story)
    story.telling, story.lines = Telling(), []
    story.do(OpenRoster((ADMINISTRATOR, SECOND), terms_need_two=False, reason="begun"), "operator")
    command = RequireSecondPersonForTerms("asked for", "")
    story.do(command, ADMINISTRATOR)
    if by_another:
        story.do(command, SECOND)
        assert story.differences() == ()
    else:
        story.do(Unasked(ByOne(), second=SECOND), ADMINISTRATOR)
        (found,) = story.differences()
        assert (found.field, found.given) == ("second", SECOND)


class ByOne:
    """The rule, made by whoever proposed it."""

    def decide(self, _ledger: Any, act: Any) -> Any:
        return TermsByTwoRequired(act=act, reason="asked for")


def test_every_fact_with_which_an_act_begins_has_a_rule() -> None:
    assert set(ALL_EVENTS) - RULES.keys() == {AwardAdopted, RosterOpened}


CALLED = {
    "AwardApproved": "ApproveAward",
    "ApprovalRefused": "ApproveAward",
    "ApplicationRefused": "RefuseApplication",
    "ApplicationReviewed": "ReviewApplication",
    "ApplicationSubmitted": "SubmitApplication",
    "ApplicationWithdrawn": "WithdrawApplication",
    "AppropriationChanged": "ChangeAppropriation",
    "AwardRevoked": "RevokeAward",
    "BankAccountOpened": "OpenBankAccount",
    "ClawbackCancelled": "CancelClawback",
    "ClawbackOrdered": "OrderClawback",
    "ClawbackReceived": "RecordRecovery",
    "ClawbackSetOff": "SetOffClawback",
    "ClawbackWriteOffProposed": "WriteOffClawback",
    "ClawbackWrittenOff": "WriteOffClawback",
    "EnterpriseBarred": "BarEnterprise",
    "EnterpriseLinked": "LinkEnterprise",
    "EnterpriseRegistered": "RegisterEnterprise",
    "EnterpriseReinstated": "ReinstateEnterprise",
    "EnterpriseRenamed": "RenameEnterprise",
    "EnterpriseUnlinked": "UnlinkEnterprise",
    "EvidenceRecorded": "RecordEvidence",
    "FundCreated": "CreateFund",
    "FundYearClosed": "CloseFundYear",
    "LineMatchProposed": "MatchLine",
    "LineUnmatchProposed": "UnmatchLine",
    "LineUnmatched": "UnmatchLine",
    "LinesMatched": "PostMatches",
    "LogKeysRotated": "RotateLogKeys",
    "MeasureClosed": "CloseMeasure",
    "MeasureReopened": "ReopenMeasure",
    "MeasureSuspended": "SuspendMeasure",
    "ObjectionAnswered": "AnswerObjection",
    "ObjectionRaised": "RaiseObjection",
    "PaymentInstructed": "InstructPayment",
    "PaymentRejected": "RecordRejection",
    "PaymentRejectionProposed": "RecordRejection",
    "PaymentReturned": "RecordReturn",
    "PaymentReturnedAndCancelled": "RecordReturn",
    "PaymentRunApprovalProposed": "ApprovePaymentRun",
    "PaymentRunApproved": "ApprovePaymentRun",
    "PaymentRunCancelled": "CancelPaymentRun",
    "PaymentRunDrafted": "DraftPaymentRun",
    "PaymentRunSent": "RecordRunSent",
    "PaymentSettled": "RecordSettlement",
    "PersonalDataErased": "ErasePersonalData",
    "PersonalDataErasureProposed": "ErasePersonalData",
    "ProRataDecided": "ApproveProRata",
    "ReceivableWriteOffProposed": "WriteOffReceivable",
    "ReceivableWrittenOff": "WriteOffReceivable",
    "RoleGranted": "GrantRole",
    "RoleRevoked": "RevokeRole",
    "StageResultRecorded": "RecordStageResult",
    "StatementImported": "ImportStatement",
    "TermsByTwoProposed": "RequireSecondPersonForTerms",
    "TermsByTwoRequired": "RequireSecondPersonForTerms",
    "TermsPublished": "PublishTerms",
    "TermsReviewed": "ReviewTerms",
    "VouchersIssued": "IssueVouchers",
}


@pytest.mark.parametrize("fact", RULES)
def test_the_rule_of_a_fact_is_that_of_the_call_that_records_it(fact: type[Fact]) -> None:
    """Of a correction it is that of who may record such an entry."""
    if issubclass(fact, EntryCorrected):
        assert RULES[fact].roles < BY_SHORT_NAME["CorrectEntry"].rule.roles
    else:
        assert RULES[fact] == BY_SHORT_NAME[CALLED[fact.__name__]].rule
