"""`award-ledger finance …` from the draft of a run to the certificate of the day, with files; on both databases."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from lxml import etree

from award_ledger.clients.cli import main
from award_ledger.v1 import awards_pb2
from award_ledger.v1.common_pb2 import Payee
from tests import samples
from tests.served import Served

BEAN_CHECK = Path(sys.executable).parent / "bean-check"
OURS = "37001616808050009999"
NAME = "示例企业1"
Run = Callable[..., Any]


def awards(served: Served, *amounts: int) -> list[str]:
    """Awards to enterprises of their own, each with a payee."""
    samples.prepare(served.officer)
    found = []
    for serial, amount in enumerate(amounts, start=1):
        if serial > 1:
            served.officer.do(samples.register(serial))
        payee = Payee(account_name=f"示例企业{serial}", account_number=f"62220000{serial:08}", bank="102451000013 某行")
        asked = samples.submit(serial, asked_minor=amount, payee=payee)
        application = served.officer.do(asked).application.application_id
        request = awards_pb2.ApproveAwardRequest(
            enterprise=asked.enterprise, application_id=application, effective_on=samples.DAY
        )
        found.append(served.officer.do(request).award.award_id)
    return found


def camt(
    path: Path, *entries: tuple[int, str, str], opening: int = 1_000_000, number: int = 1, day: str = samples.DAY
) -> Path:
    """A statement of a day: amounts in fen, more than zero is money in, with an id and a free text."""
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"

    def amount(minor: int) -> str:
        return f'<Amt Ccy="CNY">{abs(minor) // 100}.{abs(minor) % 100:02}</Amt>'

    def balance(code: str, minor: int) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(minor)}<CdtDbtInd>CRDT</CdtDbtInd>"
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    told = ""
    for place, (minor, paid, text) in enumerate(entries, start=1):
        ids = f"<Refs><EndToEndId>{paid or 'NOTPROVIDED'}</EndToEndId></Refs>"
        told += (
            f"<Ntry>{amount(minor)}<CdtDbtInd>{'CRDT' if minor > 0 else 'DBIT'}</CdtDbtInd>"
            f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
            f"<AcctSvcrRef>{number}-{place}</AcctSvcrRef><BkTxCd/><NtryDtls><TxDtls>{ids}"
            f"<RmtInf><Ustrd>{text or '-'}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
        )
    closing = opening + sum(minor for minor, _, _ in entries)
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="{space}"><BkToCstmrStmt>'
        f"<GrpHdr><MsgId>M{number}</MsgId><CreDtTm>{day}T20:00:00</CreDtTm></GrpHdr><Stmt><Id>S{number}</Id>"
        f"<ElctrncSeqNb>{number}</ElctrncSeqNb><CreDtTm>{day}T20:00:00</CreDtTm>"
        f"<Acct><Id><Othr><Id>{OURS}</Id></Othr></Id><Ccy>CNY</Ccy></Acct>"
        f"{balance('OPBD', opening)}{balance('CLBD', closing)}{told}</Stmt></BkToCstmrStmt></Document>",
        "utf-8",
    )
    return path


def test_a_month_of_finance_from_the_draft_to_the_certificate(served: Served, run: Run, tmp_path: Path) -> None:
    awards(served, 300, 400)
    run("open", OURS, "--name", "省级专户", "--bank", "102451000013 某银行")
    drafted = run("run", "draft", "R-1", OURS, "--execute-on", samples.DAY, "--measure", samples.MEASURE)
    assert [payment["amount_minor"] for payment in drafted["run"]["payments"]] == ["300", "400"]
    run("run", "approve", "R-1", by="qian@czt", code=1)
    run("run", "approve", "R-1", by="feng@czt")
    run("run", "approve", "R-1", by="sun@czt")
    file = tmp_path / "R-1.xml"
    sent = run("run", "send", "R-1", str(file))
    assert sent["run"]["file_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    root = etree.fromstring(file.read_bytes())
    ids = [element.text for element in root.iter("{*}EndToEndId")]
    accounts = [element.text for element in root.findall(".//{*}CdtrAcct//{*}Othr/{*}Id")]
    assert accounts == ["6222000000000001", "6222000000000002"]

    lines = [(-300, str(ids[0]), ""), (-400, "", f"附言 {ids[1]} 拨付"), (-5, "", "手续费")]
    bank = camt(tmp_path / "bank.xml", *lines)
    [imported] = run("import", str(bank))
    assert (imported["outcome"], imported["new_lines"]) == ("imported", 3)
    [again] = run("import", str(bank))
    assert again["outcome"] == "unchanged"
    [others] = run("import", str(bank), by="sun@czt")
    assert others["outcome"] == "unchanged"

    matched = run("match", OURS, "--post")
    assert (matched["lines"], matched["automatic"], len(matched["posted"])) == (3, 1, 1)
    by_text = next(one for one in matched["proposals"] if one["possible"])
    assert by_text["explanations"][0]["step"] == "text"
    for person in ("zhou@czt", "wu@czt"):
        part = f"settlement:4.00:{ids[1]}"
        run("assign", OURS, by_text["line"]["key"], "--as-part", part, "--reason", "看过回单", by=person)
    fee = next(one for one in matched["proposals"] if not one["possible"])["line"]["key"]
    run("assign", OURS, fee, "--as-part", "fee:0.05", "--reason", "手续费", by="zhou@czt")
    run("assign", OURS, fee, "--as-part", "fee:0.05", "--reason", "手续费", by="wu@czt")
    status = run("status", OURS)["status"]
    assert {aged["kind"] for aged in status["ageing"] if aged["amount_minor"] != "0"} == set()
    assert (status["closing_minor"], status["ledger_minor"]) == ("999295", "999295")

    journal = tmp_path / "journal.beancount"
    run("journal", str(journal), "--journal-profile", "paying_unit")
    checked = subprocess.run([str(BEAN_CHECK), "--no-cache", str(journal)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")

    certificate = tmp_path / "day.json"
    document = run("day", OURS, samples.DAY, "--certificate", str(certificate))
    assert document["totals"] == {
        "fee": {"count": 1, "in_minor": 0, "out_minor": 5},
        "matched": {"count": 2, "in_minor": 0, "out_minor": 700},
    }
    by_hand = ["wu@czt", "zhou@czt"]
    assert [told["decided_by"] for told in document["lines"]] == [["qian@czt"], by_hand, by_hand]
    assert run("verify", str(certificate), str(bank)) == {"holds": True, "findings": []}


def test_a_certificate_of_which_anything_was_changed_does_not_hold(served: Served, run: Run, tmp_path: Path) -> None:
    awards(served, 300)
    run("open", OURS, "--name", "省级专户")
    bank = camt(tmp_path / "bank.xml", (50, "", "往来款"), (-20, "", "x"))
    run("import", str(bank))
    certificate = tmp_path / "day.json"
    run("day", OURS, samples.DAY, "--certificate", str(certificate))
    run("day", OURS, samples.DAY, "--certificate", str(certificate), code=2)
    other = camt(tmp_path / "other.xml", (51, "", "往来款"), (-20, "", "x"))
    told = run("verify", str(certificate), str(other), code=1)
    assert "no file of this certificate" in told["findings"][0]
    assert any("is not here" in finding for finding in told["findings"])
    document = json.loads(certificate.read_text("utf-8"))
    del document["lines"][0]
    certificate.write_text(json.dumps(document), "utf-8")
    found = run("verify", str(certificate), str(bank), code=1)["findings"]
    assert any("own hash" in finding for finding in found)
    assert any("left out" in finding for finding in found)
    document["lines"][0] |= {"basis": "hand", "decided_by": ["wu@czt"]}
    certificate.write_text(json.dumps(document), "utf-8")
    assert any(
        "yet somebody decided it" in finding
        for finding in run("verify", str(certificate), str(bank), code=1)["findings"]
    )


def test_a_line_without_a_serial_is_named_as_tables_show_it(
    served: Served, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("open", OURS, "--name", "省级专户")
    rows = [
        "账号,对方账号,对方单位,转出金额,转入金额,余额,交易时间",
        *([f",,,1.00,,{n}.00,{samples.DAY}" for n in (9, 8)]),
        "合计",
    ]
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join(rows) + "\n", "gb18030")
    run("import", str(sheet), "--account", OURS)
    keys = [told["key"] for told in run("lines", OURS)["lines"]]
    short = [f"{key[:20]}{key[72:]}" for key in keys]
    assert all(key.startswith("content:") and len(key) >= 72 for key in keys)
    main(["--server", f"127.0.0.1:{served.port}", "--as", "qian@czt", "--lang", "zh", "finance", "lines", OURS])
    told = capsys.readouterr().out
    assert [shown in told for shown in (*short, *keys)] == [True, True, False, False]
    proposed = run("assign", OURS, short[1], "--as-part", "fee:1.00", "--reason", "手续费", by="zhou@czt")
    assert (proposed["line"]["key"], proposed["line"]["proposed_by"]) == (keys[1], "zhou@czt")
    assert run("assign", OURS, keys[1], "--as-part", "fee:1.00", "--reason", "手续费", by="wu@czt")["line"][
        "matched_at"
    ]
    assert run("unmatch", OURS, short[1], "--reason", "错", by="wu@czt")["line"]["key"] == keys[1]
    run("assign", OURS, "content:0123456789ab", "--as-part", "fee:1.00", "--reason", "x", code=1)


def test_vouchers_go_out_to_the_counter_come_back_on_lines_and_a_second_debit_is_written_off(
    served: Served, run: Run, tmp_path: Path
) -> None:
    awards(served, 300, 400)
    run("open", OURS, "--name", "省级专户", "--bank", "102451000013 某银行")
    run("run", "draft", "R-1", OURS, "--execute-on", samples.DAY, "--measure", samples.MEASURE)
    run("run", "approve", "R-1", by="feng@czt")
    payments = run("run", "approve", "R-1", by="sun@czt")["run"]["payments"]
    first, second = (payment["end_to_end_id"] for payment in payments)
    issued, table = tmp_path / "issued.csv", tmp_path / "R-1.csv"
    issued.write_text(
        f"凭证清单\n支付令编号,支付金额,业务编号\nZF2025000001,3.00,{first}\nZF2025000002,1.00,\n", "gb18030"
    )
    told = run("vouchers", OURS, str(issued), "--voucher", f"{second}=ZF2025000003")
    assert ([len(answer["issued"]) for answer in told["answers"]], told["left"]) == ([2], 1)
    assert run("vouchers", OURS, str(issued))["answers"] == []
    run("vouchers", OURS, "--voucher", f"{second}=ZF2025000001", code=1)
    for wrong in ((), ("--voucher", "x"), (str(camt(tmp_path / "no.xml", (1, "", ""))),)):
        run("vouchers", OURS, *wrong, code=2)
    run("run", "send", "R-1", str(table), "--counter")
    rows = [row.split(",") for row in table.read_text("gb18030").splitlines()]
    assert [row[-1] for row in rows] == ["支付凭证号", "ZF2025000001", "ZF2025000003", ""]

    sheet = tmp_path / "bank.csv"
    day = f"{samples.DAY} 09:00:00"
    sheet.write_text(
        "查询账号：,37001616808050009999\n交易时间,凭证号码,借贷标志,发生额,余额,对方户名\n"
        f"{day},ZF2025000001,借,3.00,97.00,x\n{day},ZF2025000003,借,4.00,93.00,x\n{day},,借,4.00,89.00,x\n"
        f"{day},,贷,1.00,90.00,x\n合计\n",
        "gb18030",
    )
    run("import", str(sheet))
    assert "SEGREGATION_OF_DUTIES" in run("match", OURS, "--post", code=1)
    assert len(run("match", OURS, "--post", by="sun@czt")["posted"]) == 2
    debit, credit = (told["key"] for told in run("lines", OURS, "--class", "imported")["lines"])
    tellers = ("zhou@czt", "wu@czt")
    for person in tellers:
        run("assign", OURS, debit, "--as-part", "receivable:4.00", "--reason", "重复扣款", by=person)
    [owed] = run("status", OURS)["status"]["receivables"]
    part = f"receivable-receipt:1.00:{owed['reference']}"
    for person in tellers:
        run("assign", OURS, credit, "--as-part", part, "--reason", "退款", by=person)
    before = str(served.head())
    off = ("write-off", OURS, owed["reference"], "--amount", "2.00", "--reason", "收款人注销")
    proposed = run(*off, by="zhou@czt")["receivable"]
    assert (proposed["write_off_proposed_minor"], proposed["write_off_proposed_by"]) == ("200", "zhou@czt")
    run(*off, by="zhou@czt", code=1)
    assert run(*off, by="wu@czt")["receivable"]["written_off_minor"] == "200"
    for person in tellers:
        run("write-off", OURS, owed["reference"], "--amount", "0.50", "--back", "--reason", "又收到", by=person)
    [left] = run("status", OURS)["status"]["receivables"]
    assert [left[name] for name in ("amount_minor", "received_minor", "written_off_minor")] == ["400", "100", "150"]
    [then] = run("status", OURS, "--as-of", before)["status"]["receivables"]
    assert (then["received_minor"], then["written_off_minor"]) == ("100", "0")
    assert main(["--server", f"127.0.0.1:{served.port}", "finance", "run", "show", "R-1"]) == 0
    journal = tmp_path / "journal.beancount"
    run("journal", str(journal))
    assert subprocess.run([str(BEAN_CHECK), "--no-cache", str(journal)], check=False).returncode == 0


OWN_BANK = """\
profile: our-rural-bank
title: {zh: 本地农商行, en: a rural bank of ours}
sign: marked
end: open
marks: {in: [进], out: [出]}
columns: {booked_on: [日子], mark: [进出], amount: [数额], balance: [结存], free_text: [说明]}
required: [booked_on, mark, amount, balance]
"""


def test_a_bank_of_ones_own_is_a_file_and_its_day_is_verified_under_it(
    served: Served, run: Run, tmp_path: Path
) -> None:
    run("open", OURS, "--name", "省级专户")
    profile, sheet, certificate = tmp_path / "own.yaml", tmp_path / "sheet.csv", tmp_path / "day.json"
    profile.write_text(OWN_BANK, "utf-8")
    sheet.write_text(
        f"日子,进出,数额,结存,说明\n{samples.DAY},出,3.00,7.00,拨付\n{samples.DAY},进,1.00,8.00,来款\n", "gb18030"
    )
    under = ("--bank-profile", str(profile))
    [unknown] = run("import", str(sheet), "--account", OURS, code=1)
    assert (unknown["outcome"], unknown["reason"]) == ("quarantined", "unknown_format")
    run("import", str(sheet), "--account", OURS, *under, "--dry-run")
    assert run("status", OURS)["status"]["line_count"] == 0
    [imported] = run("import", str(sheet), "--account", OURS, *under)
    assert (imported["outcome"], imported["new_lines"]) == ("imported", 2)
    run("day", OURS, samples.DAY, "--certificate", str(certificate))
    assert run("verify", str(certificate), str(sheet), *under)["holds"] is True
    run("verify", str(certificate), str(sheet), code=1)
    for wrong in (("--bank-profile", "no-such"), ("--bank-profile", str(sheet) + ".yaml"), ("--leniency", "no-such")):
        run("import", str(sheet), *wrong, code=2)
        run("verify", str(certificate), str(sheet), *wrong, code=2)


def test_lines_and_status_go_to_spreadsheets_and_no_cell_is_computed(served: Served, run: Run, tmp_path: Path) -> None:
    awards(served, 300)
    run("open", OURS, "--name", "省级专户")
    run("import", str(camt(tmp_path / "bank.xml", (50, "", "=1+1"), (-20, "", "x"))))
    sheet, table = tmp_path / "lines.xlsx", tmp_path / "lines.csv"
    run("lines", OURS, "--to", str(sheet))
    run("lines", OURS, "--to", str(table))
    found: Any = openpyxl.load_workbook(sheet).active
    cells = list(found.iter_rows(min_row=2))
    assert [(row[2].value, row[3].value, row[3].data_type) for row in cells] == [(0.5, "=1+1", "s"), (-0.2, "x", "s")]
    assert "0.50,'=1+1," in table.read_text("utf-8-sig")
    served.clock.advance_s(10 * 86_400)
    run("status", OURS, "--to", str(tmp_path / "status.xlsx"))
    shown: Any = openpyxl.load_workbook(tmp_path / "status.xlsx").active
    assert f"any statement since {samples.DAY}" in str(shown.cell(shown.max_row, 1).value)
    run("status", OURS, "--to", str(tmp_path / "status.xlsx"), code=2)
    run("status", OURS, "--to", str(tmp_path / "status.pdf"), code=2)


def test_a_broken_file_is_quarantined_whole_and_the_others_are_imported(
    served: Served, run: Run, tmp_path: Path
) -> None:
    awards(served, 300)
    run("open", OURS, "--name", "省级专户")
    good = camt(tmp_path / "good.xml", (50, "", "往来款"))
    broken = tmp_path / "broken.xml"
    broken.write_bytes(camt(tmp_path / "x.xml", (50, "", "y"), number=2).read_bytes().replace(b"</Ntry>", b"</Ntr>"))
    told = run("import", str(broken), str(good), code=1)
    assert [(one["outcome"], one.get("reason", "")) for one in told] == [("quarantined", "malformed"), ("imported", "")]
    assert run("status", OURS)["status"]["line_count"] == 1


def test_of_a_file_with_a_statement_that_is_refused_nothing_is_imported(
    served: Served, run: Run, tmp_path: Path
) -> None:
    run("open", OURS, "--name", "省级专户")
    file = camt(tmp_path / "two.xml", (50, "", "往来款"))
    other = camt(tmp_path / "x.xml", (50, "", "y"), number=2).read_text("utf-8").replace(OURS, "4" * 10)
    stranger = other[other.index("<Stmt>") : other.index("</BkToCstmrStmt>")]
    file.write_text(file.read_text("utf-8").replace("</BkToCstmrStmt>", f"{stranger}</BkToCstmrStmt>"), "utf-8")
    told = run("import", str(file), code=1)
    assert [(one["outcome"], one.get("reason", "")) for one in told] == [
        ("held_back", ""),
        ("refused", "BANK_ACCOUNT_NOT_FOUND"),
    ]
    assert run("status", OURS)["status"]["line_count"] == 0
    run("open", "4" * 10, "--name", "另一账户")
    assert [one["outcome"] for one in run("import", str(file))] == ["imported", "imported"]


def test_a_statement_of_a_day_to_come_is_refused_and_long_words_of_a_bank_are_not(
    served: Served, run: Run, tmp_path: Path
) -> None:
    run("open", OURS, "--name", "省级专户")
    [refused] = run("import", str(camt(tmp_path / "later.xml", (50, "", "x"), day="2099-01-01")), code=1)
    assert (refused["outcome"], "has not come" in refused["finding"]) == ("refused", True)
    wordy = camt(tmp_path / "wordy.xml", (50, "", "x"))
    words = "".join(f"<AddtlInf>{'账' * 105}</AddtlInf>" for _ in range(4))
    returned = f"</RmtInf><RtrInf><Rsn><Cd>AC04</Cd></Rsn>{words}</RtrInf>"
    wordy.write_text(wordy.read_text("utf-8").replace("</RmtInf>", returned), "utf-8")
    assert run("import", str(wordy))[0]["outcome"] == "imported"
    [line] = run("lines", OURS)["lines"]
    assert (line["reason"][:6], len(line["reason"])) == ("AC04 账", 200)


def test_a_file_read_another_way_is_a_conflict_and_no_repeated_request(
    served: Served, run: Run, tmp_path: Path
) -> None:
    run("open", OURS, "--name", "省级专户")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(f"日子,进出,数额,结存,说明\n{samples.DAY},出,3.00,7.00,拨付\n", "utf-8")
    outcomes = []
    for name, field in (("a", "free_text"), ("b", "free_text"), ("c", "code")):
        profile = tmp_path / f"{name}.yaml"
        own = OWN_BANK.replace("our-rural-bank", name).replace("free_text", field)
        profile.write_text(own, "utf-8")
        code = 0 if field == "free_text" else 1
        [told] = run("import", str(sheet), "--account", OURS, "--bank-profile", str(profile), code=code)
        outcomes.append((told["outcome"], told.get("reason", "")))
    assert outcomes == [("imported", ""), ("unchanged", ""), ("refused", "STATEMENT_CONFLICT")]


def test_a_run_is_written_once_and_again_only_as_the_same_file(served: Served, run: Run, tmp_path: Path) -> None:
    [award] = awards(served, 300)
    run("open", OURS, "--name", "省级专户", "--bank", "102451000013")
    pay = f"{samples.number(1).number}/{award}"
    run("run", "draft", "R-1", OURS, "--execute-on", samples.DAY, "--pay", pay)
    assert "not approved" in " ".join(run("run", "send", "R-1", str(tmp_path / "early.xml"), code=2).split())
    run("run", "approve", "R-1", by="feng@czt")
    run("run", "approve", "R-1", by="sun@czt")
    first, second = tmp_path / "first.xml", tmp_path / "second.xml"
    run("run", "send", "R-1", str(first))
    assert main(["--server", f"127.0.0.1:{served.port}", "finance", "run", "send", "R-1", str(second)]) == 0
    assert first.read_bytes() == second.read_bytes()
    for nowhere in (first, tmp_path / "no-such-folder" / "x.xml"):
        told = run("run", "send", "R-1", str(nowhere), code=2)
        assert "Traceback" not in told
        assert str(nowhere) in "".join(told.split())
    run("run", "send", "R-1", str(tmp_path / "other.csv"), "--counter", code=2)
    assert not (tmp_path / "other.csv").exists()
