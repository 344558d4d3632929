"""The roster against a model that keeps sets of days: what is held on which day, and what must never come to be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain.encoding import decode_snapshot, encode_snapshot
from award_ledger.domain.refusals import Refused
from award_ledger.domain.roster import Roster
from award_ledger.domain.roster_events import Role
from award_ledger.server.commands.grant_role import GrantRole, RevokeRole
from award_ledger.server.commands.open_roster import OpenRoster
from tests.domain.driving import Driver

FIRST = date(2025, 5, 1)
DAYS = range(12)
ADMINISTRATORS = ("ann", "bob")
PEOPLE = (*ADMINISTRATORS, "cid", "dot")
HELD: tuple[tuple[Role, str], ...] = (
    ("officer", "kjt"),
    ("officer", "gxt"),
    ("finance", "kjt"),
    ("auditor", ""),
    ("administrator", ""),
)


class Change(NamedTuple):
    """One act. `last` is the last day of a grant (None: no end), or False for a revocation."""

    by: str
    holder: str
    role: Role
    department: str
    day: int
    last: int | bool | None


CHANGES = st.builds(
    lambda by, holder, held, day, last: Change(by, holder, held[0], held[1], day, last),
    st.sampled_from(ADMINISTRATORS),
    st.sampled_from(PEOPLE),
    st.sampled_from(HELD),
    st.sampled_from(DAYS),
    st.one_of(st.just(False), st.none(), st.sampled_from(DAYS)),
)


def on(day: int) -> date:
    return FIRST + timedelta(days=day)


@given(st.lists(CHANGES, max_size=25))
def test_a_role_is_held_on_exactly_the_days_that_were_granted_and_not_revoked(changes: list[Change]) -> None:
    driver = Driver()
    driver.do(OpenRoster(ADMINISTRATORS, False, "founding"), by="OPERATOR", on=FIRST)
    # Days beyond the last one stand for "without end".
    model: dict[tuple[str, Role, str], set[int]] = {
        (name, "administrator", ""): {*DAYS, len(DAYS)} for name in ADMINISTRATORS
    }
    for change in changes:
        expected = applied(model, change)
        assert done(driver, change) == (expected is not None), change
        model = expected if expected is not None else model
        roster = driver.ledger.roster()
        for day in DAYS:
            held = {(who, g.role, g.department) for who in PEOPLE for g in roster.held(who, on(day))}
            assert held == {key for key, days in model.items() if day in days}
            assert any(role == "administrator" for _, role, _ in held), "somebody can always grant"
    roster = driver.ledger.roster()
    assert decode_snapshot(Roster, encode_snapshot(roster)) == roster


def done(driver: Driver, change: Change) -> bool:
    holder, role, department = change.holder, change.role, change.department
    command: Any
    if change.last is False:
        command = RevokeRole(holder, role, department, "reason", "")
    else:
        until = None if change.last is None else on(change.last)
        command = GrantRole(holder, role, department, until, "reason", "")
    try:
        driver.do(command, by=change.by, on=on(change.day))
    except Refused:
        return False
    return True


def applied(
    model: dict[tuple[str, Role, str], set[int]], change: Change
) -> dict[tuple[str, Role, str], set[int]] | None:
    """The model after the change; None where it must be refused."""
    key, end = (change.holder, change.role, change.department), len(DAYS)
    held = model.get(key, set())
    if change.last is False:
        left = {day for day in held if day < change.day}
        others = [days for (who, role, _), days in model.items() if role == "administrator" and who != change.holder]
        remains = change.role != "administrator" or any(end in days and change.day in days for days in others)
        return {**model, key: left} if left != held and remains else None
    last = end if change.last is None else int(change.last)
    days = set(range(change.day, last + 1))
    auditing = change.role == "auditor"
    clashing = any(
        who == change.holder and days & theirs and (role == "auditor") != auditing
        for (who, role, _), theirs in model.items()
    )
    if not days or change.by == change.holder or clashing or days & held:
        return None
    return {**model, key: held | days}
