"""The fingerprint of a request's body, by which a repeat is told from another request under the same id."""

import hashlib

from google.protobuf.message import Message

_NOT_THE_BODY = ("request_id", "validate_only")
_SENSITIVE = ("payee", "contact")


def fingerprint(request: Message) -> str:
    """SHA-256 (hex) over the request's type and its fields in deterministic serialisation.

    It stands in the log, so sensitive values are not in it: who knows the rest of a request could try account numbers
    against the hash. That they are given is; whether they are the same is asked of the vault.
    """
    body = type(request)()
    body.CopyFrom(request)
    fields = body.DESCRIPTOR.fields_by_name
    for name in _NOT_THE_BODY:
        body.ClearField(name)
    for name in _SENSITIVE:
        if name in fields and body.HasField(name):
            body.ClearField(name)
            getattr(body, name).SetInParent()
    for line in getattr(body, "lines", ()):
        line.ClearField("particulars")
    kind = body.DESCRIPTOR.full_name.encode()
    return hashlib.sha256(kind + b"\n" + body.SerializeToString(deterministic=True)).hexdigest()
