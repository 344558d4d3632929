"""The statement of the demonstration's bank for one day: a camt.053 file, as a bank's client leaves it in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from xml.sax.saxutils import escape

from award_ledger.clients.cli.money import to_major
from award_ledger.clients.demo.narration import CURRENCY


class Entry(NamedTuple):
    """A booked line, minor units, more than zero is money in. `end_to_end_id` where the bank passes it on."""

    amount_minor: int
    end_to_end_id: str = ""
    name: str = ""
    text: str = ""


def camt053(account: str, on: date, number: int, opening_minor: int, entries: Sequence[Entry]) -> str:
    """The whole file; the bank numbers its statements, and its lines of the day."""
    closing_minor = opening_minor + sum(entry.amount_minor for entry in entries)
    told = "".join(_entry(entry, on, place) for place, entry in enumerate(entries, start=1))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M-{on}</MsgId><CreDtTm>{on}T20:00:00</CreDtTm></GrpHdr>"
        f"<Stmt><Id>S-{on}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{on}T20:00:00</CreDtTm>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>{CURRENCY}</Ccy></Acct>"
        f"{_balance('OPBD', opening_minor, on)}{_balance('CLBD', closing_minor, on)}{told}"
        "</Stmt></BkToCstmrStmt></Document>\n"
    )


def _entry(entry: Entry, on: date, place: int) -> str:
    incoming = entry.amount_minor > 0
    party = "Dbtr" if incoming else "Cdtr"
    named = f"<{party}><Pty><Nm>{escape(entry.name)}</Nm></Pty></{party}>" if entry.name else ""
    text = f"<RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf>" if entry.text else ""
    return (
        f"<Ntry>{_amount(entry.amount_minor)}<CdtDbtInd>{'CRDT' if incoming else 'DBIT'}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{on}</Dt></BookgDt><AcctSvcrRef>{on:%Y%m%d}{place:04}</AcctSvcrRef>"
        f"<BkTxCd/><NtryDtls><TxDtls><Refs><EndToEndId>{entry.end_to_end_id or 'NOTPROVIDED'}</EndToEndId></Refs>"
        f"<RltdPties>{named}</RltdPties>{text}</TxDtls></NtryDtls></Ntry>"
    )


def _balance(code: str, minor: int, on: date) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor)}<CdtDbtInd>CRDT</CdtDbtInd>"
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
    )


def _amount(minor: int) -> str:
    return f'<Amt Ccy="{CURRENCY}">{to_major(abs(minor), CURRENCY).replace(",", "")}</Amt>'
