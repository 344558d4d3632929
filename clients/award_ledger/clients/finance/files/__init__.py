"""Bank files as plain values: every format in and out, with no server, no network and no state.

    with open_bank_file(path) as bank_file:            # raises Quarantined: the whole file or nothing
        for statement in bank_file.statements:         # small: balances, sums, keys
            for line in bank_file.lines(statement):    # streamed from a spool, so a file of any length fits in memory
                ...
        for report in bank_file.status_reports: ...    # pain.002

    pain001(instruction), counter_csv(instruction)     # bytes for a bank; raise InvalidInstruction

Hostile files are parsed here, in the client, and never reach the server. Needs the extra `award-ledger[finance]`.
"""

from __future__ import annotations

from award_ledger.clients.finance.files.counter_csv import counter_csv
from award_ledger.clients.finance.files.gates import Finding
from award_ledger.clients.finance.files.instruction import Bank, Instruction, InvalidInstruction, Payer, Payment
from award_ledger.clients.finance.files.opening import BankFile, open_bank_file
from award_ledger.clients.finance.files.pain001 import pain001
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.statement import (
    Account,
    Balance,
    Batch,
    Charge,
    Direction,
    Kind,
    Line,
    OtherAmount,
    Part,
    Party,
    Statement,
    Status,
    Totals,
)
from award_ledger.clients.finance.files.status_report import StatusLevel, StatusReport, StatusRow

__all__ = [
    "Account",
    "Balance",
    "Bank",
    "BankFile",
    "Batch",
    "Charge",
    "Direction",
    "Finding",
    "Instruction",
    "InvalidInstruction",
    "Kind",
    "Line",
    "OtherAmount",
    "Part",
    "Party",
    "Payer",
    "Payment",
    "Quarantined",
    "Reason",
    "Statement",
    "Status",
    "StatusLevel",
    "StatusReport",
    "StatusRow",
    "Totals",
    "counter_csv",
    "open_bank_file",
    "pain001",
]
