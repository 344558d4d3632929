"""The roster: how it is opened and kept, what it answers years later, and Terms that need two."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from award_ledger.v1.applications_pb2 import (
    GetPayeeRequest,
)
from award_ledger.v1.common_pb2 import AsOf
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.inquiries_pb2 import ListOfficerDecisionsRequest
from award_ledger.v1.measures_pb2 import ReviewTermsRequest
from award_ledger.v1.roster_pb2 import ListHoldersRequest, ListRolesRequest, RequireSecondPersonForTermsRequest
from tests import samples
from tests.rights import (
    ADMINISTRATOR,
    OTHER,
    OWN,
    SECOND_ADMINISTRATOR,
    grant,
    guarded,
    person,
    prepared,
    revoke,
    staffed,
)
from tests.served import Caller, Served, read_refusal, serving

A_DAY_S = 86_400


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    """A ledger with an open roster, staffed, and something to decide; once on each database."""
    with guarded(database_url) as running:
        staffed(running)
        prepared(running)
        yield running


def officer(served: Served, department: str = OWN) -> Caller:
    return served.caller(person("officer", department))


def administrator(served: Served) -> Caller:
    return served.caller(ADMINISTRATOR)


# The roster itself.


def test_nobody_grants_a_role_to_themselves(served: Served) -> None:
    refusal = administrator(served).refused(grant(f"  {ADMINISTRATOR.upper()} ", "officer", OWN))
    assert refusal.reason == "SEGREGATION_OF_DUTIES"


@pytest.mark.parametrize("role", ["officer", "administrator", "witness"])
def test_an_auditor_holds_no_other_role(served: Served, role: str) -> None:
    department = OWN if role == "officer" else ""
    refusal = administrator(served).refused(grant(person("auditor"), role, department))
    assert (refusal.reason, refusal.numbers["rule"]) == ("SEGREGATION_OF_DUTIES", "who audits holds no other role")
    holder = person(role, department) if role != "administrator" else SECOND_ADMINISTRATOR
    assert administrator(served).refused(grant(holder, "auditor")).reason == "SEGREGATION_OF_DUTIES"


def test_a_role_is_not_held_twice_on_the_same_days(served: Served) -> None:
    holder = person("officer", OWN)
    assert administrator(served).refused(grant(holder, "officer", OWN)).reason == "ROLE_HELD"
    administrator(served).do(revoke(holder, "officer", OWN, effective_on="2025-09-01"))
    overlapping = grant(holder, "officer", OWN, effective_on="2025-08-31")
    assert administrator(served).refused(overlapping).reason == "ROLE_HELD"
    administrator(served).do(grant(holder, "officer", OWN, effective_on="2025-09-01"))
    assert administrator(served).refused(revoke(holder, "officer", OTHER)).reason == "ROLE_NOT_HELD"


def test_one_administrator_always_remains(served: Served) -> None:
    administrator(served).do(revoke(person("administrator"), "administrator"))
    administrator(served).do(revoke(ADMINISTRATOR, "administrator"))
    last = served.caller(SECOND_ADMINISTRATOR)
    assert last.refused(revoke(SECOND_ADMINISTRATOR, "administrator")).reason == "LAST_ADMINISTRATOR"
    last.do(grant("new@bgt", "administrator", effective_to="2025-12-31"))
    assert last.refused(revoke(SECOND_ADMINISTRATOR, "administrator")).reason == "LAST_ADMINISTRATOR"


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (grant("", "officer", OWN), "principal"),
        (grant("a\x00b", "officer", OWN), "principal"),
        (grant("new@kjt", "officer"), "department"),
        (grant("new@kjt", "auditor", OWN), "department"),
        (grant("new@kjt", "officer", " kjt"), "department"),
        (grant("new@kjt", "unspecified"), "role"),
        (grant("new@kjt", "auditor", reason=" "), "reason"),
        (grant("new@kjt", "auditor", effective_to="2025-07-31"), "effective_to"),
    ],
)
def test_a_grant_that_cannot_be_meant_names_the_field(served: Served, request_: Any, field: str) -> None:
    refusal = administrator(served).refused(request_)
    assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", [field])


def test_grants_are_listed_with_who_gave_and_who_took_them(served: Served) -> None:
    holder = person("officer", OWN)
    revoked = administrator(served).do(revoke(holder, "officer", OWN)).receipt.position
    asking = served.caller(person("auditor"))
    [ended] = asking.do(ListRolesRequest(principal=holder)).grants
    assert (ended.granted_by, ended.revoked_by, ended.revoked_at) == (ADMINISTRATOR, ADMINISTRATOR, revoked)
    assert (ended.effective_from, ended.revoked_from) == ("2025-08-01", "2025-08-01")
    assert not asking.do(ListRolesRequest(principal=holder, on="2025-08-01")).grants
    [before] = asking.do(ListRolesRequest(principal=holder, as_of=AsOf(position=revoked - 1))).grants
    assert not before.revoked_at
    everybody = [g.principal for g in asking.do(ListRolesRequest()).grants]
    paged, token = [], ""
    while True:
        page = asking.do(ListRolesRequest(page_size=3, page_token=token))
        paged += [g.principal for g in page.grants]
        token = page.next_page_token
        if not token:
            break
    assert paged == everybody == sorted(everybody)


# Who could approve this on 3 May?


def test_who_could_approve_on_a_day_is_answered_from_the_events_of_that_day(served: Served) -> None:
    def could(on: str, **more: Any) -> list[str]:
        asked = ListHoldersRequest(method="ApproveAward", measure_code="M-1", on=on, **more)
        return [g.principal for g in served.caller(person("auditor")).do(asked).grants]

    # 2 August: one comes at noon and one leaves at noon, one who comes is gone in the afternoon.
    served.clock.advance_s(A_DAY_S)
    administrator(served).do(grant("morning@kjt", "officer", OWN))
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
    noon = served.head()
    administrator(served).do(revoke("morning@kjt", "officer", OWN))
    # 3 August: nobody; then somebody is appointed, for 4 August on.
    served.clock.advance_s(A_DAY_S)
    administrator(served).do(grant("new@kjt", "officer", OWN, effective_on="2025-08-04"))
    served.clock.advance_s(A_DAY_S)
    with pytest.raises(grpc.RpcError) as nothing_yet:
        could("2025-07-31")
    assert read_refusal(nothing_yet.value).reason == "MEASURE_NOT_FOUND"
    assert could("2025-08-01") == [person("officer", OWN)]
    assert could("2025-08-02") == ["morning@kjt", person("officer", OWN)]
    assert could("2025-08-03") == []
    assert could("2025-08-04") == ["new@kjt"]
    assert could("2025-08-02", as_of=AsOf(position=noon - 1)) == ["morning@kjt", person("officer", OWN)]


def test_who_can_approve_now_and_who_could_at_a_position(served: Served) -> None:
    before = served.head()
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
    asked = ListHoldersRequest(method="ApproveAward", measure_code="M-1")
    auditor = served.caller(person("auditor"))
    now = auditor.do(asked)
    assert (list(now.grants), list(now.lead_departments), now.roster_open) == ([], [OWN], True)
    asked.as_of.position = before
    [then] = auditor.do(asked).grants
    assert (then.principal, then.granted_by, then.revoked_at) == (person("officer", OWN), ADMINISTRATOR, 0)
    asked.as_of.position = 0
    assert auditor.refused(asked).reason == "MEASURE_NOT_FOUND"
    asked.measure_code = ""
    assert not auditor.do(asked).roster_open


def test_an_instant_is_answered_for_its_own_day_whenever_something_was_last_recorded(served: Served) -> None:
    administrator(served).do(grant("new@kjt", "officer", OWN, effective_on="2025-08-03"))
    served.clock.advance_s(5 * A_DAY_S)
    asked = ListHoldersRequest(method="ApproveAward", measure_code="M-1")
    found = []
    for day in (2, 3):
        asked.as_of.instant.FromJsonString(f"2025-08-0{day}T12:00:00+08:00")
        found.append([g.principal for g in served.caller(person("auditor")).do(asked).grants])
    assert found == [[person("officer", OWN)], ["new@kjt", person("officer", OWN)]]


def test_a_question_about_no_method_or_a_day_to_come_is_refused(served: Served) -> None:
    auditor = served.caller(person("auditor"))
    assert auditor.refused(ListHoldersRequest(method="Approve")).fields.keys() == {"method"}
    assert auditor.refused(ListHoldersRequest(method="ApproveAward", on="2025-08-02")).fields.keys() == {"on"}
    [one] = auditor.do(ListHoldersRequest(method="CreateFund", on="2025-08-01")).grants[:1]
    assert one.department in (OWN, OTHER)


# Terms by two.


@pytest.fixture
def by_two(database_url: str) -> Iterator[Served]:
    """A ledger whose Terms need two administrators."""
    with guarded(database_url, terms_need_two=True) as running:
        yield running


def consent(**changes: Any) -> ReviewTermsRequest:
    return ReviewTermsRequest(terms=samples.terms(**changes), reason="agreed")


def test_terms_are_published_by_one_after_another_has_consented_to_them(by_two: Served) -> None:
    one, other = by_two.caller(ADMINISTRATOR), by_two.caller(SECOND_ADMINISTRATOR)
    alone = one.refused(samples.publish())
    assert (alone.code, alone.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SECOND_PERSON_REQUIRED")
    assert alone.numbers["rule"] == "the publication of Terms"
    assert other.do(consent()).version == 1
    assert other.refused(samples.publish()).reason == "SECOND_PERSON_REQUIRED", "who consents does not publish"
    assert one.refused(samples.publish(publicity_days=3)).reason == "SECOND_PERSON_REQUIRED", "to these very Terms"
    assert one.do(samples.publish()).measure.terms_version == 1
    assert one.refused(samples.publish()).reason == "SECOND_PERSON_REQUIRED", "a consent is for one version"
    with by_two.recorder.reading() as reader:
        published = reader.event_at(reader.head)
    assert f'"second":"{SECOND_ADMINISTRATOR}"'.encode() in published.state


def test_two_administrators_rule_that_terms_need_two_and_nobody_lowers_that(served: Served) -> None:
    one, other = served.caller(ADMINISTRATOR), served.caller(SECOND_ADMINISTRATOR)
    alone = one.do(samples.publish()).measure.terms_version
    rule = RequireSecondPersonForTermsRequest(reason="internal control")
    assert not one.do(rule).in_force
    rule.request_id = ""
    assert one.refused(rule).reason == "SECOND_PERSON_REQUIRED"
    assert one.do(samples.publish()).measure.terms_version == alone + 1, "proposed is not ruled"
    rule.request_id = ""
    assert other.do(rule).in_force
    assert one.refused(samples.publish()).reason == "SECOND_PERSON_REQUIRED"
    with served.recorder.reading() as reader:
        ruled = reader.event_at(reader.head)
    assert f'"second":"{ADMINISTRATOR}"'.encode() in ruled.state
    rule.request_id = ""
    again = other.refused(rule)
    assert (again.code, again.reason) == (grpc.StatusCode.ALREADY_EXISTS, "TERMS_NEED_TWO")


def test_what_an_administrator_granted_and_revoked_is_among_their_decisions(served: Served) -> None:
    administrator = served.caller(SECOND_ADMINISTRATOR)
    administrator.do(grant("new@kjt", "officer", OWN))
    administrator.do(revoke("new@kjt", "officer", OWN))
    administrator.do(consent())
    asked = ListOfficerDecisionsRequest(principal=SECOND_ADMINISTRATOR)
    found = served.caller(person("auditor")).do(asked).entries
    assert [(entry.topic, entry.detail) for entry in found] == [
        ("roster.role_granted.v1", "new@kjt"),
        ("roster.role_revoked.v1", "new@kjt"),
        ("roster.terms_reviewed.v1", ""),
    ]


# Opening.


def test_before_the_roster_is_open_nobody_may_do_anything_where_rights_are_enforced(database_url: str) -> None:
    with serving(database_url, rights=True) as served:
        assert served.officer.refused(samples.create_fund()).reason == "ROLE_REQUIRED"
        assert served.officer.refused(GetFundRequest(code="F")).reason == "ROLE_REQUIRED"
        assert served.head() == 0


def test_where_rights_are_not_enforced_whoever_calls_may_do_everything(database_url: str) -> None:
    with serving(database_url) as served:
        samples.prepare(served.officer)
        assert served.officer.refused(grant("new@kjt", "auditor")).reason == "ROSTER_NOT_OPEN"
        application = samples.applied(served.officer, payee=samples.payee())
        shown = served.caller("anybody").do(GetPayeeRequest(enterprise=samples.number(), application_id=application))
        assert shown.payee == samples.payee()
