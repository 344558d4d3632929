"""An auditor's copy grows only by what continues it; whatever else a server signs is refused, and the copy stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from award_ledger.clients.trail.following import Followed, follow
from award_ledger.clients.verification.bundle_check import verify_bundle
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.failures import NotVerified, ProofRefused, QuorumMissed, SignatureRefused
from award_ledger.clients.verification.policies import parse_policy
from tests.clients.trail.fake_log import AT_S, POLICY, Break, FakeLog, long_log
from tests.clients.verification import naive_log as naive


def step(log: FakeLog, folder: Path, size: int) -> Followed:
    log.size = size
    return follow(log, folder, POLICY, lambda _done, _total: None)


def findings(folder: Path) -> list[str]:
    with open_bundle(folder) as bundle:
        return [f"{found.check}: {found.text}" for found in verify_bundle(bundle, parse_policy(POLICY)).findings]


def test_a_copy_follows_the_log_step_by_step_and_is_whole_after_each(tmp_path: Path) -> None:
    log, before = long_log(1_100), 0
    for size in (1, 2, 255, 256, 257, 511, 513, 513, 1_100):
        assert step(log, tmp_path, size).checkpoint.size == size
        assert findings(tmp_path) == []
        assert step(log, tmp_path, size).old_size == size > before or size == before
        before = size


def test_only_what_is_new_is_fetched(tmp_path: Path) -> None:
    log = long_log(600)
    step(log, tmp_path, 520)
    log.asked.clear()
    step(log, tmp_path, 600)
    assert sorted(log.asked) == [("bundle", 2), ("states", 520)]


@pytest.mark.parametrize("old", [100, 256, 300])
def test_a_rewritten_history_is_refused_and_the_copy_stays_whole(tmp_path: Path, old: int) -> None:
    step(long_log(600), tmp_path, old)
    rewritten = long_log(600)
    rewritten.entries[7] = naive.leaf(b"another")
    with pytest.raises(ProofRefused):
        step(rewritten, tmp_path, 600)
    assert findings(tmp_path) == []


def test_another_history_of_the_same_size_is_refused(tmp_path: Path) -> None:
    step(long_log(300), tmp_path, 300)
    rewritten = long_log(300)
    rewritten.entries[7] = naive.leaf(b"another")
    with pytest.raises(ProofRefused):
        step(rewritten, tmp_path, 300)


def test_a_shrunken_log_is_refused(tmp_path: Path) -> None:
    log = long_log(300)
    step(log, tmp_path, 300)
    with pytest.raises(ProofRefused, match="a tree of 299 leaves cannot follow one of 300"):
        step(log, tmp_path, 299)


def test_old_entries_sent_anew_must_be_those_of_the_copy(tmp_path: Path) -> None:
    log = long_log(300)
    step(log, tmp_path, 290)
    bundles = log.entry_bundles

    def altered(first: int, size: int) -> object:
        for bundle in bundles(first, size):
            yield bundle._replace(data=bundle.data.replace(b"enterprise.renamed.v1", b"enterprise.renamed.v2", 1))

    log.entry_bundles = altered  # type: ignore[assignment, method-assign]
    with pytest.raises(ProofRefused, match="other entries than the copy has already"):
        step(log, tmp_path, 300)
    assert findings(tmp_path) == []


@pytest.mark.parametrize("broken_at", [301, 512, 513, 650])
def test_after_a_break_the_next_run_goes_on_from_the_checkpoint_held(tmp_path: Path, broken_at: int) -> None:
    log = long_log(700)
    step(log, tmp_path, 300)

    log.break_at = broken_at
    with pytest.raises(Break):
        step(log, tmp_path, 700)
    log.break_at = 0
    assert step(log, tmp_path, 700).old_size == 300
    assert findings(tmp_path) == []


def test_a_damaged_copy_is_said_to_be_so(tmp_path: Path) -> None:
    log = long_log(300)
    step(log, tmp_path, 290)
    tile = tmp_path / "tile/0/001.p/34"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    with pytest.raises(ProofRefused, match="the copy itself is damaged"):
        step(log, tmp_path, 300)


def test_a_stale_checkpoint_is_refused_where_an_age_is_set(tmp_path: Path) -> None:
    log = long_log(300)
    step(log, tmp_path, 290)
    follow(log, tmp_path, POLICY, lambda _done, _total: None, now_s=AT_S + 60, max_age_s=60)
    with pytest.raises(QuorumMissed, match="too old"):
        follow(log, tmp_path, POLICY, lambda _done, _total: None, now_s=AT_S + 61, max_age_s=60)


def test_a_copy_does_not_begin_with_a_stale_checkpoint_either(tmp_path: Path) -> None:
    with pytest.raises(QuorumMissed, match="too old"):
        follow(long_log(3), tmp_path, POLICY, lambda _done, _total: None, now_s=AT_S + 61, max_age_s=60)


def test_a_first_run_that_was_broken_off_is_ended_and_then_brought_up_to_date(tmp_path: Path) -> None:
    log = long_log(700)
    log.break_at = 290
    with pytest.raises(Break):
        step(log, tmp_path, 300)
    log.break_at = 0
    done = step(log, tmp_path, 700)
    assert (done.old_size, done.checkpoint.size) == (0, 700)
    assert findings(tmp_path) == []


def test_a_copy_whose_growth_was_broken_off_is_whole_again_even_if_the_log_is_then_refused(tmp_path: Path) -> None:
    log = long_log(700)
    step(log, tmp_path, 300)
    log.break_at = 650
    with pytest.raises(Break):
        step(log, tmp_path, 700)
    rewritten = long_log(700)
    rewritten.entries[7] = naive.leaf(b"another")
    with pytest.raises(ProofRefused):
        step(rewritten, tmp_path, 700)
    assert findings(tmp_path) == []


def test_a_copy_goes_on_over_a_change_of_keys_under_a_policy_that_has_both(tmp_path: Path) -> None:
    log, new = long_log(300), naive.ed25519(naive.ORIGIN, 60)
    step(log, tmp_path, 100)
    both = POLICY + f"log {new.vkey}\n".encode()
    for size, signers in ((200, (naive.LOG, new)), (250, (new,)), (300, (new,))):
        log.size, log.signers = size, (*signers, naive.WITNESS_A)
        assert follow(log, tmp_path, both, lambda _done, _total: None).checkpoint.size == size
    alone = POLICY.replace(naive.LOG.vkey.encode(), new.vkey.encode())
    with open_bundle(tmp_path) as bundle:
        assert verify_bundle(bundle, parse_policy(alone)).findings == ()


def test_under_a_policy_without_the_old_key_the_checkpoint_held_is_believed_no_more(tmp_path: Path) -> None:
    log, new = long_log(300), naive.ed25519(naive.ORIGIN, 60)
    step(log, tmp_path, 100)
    log.size, log.signers = 200, (new, naive.WITNESS_A)
    with pytest.raises(SignatureRefused):
        follow(log, tmp_path, POLICY.replace(naive.LOG.vkey.encode(), new.vkey.encode()), lambda _d, _t: None)
    assert findings(tmp_path) == []


def test_a_policy_of_another_log_does_not_touch_the_copy(tmp_path: Path) -> None:
    step(long_log(300), tmp_path, 290)
    stranger = naive.ed25519("elsewhere.example", 50)
    with pytest.raises(NotVerified):
        follow(long_log(300), tmp_path, f"log {stranger.vkey}\nquorum none\n".encode(), lambda _d, _t: None)
    assert findings(tmp_path) == []
