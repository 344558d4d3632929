"""One performance: a fresh server, the whole package, every story, and then the proof that all of it agrees."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from rich.console import Console

from award_ledger.clients.audit.replay import replay
from award_ledger.clients.cli.tables import line
from award_ledger.clients.cli.words import Language, Phrase
from award_ledger.clients.demo import finale
from award_ledger.clients.demo.enterprises import COMPUTE
from award_ledger.clients.demo.narration import Disagreement
from award_ledger.clients.demo.programme import PUBLISHED_ON, STORIES, Story
from award_ledger.clients.demo.server_process import ServerFailed, running_server, verify
from award_ledger.clients.demo.stage import Stage
from award_ledger.clients.errors import LedgerError
from award_ledger.clients.package_files import catalogue_path, load_package

PACKAGE = "shandong-2025-49"
PACKAGE_MEASURES = 57


def perform(language: Language, out: Console, stories: Sequence[Story] = STORIES) -> int:
    """Runs all of it. 0 if everything agrees; 1, and what does not, otherwise."""
    try:
        with tempfile.TemporaryDirectory(prefix="award-ledger-demo-") as folder:
            _perform(Path(folder), language, out, stories)
    except (Disagreement, ServerFailed, LedgerError) as error:
        out.print(line(f"demo: failed: {error}", "bold red"))
        return 1
    out.print()
    out.print(line("demo: ok", "bold green"))
    return 0


def _perform(folder: Path, language: Language, out: Console, stories: Sequence[Story]) -> None:
    with running_server(folder) as server, Stage(server.address, language, out) as stage:
        _publish(stage)
        for story in stories:
            stage.on = story.on
            stage.title(story.title)
            story.tell(stage)
        _balance(stage, stories[-1].on)
        server.stop()
        said = verify(server.database)
        stage.done(f"award-ledger-server verify: {said}", f"award-ledger-server verify：{said}")


def _publish(stage: Stage) -> None:
    """Creates the funds and publishes every measure of the shipped package."""
    package = load_package(catalogue_path(PACKAGE))
    stage.title(Phrase(package.title.en, package.title.zh))
    for item in package.funds:
        fund = item.message
        stage.kept(
            stage.by("qian@czt").create_fund(
                fund.code,
                fiscal_year=fund.fiscal_year,
                appropriated_minor=fund.appropriated_minor,
                currency=fund.currency,
                name=fund.name,
                document=fund.document,
                effective_on=PUBLISHED_ON,
            )
        )
    for measure in package.measures:
        stage.kept(stage.by("li@gxt").publish_terms(measure.message, effective_on=PUBLISHED_ON))
    stage.expect("measures in the package", len(package.measures), PACKAGE_MEASURES)
    count = len(package.measures)
    stage.done(
        f"{len(package.funds)} funds and {count} measures published, over gRPC at a fresh server",
        f"已通过 gRPC 向新建的服务器发布 {len(package.funds)} 项资金指标和 {count} 项政策措施",
    )


def _balance(stage: Stage, on: date) -> None:
    stage.title(Phrase(f"Timeline of {COMPUTE.name.en}", f"{COMPUTE.name.zh}：全部记录"))
    finale.timeline(stage, COMPUTE)
    stage.title(Phrase(f"What is left on {on}", f"{on} 余额"))
    finale.what_is_left(stage, on)
    stage.title(Phrase("Replay from zero", "从零重放"))
    outcome = replay(stage.auditor, receipts=stage.receipts)
    stage.show(*(line(str(difference), "red") for difference in outcome.differences))
    stage.expect("differences", outcome.count, 0)
    stage.done(
        f"{outcome.events} events hashed and folded again, {outcome.decisions} decisions taken again",
        f"重新计算并重放 {outcome.events} 条记录，重新作出 {outcome.decisions} 项决定",
    )
    stage.done(
        f"{len(stage.receipts)} receipts found in the log as they were given",
        f"{len(stage.receipts)} 份回执与日志一致",
    )
    stage.done(
        f"{outcome.values:,} values agree, of {outcome.funds} funds, {outcome.measures} measures and"
        f" {outcome.enterprises} enterprises",
        f"{outcome.funds} 项资金指标、{outcome.measures} 项措施、{outcome.enterprises} 家企业的"
        f" {outcome.values:,} 个数值全部一致",
    )
