"""Trust policies (C2SP tlog-policy): whose checkpoints an auditor believes, and which witnesses must have seen them.

A line of ours is added: `timestamp <name> <certificate>`, for authorities whose time stamps are believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.x509 import Certificate

from award_ledger.clients.verification.checkpoints import Checkpoint, parse_checkpoint
from award_ledger.clients.verification.failures import Malformed, QuorumMissed, SignatureRefused
from award_ledger.clients.verification.keys import COSIGNATURE_V1, VerifierKey, as_cosigner, parse_vkey
from award_ledger.clients.verification.notes import Signed, parse_note, verified_signers
from award_ledger.clients.verification.timestamps import Authority, authority_of, parse_certificate

MAX_LINES = 1_000
"""Far above the 32 logs, witnesses and groups that must be taken; a file with more is not a policy."""

MAX_AHEAD_S = 300
"""A cosignature may be dated so much ahead of the auditor's clock: two machines' clocks differ."""

NONE = "none"

_WORDS = {"log": (1, 2), "witness": (2, 3), "group": (3, MAX_LINES), "quorum": (1, 1), "timestamp": (2, 2)}
"""Fewest and most words after the first, by the word with which a line begins."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A checkpoint that the policy lets pass, and whose signatures on it were found good."""

    checkpoint: Checkpoint
    signed: tuple[Signed, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses or groups of which `threshold` must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Keys of logs; witnesses and groups by name; the name that must be met, or `none`."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[str, str] = field(default_factory=dict)
    """Addresses of witnesses by name, where the policy has them."""
    authorities: Mapping[str, Authority] = field(default_factory=dict)
    """Time stamping authorities by name."""

    def signed_by_log(self, note: bytes) -> Verified:
        """The checkpoint of a note, if one of the logs signed it and no known signature on it is false.

        Raises Malformed, SignatureRefused.
        """
        parsed = parse_note(note)
        checkpoint = parse_checkpoint(parsed.text)
        logs = [key for key in self.logs if key.name == checkpoint.origin]
        if not logs:
            known = ", ".join(sorted({key.name for key in self.logs}))
            raise SignatureRefused(f"the policy knows no log {checkpoint.origin!r}, only {known}")
        signed = verified_signers(parsed, (*logs, *self.witnesses.values()))
        if not any(one.key in logs for one in signed):
            raise SignatureRefused(f"the log {checkpoint.origin} itself has not signed")
        return Verified(checkpoint, signed)

    def verify(self, note: bytes, *, now_s: int = 0, max_age_s: int = 0) -> Verified:
        """The same, if the quorum cosigned it too.

        With `max_age_s`, cosignatures older than that at `now_s`, or dated ahead of it, do not count; where none is
        asked for, no age can be shown.
        Raises Malformed, SignatureRefused, QuorumMissed.
        """
        verified = self.signed_by_log(note)
        if max_age_s and self.quorum == NONE:
            raise QuorumMissed(
                f"the policy asks for no witness, so nothing tells whether this view is older than {max_age_s} s"
            )
        witnessed = [one for one in verified.signed if one.key in self.witnesses.values()]
        fresh = {one.key for one in witnessed if _is_fresh(one, now_s, max_age_s)}
        cosigned = {name for name, key in self.witnesses.items() if key in fresh}
        if not self._met(self.quorum, cosigned):
            stale = [f"{one.key.name} ({one.made_at_s} s)" for one in witnessed if one.key not in fresh]
            raise QuorumMissed(
                f"quorum {self.quorum!r} is not met: cosigned by {', '.join(sorted(cosigned)) or 'nobody'}"
                + (f"; too old or dated ahead: {', '.join(stale)}" if stale else "")
            )
        return verified

    def _met(self, name: str, cosigned: set[str]) -> bool:
        if name == NONE:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._met(member, cosigned) for member in group.members) >= group.threshold


