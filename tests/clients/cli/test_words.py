"""Both languages say the same things: every command, option, label and reason has its words in each."""

from __future__ import annotations

import io
import re
import string
from typing import Any

import pytest
from rich.console import Console

from award_ledger.clients.cli.program import GLOBAL_FLAGS, GLOBAL_OPTIONS
from award_ledger.clients.cli.tree import PANELS, Session, command_tree, option_phrase, walk
from award_ledger.clients.cli.words import Language, Phrase, default_language, joined
from award_ledger.clients.cli.words.commands import COMMANDS
from award_ledger.clients.cli.words.labels import LABELS
from award_ledger.clients.cli.words.options import HELP_WORDS, METAVARS, OPTIONS, PANEL_NAMES
from award_ledger.clients.cli.words.reasons import NO_CONNECTION, REASONS, UNKNOWN
from award_ledger.clients.errors import reason_name
from award_ledger.v1 import (
    applications_pb2,
    awards_pb2,
    bank_answers_pb2,
    clawbacks_pb2,
    common_pb2,
    enterprises_pb2,
    measures_pb2,
    objections_pb2,
    outstanding_clawbacks_pb2,
    payments_pb2,
    terms_pb2,
)
from award_ledger.v1.errors_pb2 import ErrorReason

ALL_PHRASES: dict[str, Phrase] = {
    **{f"label {key}": phrase for key, phrase in LABELS.items()},
    **{f"command {key}": phrase for key, phrase in COMMANDS.items()},
    **{f"option {key}": phrase for key, phrase in OPTIONS.items()},
    **{f"metavar {key}": phrase for key, phrase in METAVARS.items()},
    **{f"panel {key}": phrase for key, phrase in PANEL_NAMES.items()},
    **{f"help {key}": phrase for key, phrase in HELP_WORDS.items()},
    **{
        f"reason {key} {part}": getattr(reason, part)
        for key, reason in {**REASONS, "-": NO_CONNECTION, "?": UNKNOWN}.items()
        for part in ("what", "todo")
    },
}

ENUMS: dict[str, Any] = {
    "measure_status": measures_pb2.MeasureStatus,
    "enterprise_status": enterprises_pb2.EnterpriseStatus,
    "application_status": applications_pb2.ApplicationStatus,
    "award_status": awards_pb2.AwardStatus,
    "instalment_status": payments_pb2.InstalmentStatus,
    "payment_status": payments_pb2.PaymentStatus,
    "attempt_state": bank_answers_pb2.AttemptState,
    "clawback_status": clawbacks_pb2.ClawbackStatus,
    "ground": terms_pb2.Ground,
    "objection_kind": objections_pb2.ObjectionKind,
    "objection_outcome": objections_pb2.ObjectionOutcome,
    "objection_status": objections_pb2.ObjectionStatus,
    "outstanding_clawbacks": outstanding_clawbacks_pb2.OutstandingClawbacks,
    "verdict": common_pb2.Verdict,
    "upgrade": terms_pb2.Upgrade,
    "effect": terms_pb2.StageEffect,
    "scope": terms_pb2.Scope,
    "mode": terms_pb2.CapMode,
    "window": terms_pb2.WindowKind,
    "comparison": terms_pb2.Comparison,
    "tested": terms_pb2.TestedDate,
}


def tree(language: Language = "en") -> Any:
    return command_tree(Session(language, Console(file=io.StringIO()), Console(file=io.StringIO())))


def names_to_fill(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_phrase_says_the_same_in_both_languages() -> None:
    assert [key for key, phrase in ALL_PHRASES.items() if not is_translated(key, phrase)] == []


def is_translated(key: str, phrase: Phrase) -> bool:
    same_options = set(re.findall(r"--[a-z-]+", phrase.en)) == set(re.findall(r"--[a-z-]+", phrase.zh))
    same_names = key.startswith("command") or names_to_fill(phrase.en) == names_to_fill(phrase.zh)
    return bool(phrase.en.strip() and phrase.zh.strip()) and same_options and same_names


def test_every_command_has_help_and_every_help_a_command() -> None:
    assert {path for path, _ in walk(tree())} == set(COMMANDS)
    assert {name for names in PANELS.values() for name in names} == {
        path for path in COMMANDS if path and " " not in path
    }


def test_every_option_has_words_and_all_words_an_option() -> None:
    used = {"help"}
    for path, command in walk(tree()):
        for param in command.params:
            assert option_phrase(path, param.name)
            used.add(f"{path}:{param.name}" if f"{path}:{param.name}" in OPTIONS else param.name)
            if param.metavar and param.metavar.isupper():
                assert param.metavar in {*METAVARS, "ETAG", "UUID"}
    assert used == set(OPTIONS)


def test_no_word_is_said_in_place_of_another() -> None:
    one, other = Phrase("profile of a person", "身份配置"), Phrase("profile of a bank", "列格式说明")
    with pytest.raises(ValueError, match="given twice: profile"):
        joined({"profile": one, "to": one}, {"profile": other})


def test_every_help_has_an_example_that_the_tree_knows() -> None:
    root = tree()
    for path, phrase in COMMANDS.items():
        for text in phrase:
            example = text.rpartition("award-ledger ")[2].split()
            command = root
            while example and hasattr(command, "commands"):
                command = command.commands[example.pop(0)]
            options = {option for param in command.params for option in [*param.opts, *param.secondary_opts]}
            asked = {word for word in example if word.startswith("--")}
            assert asked <= options | set(GLOBAL_FLAGS) | set(GLOBAL_OPTIONS), path


def test_no_command_has_an_option_that_is_taken_for_a_global_one() -> None:
    for path, command in walk(tree()):
        taken = {option for param in command.params for option in param.opts} & {*GLOBAL_FLAGS, *GLOBAL_OPTIONS}
        assert not taken or not path


def test_every_reason_has_what_and_what_to_do() -> None:
    assert set(REASONS) == {reason_name(value) for value in ErrorReason.values() if value}


@pytest.mark.parametrize("family", ENUMS)
def test_every_value_of_the_contract_has_a_word(family: str) -> None:
    names = {f"{family}.{value.name}" for value in ENUMS[family].DESCRIPTOR.values if value.number}
    assert names <= set(LABELS)


def test_every_released_event_has_a_word() -> None:
    from award_ledger.domain.events import ALL_EVENTS  # a test may look into both rooms

    assert {f"topic.{event.TOPIC}" for event in ALL_EVENTS} == {key for key in LABELS if key.startswith("topic.")}


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW"}, "zh"),
        ({"LANG": "ZH_cn", "LC_ALL": ""}, "zh"),
        ({"LANG": "de_DE"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(environ: dict[str, str], language: str) -> None:
    assert default_language(environ) == language


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_is_shown_in_the_language_asked_for(
    lang: Language, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    root = tree(lang)
    for path, phrase in COMMANDS.items():
        assert root.main([*path.split(), "--help"], prog_name="award-ledger", standalone_mode=False) == 0
        shown = capsys.readouterr().out
        assert re.sub(r"\s+", "", phrase.say(lang)) in re.sub(r"\s+", "", shown)
        assert shown.startswith("用法：" if lang == "zh" else "Usage: ")
        assert all(line_width(line) <= 80 for line in shown.splitlines())


def line_width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line.rstrip())
