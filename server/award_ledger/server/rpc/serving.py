"""The gRPC server: services, interceptors and limits put together, started, and stopped without losing a call."""

import time
from dataclasses import dataclass, field
from threading import Event

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from award_ledger.server.clock import Clock
from award_ledger.server.rpc.arrivals import Arrivals
from award_ledger.server.rpc.gate import Gate
from award_ledger.server.rpc.interceptors.admission import Admission, TurnedAway
from award_ledger.server.rpc.interceptors.allowances import Allowances, CallerLimits
from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.rpc.interceptors.call_log import CallLog
from award_ledger.server.rpc.interceptors.failures import Failures
from award_ledger.server.rpc.interceptors.identity import Authenticator, Identity
from award_ledger.server.rpc.interceptors.layers import Layers
from award_ledger.server.rpc.interceptors.messages import Messages
from award_ledger.server.rpc.interceptors.patience import Longest, Patience
from award_ledger.server.rpc.interceptors.rights import Rights
from award_ledger.server.rpc.lanes import Lanes
from award_ledger.server.rpc.payees import Payees
from award_ledger.server.rpc.places import Places
from award_ledger.server.rpc.reads import Reads
from award_ledger.server.rpc.services.applications import ApplicationService
from award_ledger.server.rpc.services.awards import AwardService
from award_ledger.server.rpc.services.clawbacks import ClawbackService
from award_ledger.server.rpc.services.corrections import CorrectionService
from award_ledger.server.rpc.services.enterprises import EnterpriseService
from award_ledger.server.rpc.services.finance import FinanceService
from award_ledger.server.rpc.services.funds import FundService
from award_ledger.server.rpc.services.history import HistoryService
from award_ledger.server.rpc.services.inquiries import InquiryService
from award_ledger.server.rpc.services.measures import MeasureService
from award_ledger.server.rpc.services.objections import ObjectionService
from award_ledger.server.rpc.services.payment_runs import PaymentRunService
from award_ledger.server.rpc.services.payments import PaymentService
from award_ledger.server.rpc.services.personal_data import PersonalDataService
from award_ledger.server.rpc.services.roster import RosterService
from award_ledger.server.rpc.services.transparency import TransparencyService
from award_ledger.server.rpc.store_health import StoreHealth
from award_ledger.server.rpc.watch import Occupancy, Watch
from award_ledger.server.rpc.writes import Writes
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.published import PublishedLog
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.writer import Writer
from award_ledger.v1 import (
    applications_pb2,
    applications_pb2_grpc,
    awards_pb2,
    awards_pb2_grpc,
    clawbacks_pb2,
    clawbacks_pb2_grpc,
    corrections_pb2,
    corrections_pb2_grpc,
    enterprises_pb2,
    enterprises_pb2_grpc,
    finance_pb2,
    finance_pb2_grpc,
    funds_pb2,
    funds_pb2_grpc,
    history_pb2,
    history_pb2_grpc,
    inquiries_pb2,
    inquiries_pb2_grpc,
    measures_pb2,
    measures_pb2_grpc,
    objections_pb2,
    objections_pb2_grpc,
    payment_runs_pb2,
    payment_runs_pb2_grpc,
    payments_pb2,
    payments_pb2_grpc,
    personal_data_pb2,
    personal_data_pb2_grpc,
    roster_pb2,
    roster_pb2_grpc,
    transparency_pb2,
    transparency_pb2_grpc,
)

CONTRACT = (
    measures_pb2,
    funds_pb2,
    enterprises_pb2,
    applications_pb2,
    awards_pb2,
    payments_pb2,
    clawbacks_pb2,
    objections_pb2,
    corrections_pb2,
    personal_data_pb2,
    history_pb2,
    inquiries_pb2,
    transparency_pb2,
    payment_runs_pb2,
    finance_pb2,
    roster_pb2,
)
SERVICES = tuple(service.full_name for module in CONTRACT for service in module.DESCRIPTOR.services_by_name.values())
"""Full names of the ledger's services."""

