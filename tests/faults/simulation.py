"""One seeded scheduler drives clients, servers, network, clock and a failing store through the real domain and writer.

`python -m tests.faults.simulation SEED` runs one seed again and prints its history. One thread, no clock of the
machine, no chance but the seed's: the same seed gives the same bytes.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any, NamedTuple, cast
from unittest.mock import patch
from uuid import UUID

from google.protobuf.message import Message

from award_ledger.server.clock import Clock
from award_ledger.server.rpc.fingerprint import fingerprint
from award_ledger.server.rpc.services.applications import ApplicationService
from award_ledger.server.rpc.services.awards import AwardService
from award_ledger.server.rpc.services.clawbacks import ClawbackService
from award_ledger.server.rpc.services.enterprises import EnterpriseService
from award_ledger.server.rpc.services.funds import FundService
from award_ledger.server.rpc.services.measures import MeasureService
from award_ledger.server.rpc.services.payments import PaymentService
from award_ledger.server.rpc.writes import Method, Prepared
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer import resident
from award_ledger.server.writer.outcomes import Outcomes
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Repeated, Submission
from award_ledger.server.writer.writer import Writer, WriterLimits
from tests.faults.answers import acknowledgement, ending_of
from tests.faults.checker import check
from tests.faults.history import Answer, History, What
from tests.faults.memory_log import FAULTS, Fault, MemoryLog, MemoryRecorder
from tests.faults.workload import Workload
from tests.served import METHODS

CLIENTS, SERVERS, OPERATIONS = 7, 2, 50
_TROUBLED, _PATIENCE = 4_000, 2_000
"""Steps, at most, while things fail; and after all have healed, within which every request must have settled."""


class _Captured:
    """Stands where the services expect `Writes`, to learn which method reads and answers a request."""

    def perform(self, _request: Message, _context: Any, method: Any) -> Any:
        return method


def _services() -> dict[str, Any]:
    writes: Any = _Captured()
    made = (
        MeasureService(writes, cast(Any, None)),
        FundService(writes, cast(Any, None)),
        EnterpriseService(writes, cast(Any, None)),
        ApplicationService(writes, cast(Any, None), cast(Any, _NoPayees())),
        AwardService(writes, cast(Any, None)),
        PaymentService(writes),
        ClawbackService(writes),
    )
    return {type(service).__name__: service for service in made}


class _NoPayees:
    """No request of the workload names an account."""

    @staticmethod
    def confirm(_request: Message, _response: Message) -> None:
        """Never asked."""


_SERVICES = _services()


def _method(request: Message) -> Method[Any, Any]:
    described = METHODS[request.DESCRIPTOR.full_name]
    service = _SERVICES[described.containing_service.name]
    method: Method[Any, Any] = getattr(service, described.name)(request, None)
    return method


@dataclass
class _SimulatedClock(Clock):
    """Stands still, runs ahead and steps back, as the scheduler says."""

    us: int = 1_754_020_800_000_000

    def now_us(self) -> int:
        return self.us


class _Waiting(NamedTuple):
    """A request under way in a server, and where its answer goes."""

    outcomes: Outcomes[Any]
    method: Method[Any, Any]
    reply: Callable[[What, Answer | None, str], None]


class _Server:
    """One process: its writer, of which the scheduler is the thread, and what it will answer."""

    def __init__(self, recorder: MemoryRecorder, clock: Clock, limits: WriterLimits) -> None:
        self.recorder = recorder
        vault = Vault(HeldKeys([b"k" * 32]), random=bytes)
        self.writer = Writer(cast(LogRecorder, recorder), clock, vault, limits)
        self._waiting: list[_Waiting] = []

    @property
    def has_work(self) -> bool:
        return bool(self.writer._queue)

    def work(self) -> None:
        """Decides one batch, as the writer's own thread does."""
        self.writer._decide_together(self.writer._take())
        self._tell()

    def receive(self, request: Message, principal: str, reply: Callable[[What, Answer | None, str], None]) -> None:
        """Submits a request; `reply` is called once, now or when its batch is decided."""
        method = _method(request)
        fields: Any = request
        on = getattr(fields, "applied_on", "") or getattr(fields, "effective_on", "")
        try:
            prepared = method.build(request)
            submission: Submission[Any] = Submission(
                command=prepared.command if isinstance(prepared, Prepared) else prepared,
                principal=principal,
                request_id=UUID(fields.request_id),
                fingerprint=fingerprint(request),
                answer=method.answer,
                effective_on=date.fromisoformat(on) if on else None,
            )
        except Exception as error:  # noqa: BLE001  # as the interceptor does: whatever it is becomes a status
            reply(*ending_of(error))
            return
        self._waiting.append(_Waiting(self.writer.submit(submission), method, reply))
        self._tell()

    def _tell(self) -> None:
        """Replies to those whose outcome is there."""
        asked, self._waiting = self._waiting, []
        for waiting in asked:
            try:
                waiting.outcomes.wait(0)
            except TimeoutError:
                self._waiting.append(waiting)
            else:
                waiting.reply(*self._outcome(waiting.outcomes, waiting.method))

    def _outcome(self, outcomes: Outcomes[Any], method: Method[Any, Any]) -> tuple[What, Answer | None, str]:
        try:
            outcome = outcomes.result(0)
            if isinstance(outcome, Repeated):
                with self.recorder.reading() as reader:
                    outcome = method.answer(PastLedger(cast(Any, reader), outcome.written.position), outcome.written)
        except Exception as error:  # noqa: BLE001  # the same
            return ending_of(error)
        return "acknowledged", acknowledgement(outcome), ""


