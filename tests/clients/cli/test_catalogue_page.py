"""Packages shown without a server: the page of the first one in the docs, and what a person or a program asks of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from award_ledger.clients.package_files import catalogue_path, load_package
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Run

NAME = "shandong-2025-49"
DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "catalogue.md").read_text("utf-8")

ODD = """\
measure_code: B01-1
name: {zh: "<b>[券]*_`|", en: ""}
instrument: {document: "# 文_件", quote: "# > *原文*", article: 第一条之二}
lead_departments: [nobody]
currency: JPY
validity: {valid_from: 2026-01-15, valid_to: 2026-12-31}
amounts:
  - rate_of: {rate: 1/3, base_fact: spent_minor}
  - up_to: {ceiling: 7}
"""


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    file = tmp_path / "odd.yaml"
    file.write_text(ODD, "utf-8")
    return file


def test_the_page_in_the_docs_is_the_one_that_the_command_makes(run: Run) -> None:
    ran = run("measures", "show", "--catalogue", NAME, "--both-languages")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == PAGE, "run: make docs"


def test_every_item_is_on_the_page_and_in_both_indexes() -> None:
    anchors = re.findall(r'<a id="(item-[^"]+)">', PAGE)
    codes = [measure.message.measure_code for measure in load_package(catalogue_path(NAME)).measures]
    assert [anchor for anchor in anchors if "later" not in anchor] == [f"item-{code}" for code in codes]
    by_article, by_department = PAGE.split("\n## ")[1:3]
    for index in (by_article, by_department):
        assert set(re.findall(r"\]\(#([^)]+)\)", index)) == set(anchors)


def test_the_later_version_stands_with_the_item_that_it_follows() -> None:
    later = PAGE.split('<a id="item-A08-1-later-1"></a>')[1].split("<a id=")[0]
    assert "第1期入选（selection），最高750,000.00元；第2期验收（acceptance），最高750,000.00元" in later
    assert "“不合格” cancels what is not yet released and orders back all that was paid" in later
    assert PAGE.index('id="item-A08-1"') < PAGE.index('id="item-A08-1-later-1"') < PAGE.index('id="item-A09-1"')


def test_every_reading_and_every_question_of_the_package_is_on_the_page() -> None:
    said = PAGE.replace("\\", "")
    for measure in load_package(catalogue_path(NAME)).measures:
        for item in measure.message.interpretations:
            texts = (item.ambiguity, item.reading, item.question)
            for text in [item.evidence, *(text.zh for text in texts), *(text.en for text in texts)]:
                assert " ".join(text.split()) in said


def test_every_code_of_the_first_package_has_a_name_in_both_languages() -> None:
    package = load_package(catalogue_path(NAME))
    named = {entry.code for entry in package.words if entry.name.zh and entry.name.en} | {"enterprise", "yes", "no"}
    named |= {entry.code for codes in package.code_lists.values() for entry in codes}
    used: set[str] = set()
    for measure in package.measures:
        terms = measure.message
        used.update(rule.kind for rule in terms.evidence)
        used.update(rule.fact for rule in terms.thresholds)
        used.update(code for rule in terms.requirements for code in (rule.fact, *rule.allowed))
        used.update(code for rule in terms.caps for code in rule.key_facts)
        used.update(code for rule in terms.uniqueness for code in rule.key_facts)
        used.update(rule.rate_of.base_fact for rule in terms.amounts if rule.HasField("rate_of"))
    assert used - named == set()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_measure_of_a_package_is_shown_with_its_later_version_and_no_ledger_is_asked(
    run: Run, ledger: FakeLedger, lang: str
) -> None:
    ran = run("measures", "show", "A08-1", "--catalogue", NAME, lang=lang, width=100)
    assert (ran.code, ledger.calls) == (0, [])
    wanted = (
        ("每笔最高1,500,000.00元。", "后续版本") if lang == "zh" else ("at most CNY 1,500,000.00.", "Later version")
    )
    assert all(text in ran.out for text in wanted)


def test_a_package_as_json_is_one_document_whose_terms_are_those_of_the_contract(run: Run) -> None:
    (package,) = json.loads(run("measures", "show", "A08-1", "--catalogue", NAME, "--json").out)["packages"]
    assert package["terms"][0]["amounts"] == [{"up_to": {"ceiling_minor": "150000000"}}]
    assert len(package["later_terms"][0]["amounts"][0]["staged"]["stages"]) == 2
    (whole,) = json.loads(run("measures", "show", "--catalogue", NAME, "--json").out)["packages"]
    assert (len(whole["terms"]), len(whole["later_terms"])) == (57, 1)


def test_what_markdown_would_take_for_its_own_is_escaped(run: Run, odd: Path) -> None:
    page = run("measures", "show", "--package", str(odd), lang="zh").out
    assert r"B01-1 \<b\>\[券\]\*\_\`\|" in page
    assert "\n> \\# \\> \\*原文\\*\n" in page
    assert "# 文_件" in page  # a hash within a line is none, and an underscore within a word is one


def test_odd_values_are_said_as_they_are(run: Run, odd: Path) -> None:
    ran = run("measures", "show", "B01-1", "--package", str(odd), lang="zh", width=120)
    assert ran.code == 0
    assert "每笔最多为spent_minor（以最小货币单位计）的1/3" in ran.out
    assert "每笔最高7 JPY。" in ran.out
    assert "以上各项金额规则须同时满足，以最低者为准。" in ran.out
    assert "nobody" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["X99-1", "--catalogue", NAME], "the package has no measure 'X99-1'"),
        (["--catalogue", "nowhere"], "there is no catalogue 'nowhere'"),
        (["A06-1", "--catalogue", NAME, "--on", "2025-09-01"], "a package has no history"),
        (["A06-1", "--catalogue", NAME, "--both-languages"], "the page of a whole package"),
        (["A06-1", "--both-languages"], "the page of a whole package"),
        (["--package", "nowhere.yaml"], "there is no file nowhere.yaml"),
        ([], "MEASURE is missing"),
    ],
)
def test_what_cannot_be_shown_is_said_and_nothing_is_asked(
    run: Run, ledger: FakeLedger, arguments: list[str], said: str
) -> None:
    ran = run("measures", "show", *arguments)
    assert (ran.code, ran.out, ledger.calls) == (2, "", [])
    assert said in " ".join(ran.err.split())


def test_a_wrong_package_is_not_shown_and_says_where_it_is_wrong(run: Run, odd: Path) -> None:
    odd.write_text(ODD + "cap: []\n", "utf-8")
    ran = run("measures", "show", "--package", str(odd))
    assert (ran.code, ran.out) == (1, "")
    assert "1 thing(s) are wrong; nothing is shown." in ran.err


def test_names_come_from_the_shipped_package_of_the_same_document_alone(run: Run, ledger: FakeLedger) -> None:
    ledger.answers["GetMeasure"] = answer = canned.measure()
    assert "Big Data Bureau (dsjj)" in run("measures", "show", "A06-1", width=120).out
    answer.measure.terms.instrument.document = "another document"
    said = run("measures", "show", "A06-1", width=120).out
    assert "Big Data Bureau" not in said
    assert "dsjj" in said
