"""Which roles may call which method: one table. What is not in it is denied; a test walks every method.

An officer, a reviewer or somebody of finance acts for a department. Where a rule says `leading`, that department must
be one of those that the measure's Terms in force name as its lead.
"""

from collections.abc import Mapping

from award_ledger.domain.rights import Authority, Rule
from award_ledger.domain.roster_events import Role
from award_ledger.server.rpc.call import METHOD_PREFIX


def _anywhere(*roles: Role) -> Rule:
    return Rule(anywhere=frozenset(roles))


def _leading(*roles: Role) -> Rule:
    return Rule(leading=frozenset(roles))


_READING = _anywhere("officer", "reviewer", "finance", "auditor", "administrator")
_PUBLISHED = _anywhere("officer", "reviewer", "finance", "auditor", "administrator", "witness")
_OFFICER = _leading("officer")
_FINANCE = _leading("finance")
_REGISTERING = _anywhere("officer")
_FUNDING = _anywhere("finance")
_BOOKS = _anywhere("finance", "auditor")
_ADMINISTRATOR = _anywhere("administrator")
_OFFICER_OR_ADMINISTRATOR = Rule(anywhere=frozenset({"administrator"}), leading=frozenset({"officer"}))

PAYEE_IN_FULL = Rule(anywhere=frozenset({"auditor"}), leading=frozenset({"finance"}))
"""Who sees where money goes; others who may read see a mask."""

_BY_SERVICE: Mapping[str, Mapping[str, Rule]] = {
    "MeasureService": {
        "PublishTerms": _ADMINISTRATOR,
        "ReviewTerms": _ADMINISTRATOR,
        "SuspendMeasure": _OFFICER_OR_ADMINISTRATOR,
        "ReopenMeasure": _OFFICER_OR_ADMINISTRATOR,
        "CloseMeasure": _OFFICER_OR_ADMINISTRATOR,
        "GetMeasure": _PUBLISHED,
        "ListMeasures": _PUBLISHED,
    },
    "FundService": {
        "CreateFund": _FUNDING,
        "ChangeAppropriation": _FUNDING,
        "CloseFundYear": _FUNDING,
        "GetFund": _READING,
        "ListFunds": _READING,
    },
    "EnterpriseService": {
        "RegisterEnterprise": _REGISTERING,
        "BatchRegisterEnterprises": _REGISTERING,
        "RenameEnterprise": _REGISTERING,
        "BarEnterprise": _REGISTERING,
        "ReinstateEnterprise": _REGISTERING,
        "LinkEnterprise": _REGISTERING,
        "UnlinkEnterprise": _REGISTERING,
        "GetEnterprise": _READING,
        "GetHeadroom": _READING,
    },
    "ApplicationService": {
        "SubmitApplication": _OFFICER,
        "BatchSubmitApplications": _OFFICER,
        "WithdrawApplication": _OFFICER,
        "ReviewApplication": _leading("reviewer"),
        "RefuseApplication": _OFFICER,
        "GetApplication": _READING,
        "ListApplications": _READING,
        "GetPayee": _READING,
    },
    "AwardService": {
        "ApproveAward": _OFFICER,
        "BatchApproveAwards": _OFFICER,
        "ApproveProRata": _OFFICER,
        "RecordStageResult": _OFFICER,
        "RevokeAward": _OFFICER,
        "GetAward": _READING,
        "ListAwards": _READING,
    },
    "PaymentService": {
        "InstructPayment": _FINANCE,
        "RecordSettlement": _FINANCE,
        "RecordRejection": _FINANCE,
        "RecordReturn": _FINANCE,
    },
    "ClawbackService": {
        "OrderClawback": _OFFICER,
        "RecordRecovery": _FINANCE,
        "SetOffClawback": _FINANCE,
        "WriteOffClawback": _leading("officer", "finance"),
        "CancelClawback": _OFFICER,
    },
    # A run and a statement are about awards of any measure; lines and runs show the other side in full.
    "PaymentRunService": {
        "DraftPaymentRun": _FUNDING,
        "ApprovePaymentRun": _FUNDING,
        "CancelPaymentRun": _FUNDING,
        "RecordRunSent": _FUNDING,
        "GetPaymentRun": _BOOKS,
        "ListPaymentRuns": _READING,
        "ListPayable": _READING,
    },
    "FinanceService": {
        "OpenBankAccount": _FUNDING,
        "ImportStatement": _FUNDING,
        "RecordEvidence": _FUNDING,
        "ListAttempts": _READING,
        "ProposeMatches": _BOOKS,
        "PostMatches": _FUNDING,
        "MatchLine": _FUNDING,
        "UnmatchLine": _FUNDING,
        "WriteOffReceivable": _FUNDING,
        "IssueVouchers": _FUNDING,
        "GetAccountStatus": _READING,
        "ListBankAccounts": _READING,
        "ListStatements": _READING,
        "ListBankLines": _BOOKS,
    },
    "ObjectionService": {
        # What somebody says against an award may reach any department, and must not wait for the one that decided it.
        "RaiseObjection": _anywhere("officer", "reviewer"),
        "AnswerObjection": _leading("officer", "reviewer"),
    },
    # Who may record an entry may correct it: the command says which of these roles that is.
    "CorrectionService": {"CorrectEntry": _leading("officer", "finance")},
    # Two of those who know the case: one proposes, the other erases.
    "PersonalDataService": {"ErasePersonalData": _leading("officer", "reviewer")},
    "HistoryService": {
        "ListEvents": _READING,
        "GetEvent": _READING,
        "FollowEvents": _READING,
        "GetHead": _PUBLISHED,
    },
    "InquiryService": {
        "GetState": _READING,
        "ListAwardTimeline": _READING,
        "ListOverrides": _READING,
        "ListOfficerDecisions": _READING,
        "ListEvidenceUses": _READING,
        "ListLimitDecisions": _READING,
        "ListRefusals": _READING,
    },
    "TransparencyService": {
        "GetCheckpoint": _PUBLISHED,
        "GetInclusionProof": _PUBLISHED,
        "GetConsistencyProof": _PUBLISHED,
        "GetTile": _PUBLISHED,
        "GetEntryBundle": _READING,
        "StreamEntryBundles": _READING,
        "GetProofFile": _PUBLISHED,
        "RotateLogKeys": _ADMINISTRATOR,
    },
    "RosterService": {
        "GrantRole": _ADMINISTRATOR,
        "RevokeRole": _ADMINISTRATOR,
        "RequireSecondPersonForTerms": _ADMINISTRATOR,
        "ListRoles": _READING,
        "ListHolders": _READING,
    },
}

RIGHTS: Mapping[str, Authority] = {
    f"{METHOD_PREFIX}{service}/{method}": Authority(method, rule)
    for service, methods in _BY_SERVICE.items()
    for method, rule in methods.items()
}
"""By the full name of the method, as gRPC spells it."""

DECIDED_BY_WRITER = frozenset(
    method for method, authority in RIGHTS.items() if authority.rule not in (_READING, _PUBLISHED, _BOOKS)
)
"""Methods that write, by their full names: the writer asks about these again, under the head lock."""

BY_SHORT_NAME: Mapping[str, Authority] = {authority.method: authority for authority in RIGHTS.values()}
"""By the name of the method alone; no two services share one."""


def authority_of(method: str) -> Authority:
    """The rule of a method, by its full name; one that nobody wrote admits nobody."""
    return RIGHTS.get(method) or Authority(method.rpartition("/")[2], Rule())
