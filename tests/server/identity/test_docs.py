"""docs/security.md shows files and settings that are what it says."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from award_ledger.clients.profiles import load_profile
from award_ledger.server import configuration
from award_ledger.server.identity.people import read_people

TEXT = (Path(__file__).parents[3] / "docs" / "security.md").read_text("utf-8")
IDENTITY, PROFILES = re.findall(r"^```toml\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def test_the_identity_file_shown_is_one(tmp_path: Path) -> None:
    path = tmp_path / "identity.toml"
    path.write_text(IDENTITY, "utf-8")
    people = read_people(path)
    issuer = people.issuers["https://id.example.gov/realms/kjt"]
    assert people.of_token(issuer, {"sub": "1", "preferred_username": "zhang"}) == "zhang@kjt"
    assert people.of_token(issuer, {"sub": "248289761001"}) == people.holder(("spiffe://example.gov/czt/qian",))
    path.write_text(re.sub(r"^# (?=\w+ = )", "", IDENTITY, flags=re.MULTILINE), "utf-8")
    read_people(path)  # with every setting that is left out


def test_the_profiles_shown_are_some(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(PROFILES, "utf-8")
    for name in ("", "kjt-tokens"):
        assert load_profile(name, {"AWARD_LEDGER_PROFILES": str(path)}) is not None


def test_the_settings_of_identity_are_explained_with_their_defaults() -> None:
    section = TEXT.partition("## Identity")[2]
    assert [setting.flag for setting in configuration.IDENTITY if setting.flag not in section] == []
    for setting in configuration.IDENTITY:
        row = re.search(rf"^\| `{setting.flag}` \| ([\d,]+) ", section, re.MULTILINE)
        assert row is None or int(row[1].replace(",", "")) == setting.default
    parser = argparse.ArgumentParser()
    configuration.add_settings(parser, configuration.SERVE, {})
    (command,) = re.findall(r"award-ledger-server (serve .*?)\nAWARD", TEXT, re.DOTALL)
    parser.parse_args(command.replace("\\\n", " ").split()[1:])
