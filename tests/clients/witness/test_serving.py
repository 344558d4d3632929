"""The witness over real HTTP: what C2SP tlog-witness says of paths and headers, and bounds that strangers meet."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from threading import Thread

import pytest

from award_ledger.clients.witness.records import Records
from award_ledger.clients.witness.serving import LIFETIME_S, MAX_CONNECTIONS, WitnessServer
from award_ledger.clients.witness.submissions import MAX_BODY_BYTES, Witness
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG, ORIGIN
from tests.clients.witness.test_submissions import KEY, LEAVES, NOW_S, note, request


@contextmanager
def serving(folder: Path, lifetime_s: float = LIFETIME_S) -> Iterator[WitnessServer]:
    with Records(folder) as records:
        witness = Witness(KEY, [LOG.key], records, lambda: NOW_S)
        with WitnessServer(("127.0.0.1", 0), witness, lifetime_s) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            yield server
            server.shutdown()
            thread.join()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[WitnessServer]:
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def connection(served: WitnessServer) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", served.server_port, timeout=10)
    yield made
    made.close()


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes = b"") -> tuple[int, str, bytes]:
    connection.request(method, path, body)
    answer = connection.getresponse()
    return answer.status, answer.headers["Content-Type"], answer.read()


def test_a_log_submits_on_one_connection_and_a_monitor_reads(connection: http.client.HTTPConnection) -> None:
    path = f"/{sha256(ORIGIN.encode()).hexdigest()}/checkpoint"
    assert ask(connection, "GET", path)[0] == 404
    status, kind, body = ask(connection, "POST", "/add-checkpoint", request(0, note(5), []))
    assert (status, kind, body[:23]) == (200, "text/plain; charset=utf-8", "— witness.example/w1 ".encode())
    proof = naive.consistency(5, LEAVES[:9])
    assert ask(connection, "POST", "/add-checkpoint", request(5, note(9), proof))[0] == 200
    assert ask(connection, "POST", "/add-checkpoint", request(5, note(9), proof)) == (409, "text/x.tlog.size", b"9\n")
    assert ask(connection, "GET", path)[2].startswith(f"{ORIGIN}\n9\n".encode())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/add-checkpoint", 404),
        ("GET", f"/{'0' * 64}/checkpoint", 404),
        ("GET", f"/{'0' * 63}/../lock", 404),
        ("GET", "/../lock/checkpoint", 404),
        ("POST", "/", 404),
        ("PUT", "/add-checkpoint", 501),
        ("DELETE", f"/{'0' * 64}/checkpoint", 501),
    ],
)
def test_there_are_two_paths_and_no_others(
    connection: http.client.HTTPConnection, method: str, path: str, status: int
) -> None:
    assert ask(connection, method, path)[0] == status


def raw(server: WitnessServer, sent: bytes) -> bytes:
    """All that comes back until the other side closes."""
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=10) as open_socket:
        open_socket.sendall(sent)
        received = b""
        while more := open_socket.recv(65_536):
            received += more
        return received


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: %d" % (MAX_BODY_BYTES + 1), b"413"),
        (b"Content-Length: 99999999999999999999", b"411"),
        (b"Content-Length: -1", b"411"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"X: y", b"411"),
    ],
)
def test_a_body_without_a_length_in_bounds_is_not_read(served: WitnessServer, headers: bytes, status: bytes) -> None:
    answer = raw(served, b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n" + headers + b"\r\n\r\n")
    assert answer.split(b" ")[1] == status


def test_what_is_no_http_is_answered_and_closed(served: WitnessServer) -> None:
    assert b"400" in raw(served, b"\0\1\2\3\r\n\r\n")


def test_a_connection_that_drips_is_closed_at_the_end_of_its_life(tmp_path: Path) -> None:
    with serving(tmp_path, lifetime_s=0.05) as server:
        assert raw(server, b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 100\r\n\r\nol") == b""


def test_more_connections_than_are_allowed_are_closed_and_the_others_served(served: WitnessServer) -> None:
    held = [socket.create_connection(("127.0.0.1", served.server_port), timeout=10) for _ in range(MAX_CONNECTIONS)]
    for each in held:
        each.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert each.recv(100).startswith(b"HTTP/1.1 404")
    assert raw(served, b"") == b""
    for each in held:
        each.close()


def test_a_disk_that_fails_signs_nothing(
    served: WitnessServer, connection: http.client.HTTPConnection, tmp_path: Path
) -> None:
    (tmp_path / f"{sha256(ORIGIN.encode()).hexdigest()}.draft").mkdir()
    status, _, body = ask(connection, "POST", "/add-checkpoint", request(0, note(5), []))
    assert (status, body) == (500, b"the witness could not decide; nothing was signed\n")
