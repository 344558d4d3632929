"""The transparency log as the operator sets it up: for a server, for the signer, and made again from the events."""

import argparse
import hashlib
import logging
from pathlib import Path
from uuid import UUID

from sqlalchemy import make_url

from award_ledger.server.configuration import is_local
from award_ledger.server.store.engine import EngineLimits
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.log_store import LogStore
from award_ledger.server.transparency.notes import NoteRefused, parsed_note
from award_ledger.server.transparency.opening import log_address, open_log
from award_ledger.server.transparency.remote_signer import RemoteSigner, SignerServer
from award_ledger.server.transparency.running import RunningLog, TransparencySettings
from award_ledger.server.transparency.sealer import SealingPace
from award_ledger.server.transparency.signatures import NamedKeys, keys_in_policy
from award_ledger.server.transparency.signer import (
    HeldSigner,
    MemoryHeld,
    MemoryRefused,
    Signer,
    SignerMemory,
    create_memory,
)
from award_ledger.server.transparency.signing_keys import SigningKeyRefused, add_keys, keys_in, new_keys, write_keys
from award_ledger.server.transparency.witnesses import Witness, WitnessesRefused, witnesses_in

_LOG = logging.getLogger("award_ledger.server")

_LARGEST_ANCHOR = 256 * 1024
_CONNECTIONS = 8
"""To the log's database: the sealer's, the witnesses', and those of readers."""

_IN_PROCESS_WARNING = (
    "the checkpoints of the transparency log are signed in this process, with a key beside the database: whoever has"
    " the one has the other, and can rewrite the log. For development only; run `award-ledger-server signer`."
)


class TransparencyRefused(Exception):
    """Says to the operator what is wrong and what to do."""


def running_log(given: argparse.Namespace, recorder: LogRecorder) -> RunningLog | None:
    """The log of a server, as its settings say; None where it is switched off.

    Raises TransparencyRefused, and a LedgerRefused for a database that will not do.
    """
    if not given.transparency:
        _LOG.warning("no transparency log: nobody can prove that what is recorded here stays as it is")
        return None
    settings = TransparencySettings(
        SealingPace(interval_s=given.seal_ms / 1000, at_events=given.seal_at),
        _witnesses(given),
        _quorum(given.witness_quorum),
        _http_address(given.transparency_http),
    )
    with recorder.reading() as reader:
        ledger_id = reader.ledger_id
    store = _store(given, ledger_id)
    signer: Signer | None = None
    try:
        signer = _signer(given, ledger_id)
        return RunningLog(recorder, store, signer, settings)
    except BaseException as error:
        store.close()
        if signer is not None:
            signer.close()
        if isinstance(error, OSError):
            raise TransparencyRefused(f"cannot serve files at {given.transparency_http} ({error.strerror})") from None
        raise


def signer_server(given: argparse.Namespace) -> SignerServer:
    """The signer, listening. Raises TransparencyRefused."""
    listen: str = given.signer_listen
    if not is_local(listen):
        raise TransparencyRefused(f"the signer signs for whoever asks: it listens on this machine alone, not {listen}")
    signer = _held(Path(given.signer_key_file), Path(given.signer_memory))
    try:
        return SignerServer(signer, listen)
    except RuntimeError:
        signer.close()
        raise TransparencyRefused(f"cannot listen on {listen}: is the address right, and free?") from None


def signer_keys(given: argparse.Namespace) -> list[str]:
    """The verifier keys of the key file, after making it (`--log-origin`) or adding to it (`--add-keys`)."""
    key_file, memory = Path(given.signer_key_file), Path(given.signer_memory)
    try:
        if given.log_origin:
            _create(key_file, memory, given.log_origin)
        elif given.add_keys:
            add_keys(key_file, new_keys(keys_in(key_file)[0].verifier.name))
        return [str(key.verifier) for key in keys_in(key_file)]
    except (SigningKeyRefused, NoteRefused) as refused:
        raise TransparencyRefused(str(refused)) from None
    except OSError as error:
        raise TransparencyRefused(f"the files cannot be written: {error}") from None


