"""The log as static files: the layout of C2SP, and nothing else that anybody may ask for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from eventsourcing.persistence import OperationalError

from award_ledger.server.transparency import http_files, notes
from award_ledger.server.transparency.http_files import TransparencyHttp
from tests.server.transparency import naive
from tests.server.transparency.logs import HeldLog, record, verifier


@pytest.fixture
def log(sqlite_url: str, tmp_path: Path) -> Iterator[HeldLog]:
    """300 sealed events, and 10 that no checkpoint covers."""
    held = HeldLog(sqlite_url, tmp_path)
    record(held.recorder, 300)
    held.seal()
    record(held.recorder, 10)
    held.sealing.extend()
    yield held
    held.close()


@pytest.fixture
def files(log: HeldLog) -> Iterator[TransparencyHttp]:
    serving = TransparencyHttp(log.published, "127.0.0.1", 0)
    serving.start()
    yield serving
    serving.stop()


def ask(files: TransparencyHttp, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", files.port, timeout=10)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_a_stranger_verifies_the_log_from_its_files_alone(files: TransparencyHttp) -> None:
    response, checkpoint = ask(files, "/checkpoint")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    note = notes.parsed_note(checkpoint)
    assert note.signed_by(verifier())
    _, size, root = notes.parsed_checkpoint(note.text)
    data = ask(files, "/tile/entries/000")[1] + ask(files, f"/tile/entries/001.p/{size - 256}")[1]
    leaves = []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        leaves.append(naive.leaf(data[2:end]))
        data = data[end:]
    assert naive.mth(leaves) == root
    assert ask(files, "/tile/0/000")[1] == b"".join(leaves[:256])
    assert ask(files, f"/tile/0/001.p/{size - 256}")[1] == b"".join(leaves[256:])
    assert ask(files, "/tile/1/000.p/1")[1] == naive.mth(leaves[:256])


def test_a_tile_may_be_kept_for_ever(files: TransparencyHttp) -> None:
    response, body = ask(files, "/tile/0/000")
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert "immutable" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert len(body) == 8192


def test_a_head_has_the_headers_and_no_body(files: TransparencyHttp) -> None:
    response, body = ask(files, "/tile/0/000", "HEAD")
    assert (response.status, response.headers["Content-Length"], body) == (200, "8192", b"")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "xcheckpoint",
            "/checkpoint/",
            "/checkpoint?x",
            "/Checkpoint",
            "/tile/0/001",
            "/tile/0/001.p/45",
            "/tile/0/002.p/1",
        ),
        *("/tile/1/000", "/tile/9/000", "/tile/entries/001", "/tile/entries/001.p/45", "/tile/0/000.p/256"),
        *("/../ledger.sqlite3", "/tile/0/../../ledger.sqlite3", "/tile/0/%2e%2e/000", "/tile//0/000"),
        *("/tile/0/000%00", "/tile/0/x000/000", "http://127.0.0.1/checkpoint", "/" + "x" * 5000),
        *("/tile/0/" + "x999/" * 20 + "999", "/tile/63/x999/999", "/tile/0/%D9%A0%D9%A0%D9%A0"),
    ],
)
def test_whatever_else_is_asked_for_is_not_found(files: TransparencyHttp, path: str) -> None:
    response, body = ask(files, path)
    assert (response.status, body) == (404, b"not found\n")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"])
def test_only_reading_is_allowed(files: TransparencyHttp, method: str) -> None:
    response, body = ask(files, "/checkpoint", method)
    assert (response.status, response.headers["Allow"], body) == (405, "GET, HEAD", b"method not allowed\n")


def test_a_body_cannot_smuggle_a_second_request(files: TransparencyHttp) -> None:
    for headers in ({"Content-Length": "5"}, {"Transfer-Encoding": "chunked"}):
        response, _ = ask(files, "/checkpoint", **headers)
        assert (response.status, response.headers["Connection"]) == (400, "close")


@pytest.mark.parametrize(
    "request_line", [b"GET\r\n\r\n", b"GET /checkpoint HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n"]
)
def test_what_is_no_request_is_answered_without_a_page(files: TransparencyHttp, request_line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", files.port), timeout=10) as connection:
        connection.sendall(request_line)
        answer = b""
        while chunk := connection.recv(4096):
            answer += chunk
    assert b"<html" not in answer.lower()
    assert b"Python" not in answer


def test_a_connection_that_says_nothing_is_closed(log: HeldLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_files._Handler, "timeout", 0.05)
    serving = TransparencyHttp(log.published, "127.0.0.1", 0)
    serving.start()
    with socket.create_connection(("127.0.0.1", serving.port), timeout=10) as connection:
        assert connection.recv(1) == b""
    serving.stop()


def test_connections_over_the_limit_are_turned_away(log: HeldLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_files, "_CONNECTIONS", 1)
    serving = TransparencyHttp(log.published, "127.0.0.1", 0)
    serving.start()
    first = HTTPConnection("127.0.0.1", serving.port, timeout=10)
    first.request("GET", "/checkpoint")
    assert first.getresponse().read()  # and it stays open
    with socket.create_connection(("127.0.0.1", serving.port), timeout=10) as second:
        assert second.recv(1) == b""
    first.close()
    serving.stop()


def test_a_store_that_is_away_is_not_a_missing_file(
    files: TransparencyHttp, log: HeldLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(log.store, "reading", away)
    response, _ = ask(files, "/checkpoint")
    assert response.status == 503
