"""Why an opening cannot be revealed or a key not be used. No message holds a value, a salt or a key."""

from uuid import UUID


class VaultFailure(Exception):
    """Any of the failures below."""


class Erased(VaultFailure):
    """No opening is kept, or its person's key is destroyed. Whether that was lawful the log says, not the vault."""

    def __init__(self, position: int, path: str) -> None:
        super().__init__(f"nothing is kept for {path} of event {position}: it was erased, or there never was a value")
        self.position, self.path = position, path


class WrongKey(VaultFailure):
    """A person's key is wrapped by a key-encryption key that is not at hand."""

    def __init__(self, person_id: UUID, key_id: str) -> None:
        super().__init__(f"the key of person {person_id} is wrapped by key {key_id!r}, which is not among those given")
        self.person_id, self.key_id = person_id, key_id


class Tampered(VaultFailure):
    """Stored bytes are not those that the vault wrote there."""


class OpeningTampered(Tampered):
    """The opening was changed, or written for another event, field or person."""

    def __init__(self, position: int, path: str) -> None:
        super().__init__(f"the opening kept for {path} of event {position} is not the one that was sealed there")
        self.position, self.path = position, path


class KeyTampered(Tampered):
    """The wrapped key was changed, or written for another person."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"the wrapped key of person {person_id} is not the one that was stored")
        self.person_id = person_id


class KeyRefused(VaultFailure):
    """A key-encryption key cannot be had from its source, and what its operator can do about it."""

    def __init__(self, source: str, finding: str, remedy: str) -> None:
        super().__init__(f"{source}: {finding}. {remedy}")
        self.source, self.finding, self.remedy = source, finding, remedy
