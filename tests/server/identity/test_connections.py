"""Who calls, over real connections: certificates, tokens, wrong authorities, revocation, and keys that rotate."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from queue import Queue
from typing import Any

import grpc
import pytest

from award_ledger.server.identity.development_authority import DevelopmentAuthority
from award_ledger.server.identity.refusals import IdentityRefused
from award_ledger.server.identity.tls import TlsFiles, server_credentials
from award_ledger.server.rpc.interceptors import identity
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetEventRequest, GetHeadRequest
from tests import samples
from tests.served import Caller, Refusal, read_refusal
from tests.server.identity.issuing import SteppedClock
from tests.server.identity.secured import Secured

DAY_S = 86_400


def turned_away(caller: Caller) -> None:
    """No connection is made, so there is no answer."""
    came: Queue[grpc.ChannelConnectivity] = Queue()
    caller.channel.subscribe(came.put, try_to_connect=True)
    ended = (grpc.ChannelConnectivity.READY, grpc.ChannelConnectivity.TRANSIENT_FAILURE)
    state = next(state for state in iter(lambda: came.get(timeout=10), None) if state in ended)
    assert state is grpc.ChannelConnectivity.TRANSIENT_FAILURE


def refused(caller: Caller) -> Refusal:
    refusal = caller.refused(GetHeadRequest(), timeout_s=5)
    assert refusal.code is grpc.StatusCode.UNAUTHENTICATED
    return refusal


def test_the_name_in_the_record_is_that_of_the_certificate(secured: Secured) -> None:
    caller = secured.caller("li@kjt")
    caller.do(samples.create_fund())
    assert caller.do(GetEventRequest(position=1)).event.principal == "li@kjt"


def test_a_certificate_and_a_token_of_one_person_are_one_principal(
    secured: Secured, authority: DevelopmentAuthority
) -> None:
    caller = secured.caller("li@kjt", token=authority.token("li@kjt"), told="Li@KJT")
    caller.do(samples.create_fund())
    assert caller.do(GetEventRequest(position=1)).event.principal == "li@kjt"


def test_a_certificate_and_a_token_of_two_people_are_nobody(secured: Secured, authority: DevelopmentAuthority) -> None:
    assert refused(secured.caller("li@kjt", token=authority.token("wang@kjt"))).reason == "CREDENTIALS_DISAGREE"


def test_a_name_in_the_metadata_makes_nobody_else(secured: Secured) -> None:
    assert refused(secured.caller("li@kjt", told="wang@kjt")).reason == "CREDENTIALS_DISAGREE"
    with pytest.raises(grpc.RpcError) as caught:
        list(secured.caller("li@kjt", told="wang@kjt").do(FollowEventsRequest()))
    assert read_refusal(caught.value).reason == "CREDENTIALS_DISAGREE"


def test_a_systems_certificate_that_is_nobodys_carries_the_tokens_of_people(
    secured: Secured, authority: DevelopmentAuthority
) -> None:
    text = (secured.folder / "identity.toml").read_text("utf-8")
    (secured.folder / "identity.toml").write_text(text.replace("/kjt/wang", "/kjt/somebody"), "utf-8")
    assert refused(secured.caller("wang@kjt")).reason == "PRINCIPAL_UNKNOWN"
    caller = secured.caller("wang@kjt", token=authority.token("li@kjt"))
    caller.do(samples.create_fund())
    assert caller.do(GetEventRequest(position=1)).event.principal == "li@kjt"


def test_without_a_certificate_no_connection_is_made(secured: Secured) -> None:
    turned_away(secured.caller())


def test_a_certificate_of_another_authority_makes_no_connection(
    secured: Secured, tmp_path: Path, clock: SteppedClock
) -> None:
    stranger = DevelopmentAuthority(tmp_path / "stranger", clock)
    stranger.renew_person("li@kjt")
    turned_away(secured.caller("li@kjt", folder=stranger.folder))


def test_an_expired_certificate_makes_no_connection(secured: Secured, clock: SteppedClock) -> None:
    clock.ahead_s = -60 * DAY_S
    DevelopmentAuthority(secured.folder, clock).renew_person("li@kjt")
    clock.ahead_s = 0
    turned_away(secured.caller("li@kjt"))


def test_a_certificate_that_is_not_yet_valid_makes_no_connection(secured: Secured, clock: SteppedClock) -> None:
    clock.ahead_s = DAY_S
    DevelopmentAuthority(secured.folder, clock).renew_person("li@kjt")
    turned_away(secured.caller("li@kjt"))


def test_a_servers_certificate_is_no_callers(secured: Secured) -> None:
    turned_away(secured.caller("server"))


def test_a_certificate_that_expires_ends_an_open_connection(secured: Secured, clock: SteppedClock) -> None:
    caller = secured.caller("li@kjt")
    caller.do(GetHeadRequest())
    clock.ahead_s = 31 * DAY_S
    refusal = refused(caller)
    assert (refusal.reason, "it expired at" in refusal.numbers["why"]) == ("CERTIFICATE_REFUSED", True)


def test_a_revoked_certificate_ends_an_open_connection_and_a_new_one_of_the_same_person_is_taken(
    secured: Secured, authority: DevelopmentAuthority
) -> None:
    li, wang = secured.caller("li@kjt"), secured.caller("wang@kjt")
    li.do(GetHeadRequest())
    authority.revoke(["li@kjt"])
    for caller in (li, secured.caller("li@kjt"), secured.caller("li@kjt", token=authority.token("li@kjt"))):
        refusal = refused(caller)
        assert (refusal.reason, refusal.numbers["why"]) == ("CERTIFICATE_REFUSED", "it has been revoked")
    wang.do(GetHeadRequest())
    authority.renew_person("li@kjt")
    secured.caller("li@kjt").do(GetHeadRequest())


def test_a_revoked_token_is_nobodys_and_another_of_the_same_person_is_taken(
    secured: Secured, authority: DevelopmentAuthority
) -> None:
    system = (secured.folder / "identity.toml").read_text("utf-8").replace("/kjt/wang", "/kjt/somebody")
    (secured.folder / "identity.toml").write_text(system, "utf-8")
    stolen = (secured.folder / "people" / "li@kjt.token").read_text("utf-8").strip()
    caller = secured.caller("wang@kjt", token=stolen)
    caller.do(GetHeadRequest())
    authority.revoke(["li@kjt"])
    assert "has been revoked" in refused(caller).numbers["why"]
    secured.caller("wang@kjt", token=authority.token("li@kjt")).do(GetHeadRequest())


def test_a_stream_ends_when_the_proof_of_its_caller_is_taken_back(
    secured: Secured, authority: DevelopmentAuthority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "PROVE_AGAIN_S", 0)
    li, wang = secured.caller("li@kjt"), secured.caller("wang@kjt")
    wang.do(samples.create_fund())
    stream = li.do(FollowEventsRequest(wait=True))
    next(stream)
    authority.revoke(["li@kjt"])
    wang.do(samples.create_fund("F-2"))
    with pytest.raises(grpc.RpcError) as caught:
        next(stream)
    assert read_refusal(caught.value).reason == "CERTIFICATE_REFUSED"


def test_a_revocation_list_that_is_out_of_date_lets_nobody_in(secured: Secured, clock: SteppedClock) -> None:
    longer = DevelopmentAuthority(secured.folder, clock, days=90)
    longer.renew_person("li@kjt")
    caller = secured.caller("li@kjt")
    caller.do(GetHeadRequest())
    clock.ahead_s = 31 * DAY_S
    assert "revocation list" in refused(caller).numbers["why"]
    longer.revoke([])
    caller.do(GetHeadRequest())


def test_a_revocation_list_of_a_stranger_changes_nothing(
    secured: Secured, tmp_path: Path, clock: SteppedClock, authority: DevelopmentAuthority
) -> None:
    authority.revoke(["li@kjt"])
    caller = secured.caller("li@kjt")
    assert refused(caller).reason == "CERTIFICATE_REFUSED"
    stranger = DevelopmentAuthority(tmp_path / "stranger", clock)
    stranger.revoke([])
    (stranger.folder / "revoked.pem").replace(secured.folder / "revoked.pem")
    assert refused(caller).reason == "CERTIFICATE_REFUSED"


def test_the_servers_certificate_rotates_without_a_restart(secured: Secured, authority: DevelopmentAuthority) -> None:
    before = secured.caller("li@kjt")
    before.do(GetHeadRequest())
    first = shown_by(secured)
    authority.renew_server(["localhost"])
    second = shown_by(secured)
    assert first != second == (secured.folder / "server.pem").read_text("utf-8")
    before.do(GetHeadRequest())  # connections that are there stay
    secured.caller("li@kjt").do(GetHeadRequest())


def test_a_pair_that_does_not_fit_is_not_taken_over(secured: Secured, authority: DevelopmentAuthority) -> None:
    first = shown_by(secured)
    (secured.folder / "server.pem").write_bytes((secured.folder / "people" / "li@kjt.pem").read_bytes())
    assert shown_by(secured) == first


def test_an_authority_of_clients_is_added_without_a_restart(
    secured: Secured, tmp_path: Path, clock: SteppedClock
) -> None:
    other = DevelopmentAuthority(tmp_path / "other", clock)
    other.renew_person("li@kjt")
    other.revoke([])
    turned_away(secured.caller("li@kjt", folder=other.folder))
    trusted = (secured.folder / "authority.pem").read_bytes()
    (tmp_path / "both.pem").write_bytes(trusted + (other.folder / "authority.pem").read_bytes())
    (tmp_path / "both.pem").replace(secured.folder / "authority.pem")
    assert "no revocation list" in refused(secured.caller("li@kjt", folder=other.folder)).numbers["why"]
    with (secured.folder / "revoked.pem").open("ab") as lists:
        lists.write((other.folder / "revoked.pem").read_bytes())
    secured.caller("li@kjt", folder=other.folder).do(GetHeadRequest())
    secured.caller("li@kjt").do(GetHeadRequest())


def test_tokens_alone_prove_a_person_where_no_certificate_is_asked_for(
    sqlite_url: str, authority: DevelopmentAuthority, clock: SteppedClock
) -> None:
    running = Secured(sqlite_url, authority.folder, clock, certificates=False)
    try:
        assert refused(running.caller()).reason == "UNAUTHENTICATED"
        caller = running.caller(token=authority.token("wang@kjt"))
        caller.do(samples.create_fund())
        assert caller.do(GetEventRequest(position=1)).event.principal == "wang@kjt"
        clock.ahead_s = DAY_S
        expired = refused(caller)
        assert expired.reason == "TOKEN_EXPIRED"
        assert expired.numbers.keys() == {"expired_at"}
    finally:
        running.stop()


@pytest.mark.parametrize(
    "metadata", [["Basic bGk6eA=="], ["Bearer"], ["Bearer a", "Bearer b"], ["Bearer x.y.z"], ["x"]]
)
def test_an_authorization_that_is_no_token_is_refused(secured: Secured, metadata: list[str]) -> None:
    caller = secured.caller("li@kjt")
    caller.metadata = tuple(("authorization", value) for value in metadata)
    assert refused(caller).reason == "TOKEN_REFUSED"


def test_plain_text_gets_no_answer(secured: Secured) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{secured.served.port}") as channel:
        turned_away(Caller(channel, "li@kjt"))


def handshake(secured: Secured, **limits: Any) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(secured.folder / "authority.pem")
    person = secured.folder / "people" / "li@kjt"
    context.load_cert_chain(f"{person}.pem", f"{person}.key")
    context.set_alpn_protocols(["h2"])
    context.set_ciphers(limits.get("ciphers", "DEFAULT:@SECLEVEL=0"))
    if "most" in limits:
        context.maximum_version = limits["most"]
        context.minimum_version = limits["most"]
    plain = socket.create_connection(("localhost", secured.served.port), timeout=5)
    return context.wrap_socket(plain, server_hostname="localhost")


def shown_by(secured: Secured) -> str:
    """The certificate that the server shows to a new connection, in PEM."""
    with handshake(secured) as connection:
        return ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_tls_12_and_13_are_spoken_with_authenticated_ciphers(secured: Secured, version: str) -> None:
    with handshake(secured, most=ssl.TLSVersion[version]) as connection:
        cipher = connection.cipher()
        assert cipher is not None
        assert "GCM" in cipher[0] or "CHACHA20" in cipher[0]


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("version", ["TLSv1", "TLSv1_1"])
def test_older_versions_of_tls_are_refused(secured: Secured, version: str) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(secured, most=ssl.TLSVersion[version])


@pytest.mark.parametrize("ciphers", ["AES128-GCM-SHA256", "AES256-SHA", "ECDHE-ECDSA-AES128-SHA", "NULL", "aNULL"])
def test_ciphers_without_forward_secrecy_or_authentication_are_refused(secured: Secured, ciphers: str) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(secured, most=ssl.TLSVersion.TLSv1_2, ciphers=f"{ciphers}:@SECLEVEL=0")


def test_a_key_that_other_accounts_can_read_is_refused(authority: DevelopmentAuthority) -> None:
    (authority.folder / "server.key").chmod(0o644)
    with pytest.raises(IdentityRefused, match="0600"):
        server_credentials(TlsFiles(authority.folder / "server.pem", authority.folder / "server.key"))


def test_files_that_are_not_what_they_should_be_are_named(authority: DevelopmentAuthority) -> None:
    folder = authority.folder
    for files, says in (
        (TlsFiles(folder / "none.pem", folder / "server.key"), "none.pem cannot be read"),
        (TlsFiles(folder / "people/li@kjt.pem", folder / "server.key"), "is not the key of"),
        (TlsFiles(folder / "identity.toml", folder / "server.key"), "no certificate"),
        (TlsFiles(folder / "server.pem", folder / "identity.toml"), "not a private key"),
        (TlsFiles(folder / "server.pem", folder / "server.key", folder / "identity.toml"), "no certificate"),
    ):
        with pytest.raises(IdentityRefused, match=says):
            server_credentials(files)
