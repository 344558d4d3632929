"""One export of each bank as its columns and labels are known in public: money out, then money in, then how it ends."""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

OWN = "37001618800050000001"
PAID = "AL26-00001234-02R1-86"


class Export(NamedTuple):
    """Rows of cells. `out` pays 1300.00 to 济南甲公司 and leaves 700.00; `back` brings 300.00 and leaves 1000.00."""

    head: tuple[tuple[str, ...], ...]
    header: tuple[str, ...]
    out: tuple[str, ...]
    back: tuple[str, ...]
    foot: tuple[tuple[str, ...], ...] = ()

    def rows(self) -> list[tuple[str, ...]]:
        """The whole sheet."""
        return [*self.head, self.header, self.out, self.back, *self.foot]


_BOC = (
    "交易类型[ Transaction Type ]|业务类型[ Business type ]|付款人开户行名[ Payer account bank ]|"
    "付款人账号[ Debit Account No. ]|付款人名称[ Payer's Name ]|收款人开户行名[ Beneficiary account bank ]|"
    "收款人账号[ Payee's Account Number ]|收款人名称[ Payee's Name ]|交易日期[ Transaction Date ]|"
    "交易时间[ Transaction time ]|交易货币[ Trade Currency ]|交易金额[ Trade Amount ]|"
    "交易后余额[ After-transaction balance ]|起息日期[ Value Date ]|交易流水号[ Transaction reference number ]|"
    "客户业务编号[ Customer Transaction Ref.(Customer Ref.) ]|凭证号码[ Voucher number ]|摘要[ Reference ]|"
    "用途[ Purpose ]|交易附言[ Remark ]"
)


