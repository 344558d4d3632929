"""Keys of issuers: found, kept, asked for again seldom, and never believed from the wrong place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from award_ledger.server.identity import watched
from award_ledger.server.identity.key_sets import DiscoveredKeys, FileKeys, parse_key_set
from award_ledger.server.identity.refusals import IdentityRefused, IssuerUnreachable
from tests.server.identity.issuing import Provider, es256, provider

FIRST, SECOND = es256("first"), es256("second")


class Time:
    """Seconds that pass when a test says so."""

    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def issuer() -> Iterator[Provider]:
    with provider() as running:
        running.publishes(FIRST.jwk())
        yield running


@pytest.fixture
def discovered(issuer: Provider, time: Time) -> DiscoveredKeys:
    return DiscoveredKeys(issuer.address, monotonic_s=time)


def test_keys_are_discovered_once_and_kept(issuer: Provider, discovered: DiscoveredKeys, time: Time) -> None:
    for _ in range(3):
        assert [key["kid"] for key in discovered.keys("first")] == ["first"]
        time.now_s += 1_000
    assert issuer.asked == ["/.well-known/openid-configuration", "/jwks"]


def test_a_new_key_is_found_when_a_token_names_it(issuer: Provider, discovered: DiscoveredKeys, time: Time) -> None:
    assert discovered.keys("first")
    issuer.publishes(SECOND.jwk())
    time.now_s += 31
    assert discovered.keys("second")
    assert not discovered.keys("first")  # taken back: a token that it signed is nobody's


def test_a_flood_of_invented_key_ids_asks_the_issuer_once_in_half_a_minute(
    issuer: Provider, discovered: DiscoveredKeys, time: Time
) -> None:
    assert discovered.keys("first")
    time.now_s += 31
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: discovered.keys(f"invented-{number}"), range(200)))
    assert found == [()] * 200
    assert issuer.asked.count("/jwks") == 2


def test_keys_are_asked_for_again_after_an_hour(issuer: Provider, discovered: DiscoveredKeys, time: Time) -> None:
    discovered.keys("first")
    issuer.publishes(SECOND.jwk())
    time.now_s += 3_601
    assert not discovered.keys("first")


def test_without_the_issuer_keys_are_believed_for_a_day_and_then_nothing_is(
    issuer: Provider, discovered: DiscoveredKeys, time: Time
) -> None:
    discovered.keys("first")
    issuer.answers.clear()
    time.now_s += 86_000
    assert discovered.keys("first")
    time.now_s += 401
    with pytest.raises(IssuerUnreachable):
        discovered.keys("first")


def test_an_issuer_that_was_never_reached_proves_nothing(issuer: Provider, discovered: DiscoveredKeys) -> None:
    issuer.answers.clear()
    for _ in range(3):
        with pytest.raises(IssuerUnreachable):
            discovered.keys("first")
    assert len(issuer.asked) == 1


def test_discovery_that_speaks_of_another_issuer_is_not_believed(issuer: Provider, discovered: DiscoveredKeys) -> None:
    issuer.publishes(FIRST.jwk(), issuer="https://other.example")
    with pytest.raises(IssuerUnreachable):
        discovered.keys("first")


@pytest.mark.parametrize("jwks_uri", ["http://id.example/jwks", "file:///etc/passwd", "ftp://127.0.0.1/jwks", "x"])
def test_keys_are_fetched_with_https_alone(issuer: Provider, discovered: DiscoveredKeys, jwks_uri: str) -> None:
    issuer.publishes(FIRST.jwk(), jwks_uri=jwks_uri)
    with pytest.raises(IssuerUnreachable):
        discovered.keys("first")


def test_a_redirect_is_not_followed(issuer: Provider, discovered: DiscoveredKeys) -> None:
    document = issuer.answers["/jwks"]
    issuer.answers |= {"/jwks": (302, b"", {"Location": f"{issuer.address}/elsewhere"}), "/elsewhere": document}
    with pytest.raises(IssuerUnreachable):
        discovered.keys("first")
    assert "/elsewhere" not in issuer.asked


def test_an_answer_without_end_is_cut_off(issuer: Provider, discovered: DiscoveredKeys) -> None:
    _, keys, headers = issuer.answers["/jwks"]
    issuer.answers["/jwks"] = (200, keys + b" " * 1_200_000, headers)
    with pytest.raises(IssuerUnreachable):
        discovered.keys("first")


@pytest.mark.parametrize("address", ["http://id.example", "ftp://id.example", "", "https://"])
def test_an_issuer_that_is_not_to_be_reached_safely_is_refused_at_the_start(address: str) -> None:
    with pytest.raises(IdentityRefused, match="https"):
        DiscoveredKeys(address)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": []}', '{"keys": 7}', '{"keys": [7]}', '{"keys": [{}]}'])
def test_what_is_no_key_set_is_refused(text: str) -> None:
    with pytest.raises(IdentityRefused):
        parse_key_set(text.encode(), "keys.json")


def test_secrets_do_not_belong_in_a_key_set() -> None:
    with pytest.raises(IdentityRefused, match="private"):
        parse_key_set(json.dumps({"keys": [FIRST.jwk(d="AAAA")]}).encode(), "keys.json")
    with pytest.raises(IdentityRefused, match="no public key"):
        parse_key_set(b'{"keys": [{"kty": "oct", "k": "AAAA"}]}', "keys.json")


def test_a_key_for_encryption_signs_nothing() -> None:
    keys = parse_key_set(json.dumps({"keys": [FIRST.jwk(), SECOND.jwk(use="enc")]}).encode(), "keys.json")
    assert [key["kid"] for key in keys] == ["first"]


def test_a_file_of_keys_is_read_again_when_it_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watched, "LOOK_AGAIN_S", 0)
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [FIRST.jwk()]}), "utf-8")
    keys = FileKeys(path)
    assert keys.keys("first")
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"keys": [SECOND.jwk()]}), "utf-8")
    other.replace(path)
    assert keys.keys("second")
    assert not keys.keys("first")
