"""What each target begins with: the vectors of the protocol, and what people type."""

import json

from .program import ROOT

TYPED = {
    "amount": ["0", "12.50", "-0,05", "1,234", "9999999999999.99", "100000000000", "12.5.0"],
    "number": ["0", "450", "-5.5", "0.0088", "19,5", "100", "000000000001", "1,200", "0.000001"],
    "date": [
        "2026-03-05", "today", "tomorrow +2w", "yesterday", "next fri", "last tuesday", "eow",
        "eom+1m", "eoq", "eoy -3d", "15th", "31st", "5 dec", "dec 5 2027", "5th december", "29 feb",
        "in 3 weeks", "3 months ago", "net30", "+30d -1y", "05/12", "0001-01-01", "9999-12-31"],
    "terms": [
        "30d", "30", "30 days", "net30", "0", "30d eom", "45 days end of month", "eom", "eom+45d",
        "end of month + 45 days", "366"],
    "invoice-line": [
        "Design; 3; 450; 20", "Book;1;12,50;5.5%", "Hosting; 0.5; 0.0088; 0; AE",
        "Trip; -1; 100; 0; e", "a;b;c;d;e;f"],
    "json": [
        "null", "[true,false,null]", '{"a":1,"b":[-0.5e+10,"\\u00e9\\ud83d\\ude00\\n"]}', '"\\"\\\\"',
        "[[[[1]]]]", "\ufeff 1"],
    "line-stream": ["\u0000a\n\nbc\nd", "\u0003{}\n{}\n", "\u00ff" + "x" * 300 + "\n"],
    "device-line": [
        '{"device":"","position":0}', '{"device":"caf\\u00e9 \\"1\\"","position":9007199254740992}'],
    "enrolment": ["jalon-enrol-", "JALON-ENROL-AAAA"],
}


def of(target: str) -> list[bytes]:
    """The seeds of one target; none is as good as any."""
    seeds = [text.encode("latin-1" if target == "line-stream" else "utf-8")
             for text in TYPED.get(target, [])]
    prefixes = {"amount": 3, "number": 6}
    if target in prefixes:
        seeds = [bytes([choice]) + seed for choice in range(prefixes[target]) for seed in seeds]
    if target == "date":
        # 20 November 2026, and the calendar's first and last day.
        days = [b"\x0b\x4b\x1b", b"\0\0\0", b"\x37\xb9\xf9"]
        seeds = [day + seed for day in days for seed in seeds]
    for vector in vectors():
        seeds += seeds_of(target, vector)
    if target in ("draft-file", "json"):
        seeds += drafts()
    if target == "packed-row":
        seeds += rows()
    if target == "enrolment":
        seeds += enrolments()
    return seeds


def vectors() -> list[dict]:
    files = sorted((ROOT / "Protocol/vectors").glob("*.ndjson"))
    return [json.loads(line) for file in files for line in file.read_text().split("\n") if line]


def line(vector: dict) -> bytes:
    if "text" in vector:
        return vector["text"].encode()
    if "hex" in vector:
        return bytes.fromhex(vector["hex"])
    return b"".join(text.encode() * times for text, times in vector.get("parts") or [])


def seeds_of(target: str, vector: dict) -> list[bytes]:
    topic = vector["topic"]
    match target, topic:
        case "change-line", "outcome":
            return [line(vector)]
        case "change-line", "encode":
            return [vector["line"].encode()]
        case "sealed-lines", "outcome":
            return [line(vector)]
        case "sealed-lines" | "change-line", "segment" if vector.get("texts"):
            texts = [text.encode() for text in vector["texts"]]
            return [b"\n".join(texts)] if target == "sealed-lines" else texts
        case "sealed-text", "segment" if vector.get("texts"):
            claim = vector.get("claim")
            text = "".join(one + "\n" for one in vector["texts"])
            count = bytes([len(vector["texts"]) - 1 & 15])
            return [count + text.encode(), count + text.encode()[:-1]] + (
                [count + (text + claim_line(claim)).encode()] if claim else [])
        case "sealed-stream", "segment" if vector.get("stream"):
            stream = bytes.fromhex(vector["stream"])
            count = bytes([len(vector["texts"]) - 1 & 15])
            return [count + stream, count + stream[:-1], count + stream + b"x"]
        case "sealed-bytes", "segment" if vector.get("stream"):
            stream = bytes.fromhex(vector["stream"])
            return [(len(stream).to_bytes(4, "big") + stream).ljust(size, b"\0")
                    for size in (192, 256, 512) if len(stream) + 4 <= size]
        case "segment-line", "segment":
            return [vector["line"].encode()]
        case "segment-line", "segment-line":
            return [line(vector)]
        case "segment-bytes", "segment":
            header = bytes.fromhex(vector["header"])
            parts = [vector[name] for name in ("header", "commitment", "signature", "body")]
            return [header, bytes.fromhex("".join(parts))]
        case "conversation-line", "line" | "line-refused":
            return [line(vector)]
        case "invitation", "invitation" | "invitation-cut" | "invitation-read":
            return [b"\0" + vector["text"].encode()] + invitation_parcel(vector)
        case "recovery-sheet", "sheet":
            return ["\n".join(vector["lines"]).encode()]
        case "recovery-sheet", "sheet-read":
            return [vector["text"].encode()]
        case "base32" | "base64url", _ if topic == target:
            return [vector["text"].encode()]
    return []


def claim_line(claim: str) -> str:
    from base64 import urlsafe_b64encode
    digits = urlsafe_b64encode(bytes.fromhex(claim)).decode().rstrip("=")
    return f'{{"digest":"{digits}"}}\n'


def invitation_parcel(vector: dict) -> list[bytes]:
    """What is between an invitation's count and its checksum."""
    if not vector.get("secret"):
        return []
    parcel = bytes.fromhex(vector["secret"])
    name = vector["books"].encode()[:255]
    parcel += bytes([len(name)]) + name
    for relay in vector["relays"][:4]:
        for text in relay if isinstance(relay, list) else relay.values():
            part = text.encode()[:255]
            parcel += bytes([len(part)]) + part
    return [b"\1" + parcel]


def drafts() -> list[bytes]:
    members = ("currency", "lines", "adjustments", "prepaid", "rounding")
    found = []
    for text in (ROOT / "Tests/BillingTests/Cases/totals.ndjson").read_text().splitlines():
        case = json.loads(text)
        found.append(json.dumps({name: case[name] for name in members if name in case}).encode())
    return found


def rows() -> list[bytes]:
    """Some states as `RowState.packed` writes them: groups of entries, tallies, removes."""
    entry = bytes([1, 0, 5, 0x80, 0xa0, 0x5b, 2, 4, 2, 3]) + b"abc" + bytes([8 | 1])
    return [b"\0", b"\0\0\0", entry, entry + bytes([1, 3, 0, 7, 9, 0]),
            entry + bytes([0, 1, 1, 6, 0x82, 1, 1]), bytes([1, 0, 5, 0, 1, 2, 1, 0xff, 1])]


def enrolments() -> list[bytes]:
    """One that the target's secret made."""
    import hashlib
    import hmac
    from base64 import b32encode
    nonce = bytes(range(10))
    code = hmac.new(bytes([9] * 32), b"jalon enrolment 1\0" + nonce, hashlib.sha256).digest()[:20]
    return [b"jalon-enrol-" + b32encode(nonce + code).lower().rstrip(b"=")]
