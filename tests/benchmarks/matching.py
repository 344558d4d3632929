"""How long it takes to explain a hundred thousand lines: `python -m tests.benchmarks.matching [LINES]`."""

from __future__ import annotations

import random
import resource
import sys
import time
from datetime import date

from award_ledger.domain.matching import BankLine, Payment, by_automatic, propose

DAY = date(2025, 9, 10)


def books(count: int, seed: int = 1) -> tuple[list[BankLine], list[Payment]]:
    """As many lines as open payments. Of ten lines five carry the id, two a voucher, one an id in its text, one a name
    and an amount that many share, and one says nothing that helps but a name."""
    chance = random.Random(seed)
    payments = [
        Payment(
            end_to_end_id=f"AL25-{n:08}-01R1-00",
            open_minor=chance.choice((5_000_000, 2_000_000, chance.randrange(1, 10**9))),
            paid_minor=0,
            instructed_on=DAY,
            run=f"R{n // 1000}",
            references=(f"V{n}",),
            name=f"企业{n % (count // 5 + 1)}",
        )
        for n in range(count)
    ]
    lines = []
    for n, payment in enumerate(payments):
        said = [
            {"end_to_end_id": payment.end_to_end_id},
            {"references": (f"V{n}",)},
            {"found_ids": (payment.end_to_end_id,), "name": payment.name},
            {"name": payment.name},
        ][(0, 0, 0, 0, 0, 1, 1, 2, 3, 3)[n % 10]]
        amount = payment.open_minor + (n % 10 == 9)
        lines.append(BankLine(key=f"L{n}", amount_minor=-amount, booked_on=DAY, **said))  # type: ignore[arg-type]
    chance.shuffle(lines)
    return lines, payments


def main(count: int) -> None:
    """Measures and prints."""
    lines, payments = books(count)
    begun = time.perf_counter()
    proposals = propose(lines, payments)
    took = time.perf_counter() - begun
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{count} lines, {count} open payments: {took:.1f} s, {peak_mib} MiB at most; {dict(by_automatic(proposals))}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