def _cells(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


EXPORTS: dict[str, Export] = {
    "abc": Export(
        (),
        _cells("交易日期|交易时间|交易摘要|交易金额|本次余额|对手信息|日 志 号|交易渠道|交易附言"),
        _cells(f"20261013|090000|转账|-1300.00|700.00|济南甲公司|S1|网银|技术改造 {PAID}"),
        _cells(f"20261014|100000|退汇|+300.00|1000.00|济南甲公司|S2|网银|退 {PAID}"),
    ),
    "abc-corporate": Export(
        (("账户明细",), ("账户名称", "", "山东省财政厅", "账户号", "", OWN)),
        _cells("交易时间|收入金额|支出金额|账户余额|交易行名|对方账号|对方户名|交易用途"),
        _cells(f"2026-10-13 09:00:00||1,300.00|700.00|某支行|6222**01|济南甲公司|技术改造 {PAID}"),
        _cells(f"2026-10-14 10:00:00|300.00||1,000.00|某支行|6222**01|济南甲公司|退 {PAID}"),
        (("合计", "300.00", "1,300.00", "共2笔"),),
    ),
    "boc": Export(
        (
            ("查询账号[ Inquirer account number ]", OWN),
            ("总笔数[ Total number ]", "2"),
            ("借方发生总额[ Total Debit Amount of Payments ]", "1,300.00"),
            ("贷方发生总额[ Total Credit Amount of Payments ]", "300.00"),
            ("查询时间范围[ Time Range ]", "20261001-20261031"),
        ),
        _cells(_BOC),
        _cells(
            f"往账|转账支出|某行|{OWN}|山东省财政厅|某行|6222**01|济南甲公司|20261013|09:00:00|CNY|-1300.00|+700.00|"
            f"20261013|S1||V1||技术改造 {PAID}|"
        ),
        _cells(
            f"来账|退汇|某行|6222**01|济南甲公司|某行|{OWN}|山东省财政厅|20261014|10:00:00|CNY|+300.00|+1000.00|"
            f"20261014|S2||||退 {PAID}|"
        ),
    ),
    "bocom": Export(
        (("查询账号:", OWN, "户  名:", "山东省财政厅"), ("币种：", "人民币")),
        _cells("交易时间|摘要|凭证号码|借贷标志|发生额|余额|对方账号|对方户名|附言"),
        _cells(f"2026-10-13 09:00:00|转账|V1|借|1300.00|700.00|6222**01|济南甲公司|技术改造 {PAID}"),
        _cells(f"2026-10-14 10:00:00|退汇||贷|300.00|1000.00|6222**01|济南甲公司|退 {PAID}"),
        (("合计", "", "", "", "1600.00", "", "共2笔"),),
    ),
    "ccb": Export(
        (("China Construction Bank",), ("账　　号：", OWN), ("币　　种：", "人民币")),
        _cells("记账日  |交易日期|支出 |收入 |账户余额|币种|摘要|对方账号|对方户名|交易地点/附言"),
        _cells(f"20261013|20261013|1300.00|0|700.00|人民币|转账|6222**01|济南甲公司|技术改造 {PAID}"),
        _cells(f"20261014|20261014|0|300.00|1000.00|人民币|退汇|6222**01|济南甲公司|退 {PAID}"),
        (("以上数据仅供参考|具体内容请以柜台为准",),),
    ),
    "ccb-corporate": Export(
        (),
        _cells(
            "账号|账户名称|交易时间|借方发生额（支取）|贷方发生额（收入）|余额|币种|对方户名|对方账号|对方开户机构|记账日期|"
            "摘要|备注|账户明细编号-交易流水号|企业流水号|凭证种类|凭证号"
        ),
        _cells(
            f"{OWN}|山东省财政厅|20261013 09:00:00|1300.00|0.00|700.00|人民币元|济南甲公司|6222**01|某行|20261013|转账|"
            f"技术改造 {PAID}|1-S1||转账支付|V1"
        ),
        _cells(
            f"{OWN}|山东省财政厅|20261014 10:00:00|0.00|300.00|1000.00|人民币元|济南甲公司|6222**01|某行|20261014|退汇|"
            f"退 {PAID}|2-S2|||"
        ),
    ),
    "icbc": Export(
        (("明细查询文件下载",), (f"卡号: {OWN}", "卡别名: 财政")),
        _cells("交易日期|摘要|交易详情|交易场所|记账币种|记账金额(收入)|记账金额(支出)|余额|对方户名|对方账户"),
        _cells(f"2026-10-13|汇款|技术改造 {PAID}|-|人民币||1,300.00|700.00|济南甲公司|6222**01"),
        _cells(f"2026-10-14|退款|退 {PAID}|-|人民币|300.00||1,000.00|济南甲公司|6222**01"),
        (("人民币合计", "", "", "", "", "300.00", "1,300.00"),),
    ),
    "icbc-corporate": Export(
        (("户名: ", "山东省财政厅"),),
        _cells("本方账号|对方账号|交易时间|转出金额|转入金额|摘要|用途|对方单位|余额|附言"),
        _cells(f"{OWN}|6222**01|2026-10-13 09:00:00|1,300.00||汇款|技术改造 {PAID}|济南甲公司|700.00|"),
        _cells(f"{OWN}|6222**01|2026-10-14 10:00:00||300.00|退款|退 {PAID}|济南甲公司|1,000.00|"),
        (("合计", "", "", "1,300.00", "300.00", "共2笔"),),
    ),
    "icbc-corporate-marked": Export(
        (("户名: ", "山东省财政厅"),),
        _cells("本方账号|对方账号|交易时间|借贷标志|发生额|摘要|用途|对方单位|余额|附言"),
        _cells(f"{OWN}|6222**01|2026-10-13 09:00:00|借|1,300.00|汇款|技术改造 {PAID}|济南甲公司|700.00|"),
        _cells(f"{OWN}|6222**01|2026-10-14 10:00:00|贷|300.00|退款|退 {PAID}|济南甲公司|1,000.00|"),
        (("合计", "", "", "", "1,600.00", "共2笔"),),
    ),
    "spdb": Export(
        (("账户名称：", "山东省财政厅"), ("账号：", OWN), ("查询日期：", "2026-10-01 至 2026-10-31")),
        _cells("交易日期|交易时间|交易流水号|借方金额|贷方金额|余额|对方帐号|对方户名|摘要|备注"),
        _cells(f"20261013|090000|S1|1300.00||700.00|6222**01|济南甲公司|转账|技术改造 {PAID}"),
        _cells(f"20261014|100000|S2||300.00|1000.00|6222**01|济南甲公司|退汇|退 {PAID}"),
        (("合计", "", "", "1300.00", "300.00", "", "2笔"),),
    ),
}
"""By profile. Of vouchers, which have no balance, `sheet_samples` has one."""


def table(rows: list[tuple[str, ...]], *, padded: bool = False) -> str:
    """CSV; `padded` as by banks that keep long numbers from being read as such: each cell quoted, a tab at its end."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL if padded else csv.QUOTE_MINIMAL, lineterminator="\r\n")
    writer.writerows([[f"{cell}\t" if padded else cell for cell in row] for row in rows])
    return written.getvalue()