class _Asking(NamedTuple):
    """A request on its way to a server."""

    client: int
    attempt: int
    principal: str
    request: Message


class _Replying(NamedTuple):
    """An answer on its way to a client."""

    client: int
    operation: UUID
    attempt: int
    ending: tuple[What, Answer | None, str]


@dataclass
class _Client:
    """One caller, who asks one thing at a time and resends it until it knows."""

    asked: tuple[str, Message] | None = None
    operation: UUID | None = None
    attempt: int = 0
    waiting: bool = False


@dataclass
class Simulation:
    """One run. `trouble` is how likely each transaction fails while faults are on; half of it, each message."""

    seed: int
    trouble: float = 0.15
    history: History = field(default_factory=History)
    log: MemoryLog = field(default_factory=MemoryLog)
    met: set[Fault] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self._clock = _SimulatedClock()
        self._workload = Workload(Random(self.seed + 1))
        self._clients = [_Client() for _ in range(CLIENTS)]
        self._servers = [self._new_server() for _ in range(SERVERS)]
        self._net: list[_Asking | _Replying] = []
        self._begun = 0
        self._healed = False

    def run(self) -> list[str]:
        """What the checker finds; a request that does not settle is found, too. What is raised names the seed."""
        try:
            with patch.object(resident, "SNAPSHOT_EVERY", 3), patch.object(resident, "CATCH_UP_LIMIT", 6):
                return self._run()
        except Exception as error:
            error.add_note(f"seed {self.seed}: python -m tests.faults.simulation {self.seed}")
            raise

    def _run(self) -> list[str]:
        for _ in range(_TROUBLED):
            if self._begun == OPERATIONS:
                break
            self._step()
        self._healed = True
        for _ in range(_PATIENCE):
            if not self._net and not any(c.operation for c in self._clients) and not any(map(_works, self._servers)):
                return check(self.history.moments, self.log.stored())
            self._step()
        return [f"seed {self.seed}: not every request has settled, {_PATIENCE} steps after all faults have healed"]

    def _new_server(self) -> _Server:
        """Some decide one command at a time, others several together; the fewer may wait, the more are turned away."""
        waiting, batch = self._random.randint(2, 5), self._random.randint(1, 5)
        limits = WriterLimits(waiting=waiting, batch=batch, resident=5)
        return _Server(MemoryRecorder(self.log, self._fault), self._clock, limits)

    def _fault(self) -> Fault:
        if self._healed or self._random.random() >= self.trouble:
            return ""
        self.met.add(fault := self._random.choice(FAULTS))
        return fault

    def _goes_wrong(self) -> bool:
        return not self._healed and self._random.random() < self.trouble / 2

    def _step(self) -> None:
        actions: list[Callable[[], None]] = [self._work, self._begin, self._give_up] + [self._deliver] * 4
        self._random.choice(actions)()
        if self._goes_wrong():
            self._random.choice((self._crash, self._move_clock, self._duplicate, self._lose))()

    def _begin(self) -> None:
        idle = [number for number, client in enumerate(self._clients) if client.operation is None]
        if not idle or self._healed:
            return
        number = self._random.choice(idle)
        client, asked = self._clients[number], self._workload.next()
        if "request_id" not in asked.request.DESCRIPTOR.fields_by_name:
            return  # reads do not pass the writer
        fields: Any = asked.request
        client.asked, client.operation, client.attempt = asked, UUID(fields.request_id), 1
        self._begun += 1
        self.history.invoked(client.operation, asked.principal, asked.request)
        self._send(number)

    def _send(self, number: int) -> None:
        client = self._clients[number]
        assert client.asked is not None
        client.waiting = True
        self._net.append(_Asking(number, client.attempt, *client.asked))

    def _deliver(self) -> None:
        """Any message, whichever was sent first."""
        if not self._net:
            return
        message = self._net.pop(self._random.randrange(len(self._net)))
        if isinstance(message, _Replying):
            self._told(message)
            return
        number, attempt, principal, request = message
        fields: Any = request
        operation = UUID(fields.request_id)

        def reply(*ending: Any) -> None:
            self._net.append(_Replying(number, operation, attempt, ending))

        self._random.choice(self._servers).receive(request, principal, reply)

    def _told(self, reply: _Replying) -> None:
        client = self._clients[reply.client]
        if (client.operation, client.attempt) != (reply.operation, reply.attempt) or not client.waiting:
            return  # given up
        what, answer, note = reply.ending
        self.history.ended(reply.operation, what, answer, note)
        client.waiting = False
        if answer is not None or what == "incident":
            assert client.asked is not None
            self._workload.told(client.asked[1], answer or Answer())
            client.operation = client.asked = None
            return
        self._again(reply.client)

    def _give_up(self) -> None:
        """A deadline passes: the end of the attempt is unknown, and the request is sent again."""
        lost = [n for n, c in enumerate(self._clients) if c.waiting and not self._on_its_way(n)]
        hasty = [n for n, c in enumerate(self._clients) if c.waiting and self._goes_wrong()]
        for number in lost[:1] or hasty[:1]:
            client = self._clients[number]
            assert client.operation is not None
            self.history.ended(client.operation, "unknown", note="deadline")
            self._again(number)

    def _on_its_way(self, number: int) -> bool:
        return any(message.client == number for message in self._net) or any(map(_works, self._servers))

    def _again(self, number: int) -> None:
        client = self._clients[number]
        assert client.operation is not None
        client.attempt += 1
        self.history.invoked_again(client.operation)
        self._send(number)

    def _work(self) -> None:
        busy = [server for server in self._servers if server.has_work]
        if busy:
            self._random.choice(busy).work()

    def _crash(self) -> None:
        """A process ends with all that it holds; a new one begins."""
        self._servers[self._random.randrange(SERVERS)] = self._new_server()

    def _move_clock(self) -> None:
        self._clock.us += self._random.choice((-3_600_000_000, 1_000, 86_400_000_000))

    def _duplicate(self) -> None:
        asking = [message for message in self._net if isinstance(message, _Asking)]
        if asking:
            again = self._random.choice(asking)
            fields: Any = again.request
            self.history.invoked_again(UUID(fields.request_id))
            self._net.append(again)

    def _lose(self) -> None:
        if self._net:
            self._net.pop(self._random.randrange(len(self._net)))


def _works(server: _Server) -> bool:
    return server.has_work


def main(seed: str) -> int:
    """Runs one seed and prints what happened."""
    logging.disable()
    simulation = Simulation(int(seed))
    findings = simulation.run()
    for moment in simulation.history.moments:
        print(moment.operation, moment.what, moment.kind, moment.note, moment.answer or "")
    for finding in findings:
        print(finding)
    print(f"seed {seed}: {len(simulation.log.events)} events, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