def _is_fresh(one: Signed, now_s: int, max_age_s: int) -> bool:
    """Whether a cosignature says enough about the present. One dated 0 makes no statement about time."""
    return not max_age_s or now_s - max_age_s <= one.made_at_s <= now_s + MAX_AHEAD_S


def parse_policy(data: bytes) -> Policy:
    """Reads a policy file. Raises Malformed with the number of the line."""
    if any((byte < 0x20 and byte not in b"\t\n") or byte == 0x7F for byte in data):
        raise Malformed("policy", "it has a control character")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    if len(lines) > MAX_LINES:
        raise Malformed("policy", f"it has {len(lines)} lines, more than {MAX_LINES}")
    reading = _Reading()
    for number, line in enumerate(lines, start=1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                reading.take(words)
            except (Malformed, ValueError) as error:
                raise Malformed("policy", f"line {number}: {error}") from error
    return reading.policy()


class _Reading:
    def __init__(self) -> None:
        self.logs: list[VerifierKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorum = ""
        self.certificates: dict[str, list[Certificate]] = {}
        self._members: set[str] = set()

    def take(self, words: Sequence[str]) -> None:
        """One line. Raises Malformed or ValueError."""
        kind, *rest = words
        least, most = _WORDS.get(kind, (0, -1))
        if most < 0:
            raise ValueError(f"{kind[:40]!r} begins no line of a policy")
        if not least <= len(rest) <= most:
            raise ValueError(f"a {kind} line has {least} to {most} words after the first, not {len(rest)}")
        if kind == "log":
            self._log(rest[0])
        elif kind == "witness":
            self._witness(*rest)
        elif kind == "group":
            self._group(*rest)
        elif kind == "timestamp":
            self.certificates.setdefault(rest[0], []).append(parse_certificate(rest[1]))
        else:
            self._quorum(rest[0])

    def _log(self, vkey: str) -> None:
        key = parse_vkey(vkey)
        if key.kind == COSIGNATURE_V1:
            raise ValueError(f"{key.name} is the key of a witness, not of a log")
        _refuse_twice(key, self.logs)
        self.logs.append(key)

    def _witness(self, name: str, vkey: str, url: str = "") -> None:
        self._new_name(name)
        key = as_cosigner(parse_vkey(vkey))
        _refuse_twice(key, self.witnesses.values())
        self.witnesses[name] = key
        if url:
            self.urls[name] = url

    def _group(self, name: str, rule: str, *members: str) -> None:
        self._new_name(name)
        for member in members:
            self._known(member)
            if member in self._members:
                raise ValueError(f"{member} is a member already, and counts once")
            self._members.add(member)
        threshold = {"any": 1, "all": len(members)}.get(rule)
        if threshold is None:
            if not re.fullmatch("[1-9][0-9]{0,3}", rule, re.ASCII) or int(rule) > len(members):
                raise ValueError(f"{rule[:40]!r} is neither any, all nor a number from 1 to {len(members)}")
            threshold = int(rule)
        self.groups[name] = Group(threshold, members)

    def _quorum(self, name: str) -> None:
        if self.quorum:
            raise ValueError("a policy has one quorum")
        if name != NONE:
            self._known(name)
        self.quorum = name

    def _new_name(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"the name {name[:40]!r} is taken")

    def _known(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise ValueError(f"nothing before this line is named {name[:40]!r}")

    def policy(self) -> Policy:
        if not self.quorum:
            raise Malformed("policy", "there is no quorum line")
        if not self.logs:
            raise Malformed("policy", "there is no log line: nobody's checkpoint would be believed")
        authorities = {name: authority_of(listed) for name, listed in self.certificates.items()}
        return Policy(tuple(self.logs), self.witnesses, self.groups, self.quorum, self.urls, authorities)


def _refuse_twice(key: VerifierKey, known: Iterable[VerifierKey]) -> None:
    """The same key under two names would count twice."""
    if any(key.public == other.public for other in known):
        raise ValueError(f"the public key of {key.name} stands in the policy already")