STREAMS = frozenset(
    f"/{service.full_name}/{method.name}"
    for module in CONTRACT
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
    if method.server_streaming
)
"""Methods that answer with a stream."""

CONNECTION_AGE_S = 3_600
HANDSHAKE_S = 10

_TURNED_AWAY_AT_ONCE = 5_000
"""Calls that may wait to be told so; beyond them gRPC refuses by itself, with no reason and no delay."""

SEALING = "award_ledger.sealing"
"""What the health service calls the sealing of the transparency log: it may stand still while calls are answered."""


@dataclass(frozen=True, slots=True)
class ServingLimits:
    """`threads` serve calls; at most `followers` of them event streams, and as many reads that wait for a position.
    `calls` may be under way or wait for a thread at once; more are turned away at once, as OVERLOADED.

    `caller`: what one principal may have of this; None where principals are not proven, and so mean nothing.
    `longest`: deadlines further away count as this. `reflection`: whether strangers are told of the contract.
    `turn_away_s`: how long a server that stops goes on to answer new calls, with SHUTTING_DOWN, before it closes.
    """

    threads: int = 64
    followers: int = 16
    calls: int = 1_000
    message_bytes: int = 4 * 1024 * 1024
    caller: CallerLimits | None = None
    longest: Longest = field(default_factory=Longest)
    reflection: bool = True
    turn_away_s: float = 0.3


