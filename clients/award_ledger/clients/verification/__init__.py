"""Verifying the transparency log without trusting whoever serves it: pure functions over bytes that were presented.

Written from the published formats alone (RFC 6962, C2SP); shares no code with servers, which make what is verified
here. Needs `award-ledger[audit]` for signatures.
"""
