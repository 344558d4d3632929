"""How long the head is held by acts on an account of a hundred thousand lines and as many payments:
`python -m tests.benchmarks.hand_match [LINES]`.

What is timed is what the writer does between taking the head and appending: trying the act, deciding it, folding it.
"""

from __future__ import annotations

import sys
import time
from typing import Any
from uuid import UUID, uuid4

from award_ledger.domain.bank_account import Line, claim_out
from award_ledger.domain.bank_events import LineMatch
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.fact import Act
from award_ledger.server.commands.match_lines import MatchLine, PostMatches
from tests.domain.bank_desk import OURS, FinanceDesk, booked, part
from tests.domain.desk import DAY
from tests.domain.driving import facts_in_order

POSTED = 100
"""Lines of one posting."""


def filled(count: int) -> tuple[FinanceDesk, list[str]]:
    """A desk whose account has so many lines and payments, and the ids of the payments that a real run has."""
    desk = FinanceDesk()
    rows = [desk.awarded(1 + n, f"N{n}") for n in range(POSTED)]
    ids = desk.run(*rows)
    desk.statement(*(booked(f"P{n}", -1 - n, paid) for n, paid in enumerate(ids)), booked("fee", -5))
    account = desk.account
    for n in range(count):
        said = booked(f"L{n}", -1_000 - n, f"AL25-{n:08}-01R1-00", serial=f"S{n}")
        account.lines[said.key] = Line(said, desk.ledger.position, n)
        paid = Expected(UUID(int=n), UUID(int=n), 1, 1, said.end_to_end_id, 1_000 + n, DAY, "qian", f"X{n // 2000}")
        account.ids[said.end_to_end_id] = f"{UUID(int=n)}/1/1"
        account.payments[f"{UUID(int=n)}/1/1"] = paid
        account.claimed |= {said.end_to_end_id: 1, claim_out(said.end_to_end_id): 1}
    return desk, ids


def held_ms(desk: FinanceDesk, command: Any, by: str) -> float:
    """As the writer does it: on trial first, then on what it keeps."""
    act = Act(principal=by, request_id=uuid4(), fingerprint="f" * 64, effective_on=DAY)
    begun = time.perf_counter()
    for event in facts_in_order(command, desk.ledger, act):
        desk.ledger.apply(event)
    return (time.perf_counter() - begun) * 1000


def main(count: int) -> None:
    """Measures and prints."""
    desk, ids = filled(count)
    by_hand = [held_ms(desk, MatchLine(OURS, "fee", (part("fee", 5),), "回单"), by) for by in ("zhou", "wu")]
    matches = tuple(
        LineMatch(line=f"P{n}", allocations=(part("settlement", 1 + n, paid),), basis="id")
        for n, paid in enumerate(ids)
    )
    posted = held_ms(desk, PostMatches(OURS, matches), "qian")
    print(
        f"{count} lines, {count} payments: a match by hand {by_hand[0]:.1f} ms and {by_hand[1]:.1f} ms, "
        f"{POSTED} matches posted in one act {posted:.0f} ms"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
