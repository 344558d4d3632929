"""Trial: a ledger on which something is tried, so that nothing of it stays."""

from collections.abc import Iterable
from uuid import UUID

from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.encoding import decode_snapshot, encode_snapshot
from award_ledger.domain.lending import lent
from award_ledger.domain.working_set import Ledger, T, WorkingSet


class Trial(Ledger):
    """Clones of what it looks at; facts that are applied to it leave the parent as it was."""

    def __init__(self, parent: WorkingSet) -> None:
        super().__init__()
        self._parent = parent
        self.position = parent.position

    def absent(self, kind: type[T], aggregate_id: UUID) -> T:
        """A clone of the parent's aggregate; of a bank account, which may be large, what is looked at is cloned."""
        found = self._parent.find(kind, aggregate_id)
        if kind is BankAccount:
            return lent(found)
        return decode_snapshot(kind, encode_snapshot(found))

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Those of the parent, and those that were awarded on trial."""
        return dict.fromkeys((*self._parent.awarded(measure), *super().awarded(measure)))
