"""Sheets in the styles of the banks, made here: one for each way to say where money went."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import openpyxl

ICBC_ROWS = (
    '2026-10-14  \t,"退款  \t","附言乙 \t",-,人民币 \t,"300.00 \t"," \t","1,000.00 \t","济南甲公司 \t","6222**01 \t",',
    '2026-10-13  \t,"汇款  \t","附言甲 \t",-,人民币 \t," \t","1,300.00 \t","700.00 \t","济南甲公司 \t","6222**01 \t",',
)


def icbc_csv(rows: Sequence[str] = ICBC_ROWS, footer: str = '人民币合计,,,,,"300.00  \t","1,300.00  \t",\r\n') -> str:
    """Two columns, newest first, padded with blanks and tabs, six lines of preamble, a row of totals."""
    return (
        '明细查询文件下载\r\n\r\n卡号: 3700****0001,"卡别名: 财政"\r\n\r\n子账户序号: 00000,"子账户别名: "\r\n\r\n'
        "交易日期,摘要,交易详情,交易场所,记账币种,记账金额(收入),记账金额(支出),余额,对方户名,对方账户\r\n"
        + "".join(f"{row}\r\n" for row in rows)
        + " \r\n"
        + footer
    )


BOCOM_ROWS = (
    "20261013 09:00:00,借,1300.00,700.00,S1,V1,济南甲公司,技术改造 AL26-00001234-02R1-86",
    "20261013 10:00:00,贷,300.00,1000.00,S2,,济南甲公司,退汇",
)


def bocom_csv(rows: Sequence[str] = BOCOM_ROWS, footer: str = "合计,,1600.00,,共2笔,,,\r\n") -> str:
    """Unsigned beside 借/贷, oldest first."""
    return (
        "账号：,37001618800050000001,户名：,山东省财政厅\r\n币种：,人民币\r\n"
        "交易时间,借贷标志,发生额,余额,交易流水号,凭证号码,对方户名,附言\r\n"
        + "".join(f"{row}\r\n" for row in rows)
        + footer
    )


def abc_csv(*rows: str) -> str:
    """A signed column, oldest first, ragged, and nothing at the end."""
    kept = rows or (
        "20261013,090000,转账,-1300.00,700.00,济南甲公司,S1,网银,技术改造",
        "20261013,,退汇,+300.00,1000.00,济南甲公司,S2",
        "20261014,,结息,+0.01,1000.01,--,0000000000,,结息",
    )
    return "交易日期,交易时间,交易摘要,交易金额,本次余额,对手信息,日 志 号,交易渠道,交易附言\n" + "".join(
        f"{r}\n" for r in kept
    )


def ccb_xlsx(
    *, number: object = 1300.0, balance: object = 700, day: object = "20261013", account: object = "6222021602000000001"
) -> bytes:
    """Numbers in number cells, days as text or as dates, a remark at the end."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["China Construction Bank"],
        ["币　　种：", "人民币"],
        ["账　　号：", "37001618800050000001"],
        [],
        ["记账日  ", "交易日期", "支出 ", "收入 ", "账户余额", "币种", "摘要", "对方账号", "对方户名"],
        [day, dt.date(2026, 10, 13), number, 0, balance, "人民币", "转账", account, "济南甲公司"],
        ["20261014", "20261014", 0, 300.1, 1000.1, "人民币", "退汇", "6222021602000000001", "济南甲公司"],
        ["以上数据仅供参考|具体内容请以柜台为准"],
    ):
        sheet.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


VOUCHER_ROWS = (
    "ZF2026000001,省工信厅,1300.00,1300.00,2026-10-13,S1,支付成功,,济南甲公司,6222021602000000001,技术改造",
    "ZF2026000002,省工信厅,500.00,0.00,,,支付失败,账户名称不符,青岛乙公司,6222021602000000002,技术改造",
    "ZF2026000003,省工信厅,200.00,,,,,,烟台丙公司,6222021602000000003,技术改造",
    "ZF2026000004,省工信厅,100.00,99.00,2026-10-13,S4,支付成功,,烟台丙公司,6222021602000000003,技术改造",
)


def voucher_csv(rows: Sequence[str] = VOUCHER_ROWS, footer: str = "合计,,2100.00,,,共4笔,,,,,\r\n") -> str:
    """A list of treasury vouchers with the paying bank's answers."""
    return (
        "国库集中支付凭证回单清单\r\n付款人账号：,37001618800050000001\r\n"
        "支付令编号,预算单位,支付金额,实际支付金额,实际支付日期,银行流水号,支付状态,失败原因,收款人全称,收款人账号,用途\r\n"
        + "".join(f"{row}\r\n" for row in rows)
        + footer
    )
