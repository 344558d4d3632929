"""Acts of several facts: does what follows the first fact follow from it, all of it and nothing else?"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from uuid import UUID

import msgspec

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.audit.finance_acts import Sketch, finance_sketches
from award_ledger.domain.adoption import adoptions
from award_ledger.domain.events import AwardAdopted
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.personal_data import PersonalDataErased, erased_besides
from award_ledger.domain.policy_events import ProRataDecided, TermsPublished
from award_ledger.domain.pro_rata import awards_of
from award_ledger.domain.refusals import Refused
from award_ledger.domain.trial import Trial
from award_ledger.domain.working_set import Ledger

Stated = tuple[UUID, Fact]
"""In whose stream a fact stands, and the fact."""


class Following:
    """Takes the events of the log in order: `before` each is folded, and `after`; `end` when there are no more."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._due: deque[Stated | Sketch] = deque()
        self._request: tuple[str, UUID] | None = None

    def before(self, event: Event) -> None:
        """Compares the event with what must come here, if it belongs to the act before."""
        request = (event.fact.act.principal, event.fact.act.request_id)
        same = request == self._request
        self._request = request
        subject = f"request {request[1]} of {request[0]}"
        if not same:
            self.end(event.position)
            if isinstance(event.fact, AwardAdopted):
                self._findings.add(event.position, subject, "", "a publication of Terms before it", event.fact.TOPIC)
            return
        if not self._due:
            self._findings.add(event.position, subject, "", "no further fact", event.fact.TOPIC)
            return
        due = self._due.popleft()
        expect = self._findings.expect
        if isinstance(due, Sketch):
            self._sketched(event, due, subject)
            return
        originator_id, fact = due
        expect(event.position, subject, "aggregate_id", str(originator_id), str(event.originator_id))
        expect(event.position, subject, "topic", fact.TOPIC, event.fact.TOPIC)
        self._findings.compare(event.position, subject, msgspec.to_builtins(fact), msgspec.to_builtins(event.fact))

    def after(self, event: Event, ledger: Ledger) -> None:
        """Finds what must follow the event, which has just been folded."""
        if self._due:
            return
        try:
            self._due.extend(_following(event, ledger))
            self._due.extend(finance_sketches(event, ledger))
        except Refused as refusal:
            subject = f"facts that follow {event.fact.TOPIC}"
            self._findings.add(event.position, subject, "", f"{refusal.reason}: {refusal}", "as recorded")

    def end(self, position: int) -> None:
        """Nothing more of the act before comes: nothing may be due."""
        for due in self._due:
            topic = " or ".join(due.topics) if isinstance(due, Sketch) else due[1].TOPIC
            self._findings.add(position, f"stream {due[0]}", "", f"{topic} of the act before", "missing")
        self._due.clear()

    def _sketched(self, event: Event, due: Sketch, subject: str) -> None:
        """Compares as far as the act before says what must come."""
        expect = self._findings.expect
        if due.originator_id is not None:
            expect(event.position, subject, "aggregate_id", str(due.originator_id), str(event.originator_id))
        if event.fact.TOPIC not in due.topics:
            expect(event.position, subject, "topic", " or ".join(due.topics), event.fact.TOPIC)
            return
        for name, value in due.fields.items():
            expect(event.position, subject, name, value, getattr(event.fact, name))


def _following(event: Event, ledger: Ledger) -> Iterator[Stated]:
    fact = event.fact
    if isinstance(fact, PersonalDataErased):
        held = ledger.enterprise(event.originator_id).applications[fact.application_id].personal_data[fact.subject]
        yield from ((event.originator_id, erased) for erased in erased_besides(fact, held))
    if isinstance(fact, TermsPublished):
        yield from ((enterprise.id, adopted) for enterprise, adopted in adoptions(fact, ledger))
    if isinstance(fact, ProRataDecided):
        trial = Trial(ledger)
        for enterprise, award in awards_of(fact, trial):
            yield enterprise.id, award
            trial.apply(Event(enterprise.id, enterprise.version + 1, trial.position + 1, award))
