"""Statements of camt.053 made here: any number of entries, and every trap by a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

OWN = "37001618800050000001"


@dataclass(frozen=True)
class Booking:
    """One entry. `yuan` is text with a sign, as a person writes it; `extra` is XML put before NtryDtls ends."""

    yuan: str
    serial: str = ""
    end_to_end_id: str = ""
    status: str = "BOOK"
    day: str = "2026-10-13"
    currency: str = "CNY"
    reversal: str = ""
    details: str | None = None
    name: str = "济南甲公司"


def entry(booking: Booking) -> str:
    """The XML of an Ntry of version 08."""
    amount, mark = booking.yuan.lstrip("+-"), "DBIT" if booking.yuan.startswith("-") else "CRDT"
    party = "Cdtr" if mark == "DBIT" else "Dbtr"
    reversal = f"<RvslInd>{booking.reversal}</RvslInd>" if booking.reversal else ""
    serial = f"<AcctSvcrRef>{booking.serial}</AcctSvcrRef>" if booking.serial else ""
    details = booking.details
    if details is None:
        details = (
            f"<TxDtls><Refs><MsgId>SD-20261012-0001</MsgId><PmtInfId>B1</PmtInfId>"
            f"<EndToEndId>{booking.end_to_end_id or 'NOTPROVIDED'}</EndToEndId></Refs>"
            f'<Amt Ccy="{booking.currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>'
            f"<RltdPties><{party}><Pty><Nm>{booking.name}</Nm></Pty></{party}>"
            f"<{party}Acct><Id><Othr><Id>6222021602000000001</Id></Othr></Id></{party}Acct></RltdPties>"
            f"<RltdAgts><{party}Agt><FinInstnId><BICFI>ICBKCNBJSDG</BICFI></FinInstnId></{party}Agt></RltdAgts>"
            f"<RmtInf><Ustrd>技术改造补助 {booking.end_to_end_id}</Ustrd></RmtInf></TxDtls>"
        )
    return (
        f'<Ntry><Amt Ccy="{booking.currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{reversal}'
        f"<Sts><Cd>{booking.status}</Cd></Sts><BookgDt><Dt>{booking.day}</Dt></BookgDt>"
        f"<ValDt><Dt>{booking.day}</Dt></ValDt>{serial}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def balance(code: str, yuan: str, day: str = "2026-10-13", currency: str = "CNY") -> str:
    """The XML of a Bal; a minus is an overdraft."""
    amount, mark = yuan.lstrip("-"), "DBIT" if yuan.startswith("-") else "CRDT"
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>'
    )


def statement(
    entries: Iterable[str],
    opening: str = "1000.00",
    closing: str = "1000.00",
    *,
    sequence: int = 7,
    account: str = OWN,
    summary: str = "",
    day: str = "2026-10-13",
    balances: str | None = None,
) -> Iterator[str]:
    """The XML of a Stmt in pieces."""
    money = balance("OPBD", opening, day) + balance("CLBD", closing, day) if balances is None else balances
    yield (
        f"<Stmt><Id>S-{sequence}</Id><ElctrncSeqNb>{sequence}</ElctrncSeqNb><LglSeqNb>{sequence}</LglSeqNb>"
        f"<CreDtTm>{day}T23:00:00+08:00</CreDtTm>"
        f"<FrToDt><FrDtTm>{day}T00:00:00+08:00</FrDtTm><ToDtTm>{day}T23:59:59+08:00</ToDtTm></FrToDt>"
        f"<Acct><Id><Othr><Id>{account}</Id></Othr></Id><Ccy>CNY</Ccy><Ownr><Nm>山东省财政厅</Nm></Ownr></Acct>"
        f"{money}{summary}"
    )
    yield from (f"\n{each}" for each in entries)
    yield "</Stmt>"


def document(*statements: Iterable[str], version: str = "08") -> Iterator[str]:
    """The XML of a whole file in pieces."""
    yield (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>'
        "<GrpHdr><MsgId>M-1</MsgId><CreDtTm>2026-10-14T09:00:00+08:00</CreDtTm></GrpHdr>"
    )
    yield from chain.from_iterable(statements)
    yield "</BkToCstmrStmt></Document>\n"


def written(path: Path, pieces: Iterable[str], encoding: str = "utf-8") -> Path:
    """The file, written piece by piece."""
    with path.open("w", encoding=encoding, newline="") as file:
        file.writelines(pieces)
    return path
