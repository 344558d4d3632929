"""The enterprises of the stories. All are invented, and their numbers say so: only the check digit is a real one."""

from __future__ import annotations

from dataclasses import dataclass

from stdnum.cn import uscc

from award_ledger.clients.cli.words import Phrase


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented legal person. `serial` makes its number, and with it its identity in the ledger."""

    serial: int
    name: Phrase

    @property
    def number(self) -> str:
        """A unified social credit code (GB 32100-2015): registrar and kind, region, organisation, check digit."""
        without_check = f"91370100MADEM{self.serial:04}"
        return without_check + str(uscc.calc_check_digit(without_check))


COMPUTE = Firm(1, Phrase("Example Compute Applications Ltd", "济南示例算力应用有限公司"))
RIVAL = Firm(2, Phrase("Example Rival Compute Ltd", "青岛示例算力服务有限公司"))
PLATFORM = Firm(3, Phrase("Example Innovation Centre", "山东示例创新中心"))
CARRIER = Firm(4, Phrase("Example Mobile Networks Ltd", "山东示例移动通信有限公司"))
UNIVERSITY = Firm(5, Phrase("Example University", "示例大学"))
CANDIDATE = Firm(6, Phrase("Example Listing Candidate Ltd", "烟台示例智能股份有限公司"))
MODELLER = Firm(7, Phrase("Example Models Ltd", "济南示例模型科技有限公司"))
LATECOMER = Firm(8, Phrase("Example Second Models Ltd", "潍坊示例模型科技有限公司"))
STEELWORKS = Firm(9, Phrase("Example Steelworks Ltd", "莱芜示例钢铁有限公司"))
SMALL_FIRM = Firm(10, Phrase("Example Small Data Firm Ltd", "临沂示例数据小微企业"))
EXCELLENT = Firm(11, Phrase("Example Good Corpus Ltd", "淄博示例优质语料有限公司"))
FAILING = Firm(12, Phrase("Example Poor Corpus Ltd", "德州示例失信语料有限公司"))
DEBTOR = Firm(13, Phrase("Example Renderfarm Ltd", "威海示例渲染有限公司"))
RECONCILED = Firm(15, Phrase("Example Grid Computing Ltd", "菏泽示例网格计算有限公司"))
RETURNED = Firm(16, Phrase("Example Closed Account Ltd", "聊城示例智算有限公司"))
SHORT_PAID = Firm(17, Phrase("Example Short Payment Ltd", "滨州示例智算有限公司"))
MISTYPED = Firm(14, Phrase("Example Inference Ltd", "日照示例推理有限公司"))

_NUMERALS = "一二三四五六七八九十"
CROWD = tuple(
    Firm(100 + index, Phrase(f"Example Crowd {index} Ltd", f"示例企业{numeral}号有限公司"))
    for index, numeral in enumerate(_NUMERALS, start=1)
)
"""Ten enterprises that fill a quota or use up a fund."""

ELEVENTH = Firm(111, Phrase("Example Eleventh Corpus Ltd", "示例企业十一号有限公司"))