def anchor(given: argparse.Namespace, recorder: LogRecorder) -> str:
    """Keeps a timestamp of a checkpoint; without one, the SHA-256 (hex) of its text, for a timestamping authority."""
    store = unchecked_store(given, recorder)
    try:
        size = int(given.size) if given.size.isdecimal() and len(given.size) < 19 else 0
        with store.reading() as log:
            checkpoint = log.checkpoint(size)
        if checkpoint is None:
            raise TransparencyRefused(f"there is no checkpoint of {given.size} events")
        digest = hashlib.sha256(parsed_note(checkpoint.note).text).hexdigest()
        if not given.timestamp_file:
            return digest
        blob = Path(given.timestamp_file).read_bytes()
        if bytes.fromhex(digest) not in blob or len(blob) > _LARGEST_ANCHOR:
            raise TransparencyRefused(f"{given.timestamp_file} is no timestamp of the digest {digest}")
        store.put_anchor(size, "rfc3161", blob)
        return "the timestamp is kept"
    except OSError as error:
        raise TransparencyRefused(f"the timestamp cannot be read: {error}") from None
    finally:
        store.close()


def create_log(given: argparse.Namespace, recorder: LogRecorder) -> None:
    """The log in the ledger's own database, if it is not there yet: for a server whose role may make no tables."""
    with recorder.reading() as reader:
        open_log(log_address(given.database), reader.ledger_id, check=False).close()


def named_keys(policy_file: str) -> NamedKeys | None:
    """The keys that a policy file names; None where none is given. Raises TransparencyRefused."""
    if not policy_file:
        return None
    try:
        return keys_in_policy(Path(policy_file).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, NoteRefused) as error:
        raise TransparencyRefused(f"{policy_file} is no policy that can be used: {error}") from None


def unchecked_store(given: argparse.Namespace, recorder: LogRecorder) -> LogStore:
    """The log's store, whatever is in it."""
    with recorder.reading() as reader:
        return _store(given, reader.ledger_id, check=False)


def _create(key_file: Path, memory: Path, origin: str) -> None:
    keys = new_keys(origin)
    if memory.exists() or not write_keys(key_file, keys):
        raise TransparencyRefused(f"{key_file} or {memory} is there already; a log has its keys and its memory once")
    create_memory(memory, origin)


def _store(given: argparse.Namespace, ledger_id: UUID, *, check: bool = True) -> LogStore:
    try:
        address = given.transparency_database or log_address(given.database)
        return open_log(address, ledger_id, check=check, limits=EngineLimits(connections=_CONNECTIONS))
    except ValueError as error:
        raise TransparencyRefused(str(error)) from None


def _signer(given: argparse.Namespace, ledger_id: UUID) -> Signer | None:
    if given.signer:
        if not is_local(given.signer):
            raise TransparencyRefused(f"the signer is a process of this machine, not of {given.signer}")
        return RemoteSigner(given.signer)
    address = make_url(given.database)
    if not given.development or address.get_backend_name() != "sqlite":
        _LOG.warning("no --signer: this server seals nothing, it publishes what others seal")
        return None
    return _development_signer(Path(str(address.database)), ledger_id)


def _development_signer(database: Path, ledger_id: UUID) -> Signer | None:
    _LOG.warning(_IN_PROCESS_WARNING)
    key_file = database.with_name(f"{database.name}.development-log-keys")
    memory = database.with_name(f"{database.name}.development-signed")
    origin = f"localhost/award-ledger/{ledger_id.hex[:8]}"
    try:
        if write_keys(key_file, new_keys(origin)):
            create_memory(memory, origin)
        return _held(key_file, memory)
    except MemoryHeld:
        _LOG.warning("another process signs for this log already: this one seals nothing")
        return None
    except OSError as error:
        raise TransparencyRefused(f"the development key cannot be written: {error}") from None


def _held(key_file: Path, memory_file: Path) -> HeldSigner:
    try:
        keys, memory = keys_in(key_file), SignerMemory(memory_file)
    except MemoryHeld:
        raise
    except (SigningKeyRefused, MemoryRefused) as refused:
        raise TransparencyRefused(str(refused)) from None
    try:
        return HeldSigner(keys, memory)
    except ValueError as error:
        memory.close()
        raise TransparencyRefused(str(error)) from None


def _witnesses(given: argparse.Namespace) -> tuple[Witness, ...]:
    try:
        return witnesses_in(Path(given.witness_file)) if given.witness_file else ()
    except WitnessesRefused as refused:
        raise TransparencyRefused(str(refused)) from None


def _http_address(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise TransparencyRefused(f"--transparency-http is HOST:PORT, not {text!r}")
    return host.strip("[]"), int(port)


def _quorum(text: str | None) -> int:
    if not text:
        return 0
    if not text.isdecimal():
        raise TransparencyRefused(f"--witness-quorum is a number, not {text!r}")
    return int(text)
