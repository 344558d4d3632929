"""A witness as C2SP tlog-witness describes it, in the smallest form: it remembers one log and checks each step."""

from __future__ import annotations

import base64
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from award_ledger.server.transparency.notes import (
    COSIGNATURE,
    SignatureLine,
    VerifierKey,
    parsed_checkpoint,
    parsed_note,
)
from award_ledger.server.transparency.proofs import InconsistentTree, check_consistency
from award_ledger.server.transparency.witnesses import Witness
from tests.server.transparency.logs import verifier

Answer = tuple[int, bytes]


class ToyWitness:
    """`answering` replaces its answer. `seen` is what it has cosigned."""

    def __init__(self, name: str = "witness.example/w1", seed: bytes = b"w" * 32) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = VerifierKey(name, COSIGNATURE, self._private.public_key().public_bytes_raw())
        self.seen: tuple[int, bytes] = (0, b"")
        self.asked: list[int] = []
        self.answering: Callable[[bytes], Answer] = self.answer
        handler = type("Handler", (_Handler,), {"witness": self})
        self._server = HTTPServer(("127.0.0.1", 0), handler)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def witness(self) -> Witness:
        return Witness("w1", self.key, f"http://127.0.0.1:{self._server.server_port}/submit")

    def answer(self, body: bytes) -> Answer:
        head, _, note = body.partition(b"\n\n")
        lines = head.decode().split("\n")
        old, proof = int(lines[0].removeprefix("old ")), [base64.b64decode(line) for line in lines[1:]]
        self.asked.append(old)
        parsed = parsed_note(note)
        checkpoint = parsed_checkpoint(parsed.text)
        if not parsed.signed_by(verifier()):
            return 403, b"unknown log key\n"
        if old > checkpoint.size:
            return 400, b"backwards\n"
        size, root = self.seen
        if old != size:
            return 409, f"{size}\n".encode()
        try:
            check_consistency(size, root or b"r" * 32, checkpoint.size, checkpoint.root, proof)
        except InconsistentTree as inconsistent:
            return 422, str(inconsistent).encode()
        self.seen = (checkpoint.size, checkpoint.root)
        return 200, self.line(parsed.text).encode()

    def line(self, text: bytes, timestamp: int = 1_760_000_000) -> str:
        signature = self._private.sign(f"cosignature/v1\ntime {timestamp}\n".encode() + text)
        return str(SignatureLine(self.key.name, self.key.key_id, timestamp.to_bytes(8, "big") + signature))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    witness: ToyWitness

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        known = self.path == "/submit/add-checkpoint"
        status, answer = self.witness.answering(body) if known else (404, b"unknown log\n")
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass
