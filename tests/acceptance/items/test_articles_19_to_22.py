"""第十九至二十二条 · Enterprises, chains and clusters, regions, trade."""

from __future__ import annotations

import pytest

from award_ledger.v1.common_pb2 import VERDICT_CUT
from award_ledger.v1.terms_pb2 import RateOf, UpTo
from tests.acceptance.items.desk import NEXT_YEAR, PUBLIC_BODY, Desk, Facts, yuan
from tests.acceptance.items.rules import (
    grants_up_to,
    needs_evidence,
    needs_fact,
    one_award_for_each,
    records_an_entitlement,
    shares,
    waits_for_its_rule,
)

LITTLE_GIANT = {"recognition": "national-key-little-giant"}
LEVELS = {"A20-2": yuan(2_000_000), "A20-3": yuan(5_000_000), "A20-4": yuan(10_000_000)}
OF_EACH_LEVEL = "分别给予最高200万元、500万元、1000万元奖励"


def cluster(name: str) -> Facts:
    """An advanced manufacturing cluster."""
    return {"cluster": name}


def test_a19_1_grants_a_new_little_giant_up_to_6_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A19-1", yuan(6_000_000), LITTLE_GIANT, words="给予单户最高600万元奖励")
    words = "新认定的国家专精特新重点“小巨人”企业等优质中小企业"
    needs_fact(ledger, "A19-1", yuan(6_000_000), LITTLE_GIANT, "recognition", "municipal-champion", words)
    needs_evidence(ledger, "A19-1", yuan(6_000_000), LITTLE_GIANT, "certificate")


def test_a19_1_one_award_for_one_recognition(ledger: Desk) -> None:
    first = ledger.award("A19-1", yuan(2_000_000), LITTLE_GIANT, certificate="认定证书1号")
    by_another = ledger.refuses_to_award("A19-1", yuan(2_000_000), LITTLE_GIANT, certificate="认定证书1号")
    assert by_another.reason == "EVIDENCE_IN_USE"
    refused = ledger.refuses_to_award("A19-1", 1, LITTLE_GIANT, enterprise=first.enterprise, on=NEXT_YEAR)
    assert (refused.reason, refused.check.id) == ("KEY_IN_USE", "unique.recognition")


def test_a19_1_further_recognitions_come_by_new_terms_and_share_6_000_000_yuan_for_life(own_ledger: Desk) -> None:
    first = own_ledger.award("A19-1", yuan(4_000_000), LITTLE_GIANT)
    own_ledger.republish("A19-1", lambda terms: terms.requirements[0].allowed.append("gazelle"))
    case = own_ledger.apply(
        "A19-1", yuan(2_000_000) + 1, {"recognition": "gazelle"}, enterprise=first.enterprise, on=NEXT_YEAR
    )
    refused = own_ledger.refuses(case)
    assert (refused.reason, refused.check.id, refused.check.used) == ("CAP_EXCEEDED", "cap.lifetime", yuan(4_000_000))
    assert refused.admissible_minor == yuan(2_000_000)
    assert own_ledger.approve(case, amount_minor=yuan(2_000_000)).award.terms_version == 2


def test_a19_2_tax_preferences_are_an_entitlement_without_money(ledger: Desk) -> None:
    entitlement = "享受企业所得税、增值税等税收优惠（由税务部门落实，不经本账本拨付）"
    records_an_entitlement(ledger, "A19-2", entitlement)


def test_a20_1_a_promotion_body_waits_until_an_amount_is_named(ledger: Desk) -> None:
    waits_for_its_rule(ledger, "A20-1", yuan(500_000), up_to=UpTo(ceiling_minor=yuan(500_000)))
    shares(ledger, "A20-1", "selection_notice", yuan(500_000), {}, {})


def test_a20_2_grants_a_provincial_cluster_up_to_2_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A20-2", LEVELS["A20-2"], cluster("济南算力集群"), words=OF_EACH_LEVEL)


def test_a20_3_grants_a_national_cluster_up_to_5_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A20-3", LEVELS["A20-3"], cluster("青岛智能家电集群"), words=OF_EACH_LEVEL)


def test_a20_4_grants_a_world_class_cluster_up_to_10_000_000_yuan(ledger: Desk) -> None:
    grants_up_to(ledger, "A20-4", LEVELS["A20-4"], cluster("烟台机器人集群"), words=OF_EACH_LEVEL)