class LedgerServer:
    """One ledger on one port. Bind, start, stop: once each."""

    def __init__(
        self,
        recorder: LogRecorder,
        writer: Writer,
        vault: Vault,
        clock: Clock,
        authenticator: Authenticator,
        limits: ServingLimits | None = None,
        published: PublishedLog | None = None,
        *,
        rights: bool = False,
        watch: Watch | None = None,
    ) -> None:
        """`rights`: what the roster does not grant is denied."""
        watch = watch or Watch()
        self._limits = limits = limits or ServingLimits()
        self._stopping = Event()
        self._health = StoreHealth(recorder, SERVICES)
        gate = Gate(recorder, clock, enforced=rights)
        self._sealing: bool | None = None
        self._followers, self._streams = Places(limits.followers), Places(limits.followers)
        self._arrivals = Arrivals(limits.longest.request_s)
        outside: list[Around] = [CallLog(watch.call), *([watch.traces] if watch.traces else []), Failures()]
        allowances = Allowances(limits.caller, STREAMS) if limits.caller else None
        inside: list[Around] = [Admission(self._stopping), Identity(authenticator)]
        inside += [*([allowances] if allowances else []), Patience(limits.longest, STREAMS), Rights(gate)]
        messages = Messages(self._arrivals, allowances)
        let_in = Layers(*outside, *inside, messages)
        turned_away = Layers(*outside, TurnedAway(limits.calls), messages)
        self._lanes = Lanes(limits.threads, limits.calls, let_in, turned_away)
        self._server = grpc.server(
            self._lanes.pool,
            interceptors=[self._lanes],
            options=_options(limits),
            maximum_concurrent_rpcs=limits.calls + _TURNED_AWAY_AT_ONCE,
        )
        writes, reads = Writes(writer, recorder, gate), Reads(recorder, clock, limits.followers)
        history = HistoryService(reads, recorder, self._followers, self._stopping)
        payees = Payees(vault, recorder, gate)
        server = self._server
        measures_pb2_grpc.add_MeasureServiceServicer_to_server(MeasureService(writes, reads), server)
        funds_pb2_grpc.add_FundServiceServicer_to_server(FundService(writes, reads), server)
        enterprises_pb2_grpc.add_EnterpriseServiceServicer_to_server(EnterpriseService(writes, reads), server)
        applications_pb2_grpc.add_ApplicationServiceServicer_to_server(
            ApplicationService(writes, reads, payees), server
        )
        awards_pb2_grpc.add_AwardServiceServicer_to_server(AwardService(writes, reads), server)
        payments_pb2_grpc.add_PaymentServiceServicer_to_server(PaymentService(writes), server)
        clawbacks_pb2_grpc.add_ClawbackServiceServicer_to_server(ClawbackService(writes), server)
        objections_pb2_grpc.add_ObjectionServiceServicer_to_server(ObjectionService(writes), server)
        corrections_pb2_grpc.add_CorrectionServiceServicer_to_server(
            CorrectionService(writes, recorder, payees), server
        )
        payment_runs_pb2_grpc.add_PaymentRunServiceServicer_to_server(PaymentRunService(writes, reads, vault), server)
        finance_pb2_grpc.add_FinanceServiceServicer_to_server(FinanceService(writes, reads, recorder, vault), server)
        personal_data_pb2_grpc.add_PersonalDataServiceServicer_to_server(PersonalDataService(writes), server)
        history_pb2_grpc.add_HistoryServiceServicer_to_server(history, server)
        inquiries_pb2_grpc.add_InquiryServiceServicer_to_server(InquiryService(reads), server)
        transparency_pb2_grpc.add_TransparencyServiceServicer_to_server(
            TransparencyService(published, recorder, writes, self._streams, self._stopping), server
        )
        roster_pb2_grpc.add_RosterServiceServicer_to_server(RosterService(writes, reads), server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, server)
        if limits.reflection:
            reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)

    def bind(self, address: str, credentials: grpc.ServerCredentials | None = None) -> int:
        """Listens on `host:port`, `[v6]:port` or `unix:path`, and returns the port (0 for none).

        Without credentials in plain text. Raises RuntimeError when the address cannot be had.
        """
        if credentials is None:
            return self._server.add_insecure_port(address)
        return self._server.add_secure_port(address, credentials)

    def start(self) -> None:
        """Answers calls, and says by the health service that it does."""
        self._server.start()
        self._arrivals.start()
        self._health.start()

    def announce_sealing(self, well: bool) -> None:
        """Says by the health service whether what is recorded is being sealed."""
        self._sealing = well
        self._health.say_of(SEALING, well)

    def occupancy(self) -> Occupancy:
        """As of now; any thread may ask, and nothing is read from the database."""
        return Occupancy(
            calls=self._lanes.taken - self._lanes.queued,
            calls_queued=self._lanes.queued,
            followers=self._followers.taken,
            streams=self._streams.taken,
            head=self._health.head,
            reachable=self._health.reachable,
            sealing=self._sealing,
        )

    def stop(self, grace_s: float) -> None:
        """Turns new calls away, waits for those under way as long as the grace lasts, and cuts off the rest.

        The writer must go on meanwhile: calls under way wait for it. What was cut off, here or by its caller, may
        still read: its thread gets the grace once more to notice, so that the store is closed behind it.
        """
        self._health.stop()
        self._stopping.set()
        time.sleep(min(self._limits.turn_away_s, grace_s))
        self._server.stop(grace_s).wait()
        self._lanes.wait_until_empty(grace_s)
        self._arrivals.stop()


def _options(limits: ServingLimits) -> list[tuple[str, int]]:
    return [
        ("grpc.max_receive_message_length", limits.message_bytes),
        # Two servers on one port would share its calls between two ledgers.
        ("grpc.so_reuseport", 0),
        # A dead client is noticed within 80 s; clients may ask as often, also while a stream is silent.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        # Who connects and says nothing is not waited for.
        ("grpc.server_handshake_timeout_ms", HANDSHAKE_S * 1_000),
        # A connection was let in by the authorities of its day: it is made anew while they may have changed.
        ("grpc.max_connection_age_ms", CONNECTION_AGE_S * 1_000),
        ("grpc.max_connection_age_grace_ms", limits.longest.stream_s * 1_000),
    ]
