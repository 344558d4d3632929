"""A time stamp counts if an authority of the auditor's own policy signed it over the very checkpoint."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.trail.following import follow
from award_ledger.clients.verification.bundle_check import Verification, verify_bundle
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.failures import Malformed, NotVerified
from award_ledger.clients.verification.notes import parse_note
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.clients.verification.timestamps import verify_timestamp
from tests.clients.trail.fake_log import AT_S, POLICY, long_log
from tests.clients.verification.test_bundle_check import exported
from tests.clients.verification.test_merkle import flipped

KEPT: dict[str, str] = json.loads(Path(__file__).with_name("timestamps.json").read_text("utf-8"))
TEXT = parse_note(long_log(3).checkpoint()).text


def response(name: str) -> bytes:
    return base64.b64decode(KEPT[name])


def policy(*certificates: str) -> bytes:
    return POLICY + "".join(f"timestamp tsa {KEPT[name]}\n" for name in certificates).encode()


def verified(stamped: str, *certificates: str, size: int = 3, log_size: int = 3) -> Verification:
    bundle = exported(long_log(log_size))
    bundle.files[f"anchors/{size}.tsr"] = response(stamped)
    del bundle.files["manifest.json"]
    return verify_bundle(bundle, parse_policy(policy(*certificates)))


def test_a_time_stamp_by_an_authority_of_the_policy_says_when_the_log_was_there() -> None:
    outcome = verified("honest", "root")
    (stamp,) = outcome.timestamps
    assert (outcome.findings, outcome.anchors, stamp.size, stamp.authority) == ((), 0, 3, "tsa")
    assert stamp.at[:10] + stamp.at[-6:] == "2026-11-28+00:00"


def test_one_of_an_earlier_checkpoint_is_held_against_what_the_log_then_was() -> None:
    assert [stamp.size for stamp in verified("honest", "root", log_size=300).timestamps] == [3]
    assert {found.check for found in verified("honest", "root", size=2).findings} == {"timestamp"}


def test_the_chain_may_come_with_the_response_or_stand_in_the_policy() -> None:
    assert verified("without_chain", "root", "unit").holds
    assert not verified("without_chain", "root").holds


def test_a_unit_that_is_pinned_is_the_only_one_that_counts() -> None:
    assert verified("honest", "root", "unit").holds
    assert not verified("honest", "root", "another_unit").holds


@pytest.mark.parametrize(
    ("stamped", "certificates", "why"),
    [
        ("of_another_text", ("root",), "Mismatch between messages"),
        ("by_an_impostor", ("root",), "certificate"),
        ("by_an_expired_unit", ("root",), "expired"),
        ("honest", ("another_root",), "certificate"),
    ],
)
def test_any_other_is_refused(stamped: str, certificates: tuple[str, ...], why: str) -> None:
    (finding,) = verified(stamped, *certificates).findings
    assert (finding.check, why in finding.text) == ("timestamp", True), finding.text


def test_without_an_authority_in_the_policy_it_is_counted_and_said_not_to_be_verified() -> None:
    outcome = verified("of_another_text")
    assert (outcome.findings, outcome.anchors, outcome.timestamps) == ((), 1, ())


@given(st.integers(0, 8 * len(response("honest")) - 1))
def test_a_bit_flipped_in_a_time_stamp_makes_it_say_nothing_else(bit: int) -> None:
    authorities = parse_policy(policy("root")).authorities
    honest = verify_timestamp(response("honest"), 3, TEXT, authorities)
    try:
        found = verify_timestamp(flipped(response("honest"), bit), 3, TEXT, authorities)
    except NotVerified:
        return
    assert found == honest  # a copy of the root that nobody needs, for one, is signed by nobody


@given(st.binary(min_size=1, max_size=200), st.integers(1, 1_000))
def test_any_bytes_are_refused_as_no_time_stamp(noise: bytes, cut: int) -> None:
    for data in (noise, response("honest")[:-cut], response("honest") + noise):
        with pytest.raises(NotVerified):
            verify_timestamp(data, 3, TEXT, parse_policy(policy("root")).authorities)


def test_a_policy_whose_authority_has_no_issuer_is_refused() -> None:
    with pytest.raises(Malformed, match="an issuer"):
        parse_policy(policy("unit"))
    with pytest.raises(Malformed, match=r"line 4: certificate: it is no X\.509 certificate"):
        parse_policy(POLICY + b"timestamp tsa AAAA\n")


def test_a_copy_that_follows_brings_the_time_stamp_of_the_newest_checkpoint(tmp_path: Path) -> None:
    log = long_log(3)
    log.size = 2
    follow(log, tmp_path, policy("root"), lambda _done, _total: None, now_s=AT_S)
    log.size, log.timestamp = 3, response("honest")
    follow(log, tmp_path, policy("root"), lambda _done, _total: None, now_s=AT_S)
    with open_bundle(tmp_path) as bundle:
        outcome = verify_bundle(bundle, parse_policy(policy("root")))
    assert (outcome.findings, len(outcome.timestamps)) == ((), 1)