@pytest.mark.parametrize("code", LEVELS)
def test_a20_2_a_cluster_is_awarded_once_at_each_level_whoever_asks(ledger: Desk, code: str) -> None:
    key = cluster(f"{code}级集群")
    first = ledger.award(code, yuan(1_000_000), key)
    for enterprise in (first.enterprise, None):
        refused = ledger.refuses_to_award(code, LEVELS[code], key, enterprise=enterprise, on=NEXT_YEAR)
        assert (refused.reason, refused.check.id) == ("KEY_IN_USE", "unique.cluster")
        assert refused.check.found == f"award {first.award_id} under {code}"
        assert "新认定的省级、国家级和世界级先进制造业集群" in refused.check.words
        cap = next(check for check in refused.assessment.checks if check.id == "cap.cluster")
        assert (cap.verdict, cap.limit, cap.used) == (VERDICT_CUT, LEVELS[code], yuan(1_000_000))


@pytest.mark.parametrize("code", LEVELS)
def test_a20_2_one_notice_of_recognition_may_name_several_clusters(ledger: Desk, code: str) -> None:
    shares(ledger, code, "recognition_notice", yuan(1_000_000), cluster(f"{code}甲"), cluster(f"{code}乙"))


@pytest.mark.parametrize(("higher", "lower"), [("A20-3", "A20-2"), ("A20-4", "A20-2"), ("A20-4", "A20-3")])
def test_a20_3_and_a20_4_a_cluster_does_not_fall_back_to_a_lower_level(ledger: Desk, higher: str, lower: str) -> None:
    key = cluster(f"{higher}后{lower}")
    first = ledger.award(higher, yuan(1_000_000), key)
    refused = ledger.refuses_to_award(lower, 1, key, enterprise=first.enterprise)
    assert (refused.reason, refused.check.found) == ("KEY_IN_USE", f"award {first.award_id} under {higher}")


def test_a20_4_by_default_each_level_pays_its_ceiling_less_what_the_cluster_had(ledger: Desk) -> None:
    key, promoter = cluster("淄博新材料集群"), ledger.register()
    answers = [
        ledger.approve(ledger.apply(code, ceiling, key, enterprise=promoter)) for code, ceiling in LEVELS.items()
    ]
    granted = [answer.award.approved_minor for answer in answers]
    assert granted == [yuan(2_000_000), yuan(3_000_000), yuan(5_000_000)]
    cap = next(check for check in answers[-1].assessment.checks if check.id == "cap.cluster")
    assert (cap.verdict, cap.limit, cap.used) == (VERDICT_CUT, yuan(10_000_000), yuan(5_000_000))


def test_a20_4_by_the_other_setting_each_level_pays_its_full_ceiling(own_ledger: Desk) -> None:
    for code in LEVELS:
        assert list(own_ledger.terms(code).caps[0].measures) == list(LEVELS)
        own_ledger.republish(code, lambda terms: terms.caps[0].ClearField("measures"))
    key, promoter = cluster("淄博新材料集群"), own_ledger.register()
    granted = [own_ledger.award(code, ceiling, key, enterprise=promoter) for code, ceiling in LEVELS.items()]
    assert [award.approved_minor for award in granted] == list(LEVELS.values())


def test_a21_1_grants_an_accelerator_park_up_to_6_000_000_yuan_once(ledger: Desk) -> None:
    grants_up_to(ledger, "A21-1", yuan(6_000_000), words="对建设成功的省级园区给予最高600万元奖补")
    one_award_for_each(ledger, "A21-1", "park", yuan(6_000_000))


def test_a21_2_grants_a_pilot_zone_up_to_1_000_000_yuan_once(ledger: Desk) -> None:
    committee = ledger.register(PUBLIC_BODY)
    words = "对省级数字经济创新发展试验区给予最高100万元奖补"
    grants_up_to(ledger, "A21-2", yuan(1_000_000), words=words, enterprise=committee)
    one_award_for_each(ledger, "A21-2", "pilot_zone", yuan(1_000_000))


def test_a21_3_grants_a_guide_zone_up_to_10_000_000_yuan_once(ledger: Desk) -> None:
    words = "对入选的省级中小企业数字化转型引导区,给予最高1000万元奖补"
    grants_up_to(ledger, "A21-3", yuan(10_000_000), words=words)
    one_award_for_each(ledger, "A21-3", "guide_zone", yuan(10_000_000))


def test_a22_1_export_credit_insurance_is_an_entitlement_without_money(ledger: Desk) -> None:
    records_an_entitlement(ledger, "A22-1", "出口信用保险支持")


def test_a22_2_import_interest_waits_until_a_rate_is_named(ledger: Desk) -> None:
    imported = {"in_import_catalogue": "yes", "interest_minor": str(yuan(3_000_000))}
    rate = RateOf(rate="1/3", base_fact="interest_minor")
    waits_for_its_rule(ledger, "A22-2", yuan(1_000_000), imported, check="rate_of", rate_of=rate)
    words = "列入《山东省鼓励进口技术和产品目录》的设备和技术"
    needs_fact(ledger, "A22-2", yuan(1_000_000), imported, "in_import_catalogue", "no", words)
    one_award_for_each(ledger, "A22-2", "import_declaration", yuan(1_000_000), imported)
