"""Protocol/vectors/errors.ndjson: every code, its kind, its status, its line."""

from ..conversation import KINDS, Refusal
from ..keys import sha256

STATUS = {
    "form": 400, "size": 413, "signature": 400, "version": 400, "books": 409, "key": 409,
    "proof": 403, "quota": 507, "busy": 503, "storage": 500, "token": 401, "revoked": 403,
    "enrolment": 403,
}


def vectors():
    for code, kind in KINDS.items():
        yield {
            "topic": "refusal", "name": code, "code": code, "kind": kind, "status": STATUS[code],
            "line": Refusal(code).line().decode(), "hash": sha256(b"").hex(),
            "lineWithHash": Refusal(code, sha256(b"")).line().decode()}
