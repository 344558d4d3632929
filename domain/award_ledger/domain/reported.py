"""Which lines that a bank reported are on no statement: known again by key, by serial and amount, or by id and amount.

A statement may book what was reported under another day, and some banks give it another serial there.
"""

from collections import defaultdict

from award_ledger.domain.bank_account import BankAccount, Reported


def unseen(account: BankAccount) -> list[tuple[str, Reported]]:
    """By key, in order. A line of a statement is one reported line and no other: of two debits under one id that were
    reported, a statement with one of them leaves the other unseen."""
    if not account.reported:
        return []
    lines: dict[tuple[str, str, int], list[str]] = defaultdict(list)
    for key, line in account.lines.items():
        if not line.reported:
            for kind, name in _traces(line.said.serial, tuple(line.said.names)):
                lines[kind, name, line.said.amount_minor].append(key)
    rest, taken = dict(sorted(account.reported.items())), set[str]()
    for by in ("serial", "id"):
        for reference, told in list(rest.items()):
            traces = [trace for trace in _traces(told.serial, told.names) if trace[0] == by]
            found = (key for kind, name in traces for key in lines.get((kind, name, told.amount_minor), ()))
            seen = next((key for key in found if key not in taken), None)
            if seen is not None:
                taken.add(seen)
                del rest[reference]
    return list(rest.items())


def _traces(serial: str, names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [*([("serial", serial)] if serial else []), *(("id", name) for name in names)]
