"""What every command has at hand: the ledger, the language, and the two ways of answering, tables or JSON."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import typer
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from rich.console import Console, RenderableType
from rich.padding import Padding

from award_ledger.clients.cli.money import AmountError, to_minor
from award_ledger.clients.cli.tables import show
from award_ledger.clients.cli.words import Language
from award_ledger.clients.cli.words.labels import LABELS
from award_ledger.clients.connection import is_local
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.profiles import Profile, ProfileProblem
from award_ledger.v1.applications_pb2 import Application
from award_ledger.v1.awards_pb2 import Award


class UsageProblem(Exception):
    """What was typed cannot be meant. `hint` is the option or argument; `text` says why, in the user's language."""

    def __init__(self, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint


@dataclass
class Desk:
    """One run of the command line. `json` answers in one JSON document on stdout; otherwise in tables."""

    server: str
    principal: str
    language: Language
    json: bool
    timeout_s: float
    out: Console
    err: Console
    profile: Profile | None = None
    _currencies: dict[str, str] = field(default_factory=dict)

    @cached_property
    def client(self) -> LedgerClient:
        """The ledger, connected at first use."""
        try:
            if self.profile is not None:
                return LedgerClient.of_profile(self.profile, principal=self.principal, timeout_s=self.timeout_s)
            return LedgerClient(self.server, principal=self.principal, timeout_s=self.timeout_s)
        except ProfileProblem as problem:
            raise UsageProblem(self.say(problem.key, **problem.values), "--profile") from problem
        except ValueError as error:
            if self.profile is not None and self.profile.plaintext and not is_local(self.server):
                raise UsageProblem(self.say("profile.plaintext", server=self.server), "--profile") from error
            raise UsageProblem(self.say("usage.principal", principal=self.principal), "--as") from error

    def close(self) -> None:
        """Close the connection, if there is one."""
        if "client" in self.__dict__:
            self.client.close()

    def say(self, key: str, **values: object) -> str:
        """A phrase in the language of this run."""
        return LABELS[key].say(self.language, **values)

    def name(self, family: str, value: str) -> str:
        """A word of the contract (a status, a verdict, a topic) in the language of this run; itself if unknown."""
        phrase = LABELS.get(f"{family}.{value}")
        return phrase.say(self.language) if phrase else value

    def answer(self, message: Message, parts: Callable[[], Iterable[RenderableType]]) -> None:
        """Answer with a message as JSON, or with what `parts` makes of it."""
        if self.json:
            self.write_json(json_of(message))
            return
        self.print(parts())

    def print(self, parts: Iterable[RenderableType]) -> None:
        """Print tables and lines for people."""
        show(self.out, parts)

    def write_json(self, document: str, *, to_err: bool = False) -> None:
        """Write one JSON document and nothing else; in UTF-8, whatever the terminal speaks."""
        self.write(document + "\n", to_err=to_err)

    def write(self, document: str, *, to_err: bool = False) -> None:
        """Write a document for programs as it is: neither wrapped nor coloured, and in UTF-8."""
        stream = sys.stderr if to_err else sys.stdout
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")
        print(document, file=stream, end="", flush=True)

    def minor(self, text: str, currency: str, hint: str, *, signed: bool = False) -> int:
        """Minor units of an amount that was typed at `hint`; raises UsageProblem."""
        try:
            return to_minor(text, currency, signed=signed)
        except AmountError as error:
            raise UsageProblem(self.say(error.key, **error.values), hint) from error

    def currency_of(self, measure_code: str) -> str:
        """Currency of a measure, asked once; raises LedgerError."""
        if measure_code not in self._currencies:
            measure = self.client.get_measure(measure_code).measure
            self._currencies[measure_code] = measure.terms.currency
        return self._currencies[measure_code]

    def currency_of_fund(self, code: str) -> str:
        """Currency of a fund, asked once; raises LedgerError."""
        key = f"fund {code}"
        if key not in self._currencies:
            self._currencies[key] = self.client.get_fund(code).fund.currency
        return self._currencies[key]

    def currency_of_entry(self, position: int) -> str:
        """Currency of an entry's amounts, empty where it has none, asked once; raises LedgerError."""
        key = f"entry {position}"
        if key not in self._currencies:
            self._currencies[key] = self.client.get_event(position).currency
        return self._currencies[key]

    def only_currency(self) -> str:
        """The currency that this run has dealt with; empty where it was none or several."""
        known = set(self._currencies.values())
        return known.pop() if len(known) == 1 else ""

    def application(self, enterprise: str, reference: str) -> Application:
        """The application that a UUID, a beginning of one, or its number means; raises LedgerError, UsageProblem."""
        if is_uuid(reference):
            return self.client.get_application(enterprise, reference).application
        applications = self.client.whole_enterprise(enterprise).enterprise.applications
        return applications[self._meant([(a.application_id, a.number) for a in applications], reference, "application")]

    def award(self, enterprise: str, reference: str) -> Award:
        """The award that a UUID, a beginning of one, or its number means; raises LedgerError, UsageProblem."""
        if is_uuid(reference):
            award = self.client.get_award(enterprise, reference).award
        else:
            awards = self.client.whole_enterprise(enterprise).enterprise.awards
            award = awards[self._meant([(a.award_id, a.number) for a in awards], reference, "award")]
        self._currencies[award.measure_code] = award.currency
        return award

    def _meant(self, known: list[tuple[str, int]], reference: str, kind: str) -> int:
        matches = [
            index
            for index, (identity, number) in enumerate(known)
            if reference == str(number) or (len(reference) >= 6 and identity.startswith(reference.lower()))
        ]
        if len(matches) != 1:
            key = "ambiguous" if matches else "unknown"
            raise UsageProblem(self.say(f"usage.{kind}.{key}", reference=reference), kind.upper())
        return matches[0]


def desk_of(context: typer.Context) -> Desk:
    """The desk of a command's run."""
    desk = context.obj
    if not isinstance(desk, Desk):
        raise TypeError("a command runs below the program's own options, which make its desk")
    return desk


def is_uuid(text: str) -> bool:
    """True for a whole UUID, as the ledger writes them."""
    return len(text) == 36 and text.count("-") == 4


def json_of(message: Message) -> str:
    """The message in protobuf's JSON, with the names of the contract; 64-bit integers are strings there."""
    return MessageToJson(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True, ensure_ascii=False
    )


def indented(part: RenderableType) -> Padding:
    """A part that belongs to what stands above it."""
    return Padding(part, (0, 0, 0, 2))
