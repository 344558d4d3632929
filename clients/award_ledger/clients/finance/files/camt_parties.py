"""The people, accounts, banks, texts and amounts inside an entry or a transaction of a camt message."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from award_ledger.clients.finance.files.amounts import minor_of
from award_ledger.clients.finance.files.statement import Account, Charge, Direction, OtherAmount, Party

_NOTHING = {"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"}


class Node:
    """An element that was read to its end; its children are named without their namespace, and looked up, not searched.

    Text is stripped, and blanks in it are one each.
    """

    __slots__ = ("_children", "element")

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        self._children: dict[str, list[Node]] | None = None

    def text(self, *paths: str) -> str:
        """The text of the first of these that is there and has any; `.` is the element itself."""
        for path in paths:
            found = self if path == "." else self.one(path)
            if found is not None and (text := found.element.text) and (stripped := " ".join(text.split())):
                return stripped
        return ""

    def one(self, path: str) -> Node | None:
        """The first such descendant: of each step, the first child of that name."""
        node = self
        for step in path.split("/"):
            found = node.children().get(step)
            if found is None:
                return None
            node = found[0]
        return node

    def all(self, path: str) -> Iterator[Node]:
        """Every such descendant, in order."""
        step, _, rest = path.partition("/")
        for child in self.children().get(step, ()):
            if rest:
                yield from child.all(rest)
            else:
                yield child

    def name(self) -> str:
        """Without its namespace."""
        return etree.QName(self.element).localname

    def children(self) -> dict[str, list[Node]]:
        """By name. Read once: an element is looked at when it is whole, or its part that comes before where we are."""
        if self._children is None:
            found: dict[str, list[Node]] = {}
            for child in self.element:
                found.setdefault(str(child.tag).rpartition("}")[2], []).append(Node(child))
            self._children = found
        return self._children


def reference(text: str) -> str:
    """A reference, or nothing where the bank says in words that there is none."""
    return "" if text.upper() in _NOTHING else text


def direction_of(node: Node) -> Direction | None:
    """As this very element says; `RvslInd` never turns it."""
    return {"CRDT": Direction.IN, "DBIT": Direction.OUT}.get(node.text("CdtDbtInd"))


def signed(amount_minor: int, direction: Direction | None) -> int:
    """More than zero is money in."""
    return -amount_minor if direction is Direction.OUT else amount_minor


_ACCOUNT_PATHS = ("Id/IBAN", "Id/Othr/Id", "Id/PrtryAcct/Id", "Prxy/Id")
_BANK_PATHS = (
    "FinInstnId/BICFI",
    "FinInstnId/BIC",
    "FinInstnId/ClrSysMmbId/MmbId",
    "FinInstnId/CmbndId/BIC",
    "FinInstnId/Othr/Id",
    "FinInstnId/Nm",
)
_NAME_PATHS = ("Nm", "Pty/Nm", "Agt/FinInstnId/Nm")


def own_account(account: Node) -> Account:
    """The account that the statement is about."""
    number = account.text(*_ACCOUNT_PATHS)
    servicer = account.one("Svcr")
    return Account(
        number=number,
        masked="*" in number,
        owner=account.text("Ownr/Nm", "Ownr/Pty/Nm"),
        bank=servicer.text(*_BANK_PATHS) if servicer else "",
    )


def counterparty(transaction: Node, direction: Direction, own: Account) -> Party:
    """Whoever is not us: debtor of money in, creditor of money out.

    A return keeps the parties of the payment that it returns, so money in may name us as its debtor: then the other.
    """
    roles = ("Dbtr", "Cdtr") if direction is Direction.IN else ("Cdtr", "Dbtr")
    for role in roles:
        party = _party(transaction, role)
        if party != Party() and not _is_own(party, own):
            return party
    return Party()


def _party(transaction: Node, role: str) -> Party:
    parties, agents = transaction.one("RltdPties"), transaction.one("RltdAgts")
    named = parties.one(role) or parties.one(f"Ultmt{role}") if parties else None
    account = parties.one(f"{role}Acct") if parties else None
    agent = agents.one(f"{role}Agt") if agents else None
    return Party(
        name=named.text(*_NAME_PATHS) if named else "",
        account=account.text(*_ACCOUNT_PATHS) if account else "",
        bank=agent.text(*_BANK_PATHS) if agent else "",
    )


def _is_own(party: Party, own: Account) -> bool:
    if party.account:
        return party.account == own.number
    return bool(own.owner) and party.name == own.owner


def remittance(transaction: Node) -> str:
    """附言: everything that is free text, in the order of the message."""
    texts = [node.text(".") for node in transaction.all("RmtInf/Ustrd")]
    texts += [node.text(".") for node in transaction.all("RmtInf/Strd/AddtlRmtInf")]
    texts.append(transaction.text("AddtlTxInf"))
    return " ".join(text for text in texts if text)


_NAMED_REFERENCES = frozenset({"EndToEndId", "PmtInfId", "InstrId", "AcctSvcrRef"})


def other_references(node: Node) -> Iterator[str]:
    """Those which have no field of their own, as `name=value`."""
    refs = node.one("Refs")
    for name, found in refs.children().items() if refs else ():
        if name == "Prtry":
            yield from (f"{ref.text('Tp')}={ref.text('Ref')}" for ref in found)
        elif name not in _NAMED_REFERENCES and (text := reference(found[0].text("."))):
            yield f"{name}={text}"
    for structured in node.all("RmtInf/Strd"):
        if text := structured.text("CdtrRefInf/Ref", "CdtrRefInf/CdtrRef"):
            yield f"creditor_reference={text}"
        for document in structured.all("RfrdDocInf"):
            if text := document.text("Nb"):
                yield f"document={text}"


def charges(node: Node, where: str) -> Iterator[Charge]:
    """Fees under an entry or a transaction, zero ones left out; the older grammar has no records."""
    for group in node.all("Chrgs"):
        records = list(group.all("Rcrd")) or ([group] if group.one("Amt") else [])
        for record in records:
            amount = record.one("Amt")
            if amount is None:
                continue
            currency = str(amount.element.get("Ccy", ""))
            minor = minor_of(amount.text("."), currency, f"{where}, charge")
            included = {"true": True, "1": True, "false": False, "0": False}.get(record.text("ChrgInclInd"))
            if minor:
                kind = record.text("Tp/Cd", "Tp/Prtry/Id")
                yield Charge(
                    amount_minor=signed(minor, direction_of(record)), currency=currency, included=included, kind=kind
                )


_ROLES = {"InstdAmt": "instructed", "TxAmt": "transaction", "CntrValAmt": "counter value", "AnncdPstngAmt": "announced"}


def other_amounts(node: Node) -> Iterator[OtherAmount]:
    """Amounts that are not the account's money; zero ones say nothing."""
    details = node.one("AmtDtls")
    for name, found in details.children().items() if details else ():
        for described in found:
            amount = described.one("Amt")
            if amount is not None and amount.text(".").strip("0."):
                role = _ROLES.get(name, described.text("Tp") or name)
                currency = str(amount.element.get("Ccy", ""))
                yield OtherAmount(
                    role=role, amount=amount.text("."), currency=currency, rate=described.text("CcyXchg/XchgRate")
                )


def transaction_code(node: Node) -> str:
    """`PMNT/ICDT/ESCT`, with the bank's own code behind a space where it has one."""
    code = node.one("BkTxCd")
    if code is None:
        return ""
    domain = "/".join(
        part for part in (code.text("Domn/Cd"), code.text("Domn/Fmly/Cd"), code.text("Domn/Fmly/SubFmlyCd")) if part
    )
    return " ".join(part for part in (domain, code.text("Prtry/Cd")) if part)


def return_reason(node: Node) -> str:
    """Why the money came back: the code and the bank's words."""
    returned = node.one("RtrInf")
    if returned is None:
        return ""
    texts = [returned.text("Rsn/Cd", "Rsn/Prtry"), *(info.text(".") for info in returned.all("AddtlInf"))]
    return " ".join(text for text in texts if text)
