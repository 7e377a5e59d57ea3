"""Protocol/vectors/values.ndjson: encodings, names, values, row ids, stamps, digests of rows."""

from ..changes import GREATEST_CLOCK
from ..encoding import Malformed, base32, base64url, from_base32, from_base64url
from ..merging import Removal, Row, Written, as_people_see, digest
from ..values import derived_row, frozen_row, is_name, is_row_id, random_row, value_bytes
from .fixtures import A, B, R


def vectors():
    yield from encodings()
    yield from names()
    yield from values()
    yield from rows()
    yield from stamps()
    yield from digests()


def encodings():
    for size in (0, 1, 2, 3, 4, 5, 15, 16, 32):
        data = bytes(range(0xf0, 0xf0 + 16))[:size] if size <= 16 else bytes(range(size))
        for topic, encode in (("base32", base32), ("base64url", base64url)):
            yield {
                "topic": topic, "name": f"{size} bytes", "text": encode(data), "bytes": data.hex()}
    bad = {
        "base32": (
            ("one digit", "a"), ("three digits", "aaa"), ("six digits", "aaaaaa"),
            ("filler of two digits", "ab"), ("filler of four digits", "aaab"),
            ("filler of five digits", "aaaac"), ("filler of seven digits", "aaaaaab"),
            ("digit 1", "a1"), ("digit 8", "a8"), ("padding", "aa======"), ("a space", "a a")),
        "base64url": (
            ("one digit", "A"), ("five digits", "AAAAA"), ("filler of two digits", "AB"),
            ("filler of three digits", "AAB"), ("plus", "A+"), ("slash", "A/"),
            ("padding", "AA=="), ("a line feed", "AA\n"), ("a letter beyond ASCII", "Aé")),
    }
    readers = {"base32": from_base32, "base64url": from_base64url}
    for topic, cases in bad.items():
        for name, text in cases:
            yield {"topic": topic, "name": name, "text": text, "bytes": read(readers[topic], text)}


def read(reader, text):
    try:
        return reader(text).hex()
    except Malformed:
        return None


def names():
    for name, text in (
            ("one letter", "a"), ("all kinds of characters", "a_z09"), ("64 bytes", "a" * 64),
            ("65 bytes", "a" * 65), ("empty", ""), ("a digit first", "9a"),
            ("an underscore first", "_a"), ("a capital", "aB"), ("a hyphen", "a-b"),
            ("a letter beyond ASCII", "é"), ("a digit beyond ASCII", "a٣"),
            ("a line feed behind", "a\n"), ("a space", "a b")):
        yield {"topic": "name", "name": name, "text": text, "lawful": is_name(text)}
    for name, text in (
            ("random", R), ("derived", "d" + R[1:]), ("frozen", "f" + R[1:]),
            ("another kind", "a" + R[1:]), ("a capital kind", "R" + R[1:]),
            ("a capital digit", R[:-1] + "A"), ("24 characters", R[:-1]),
            ("26 characters", R + "a"), ("digit 1", R[:-1] + "1"), ("empty", ""),
            ("a line feed behind", R + "\n"), ("the last of all", "r" + "7" * 24)):
        yield {"topic": "row-id", "name": name, "text": text, "lawful": is_row_id(text)}


def values():
    for name, value in (
            ("null", None), ("0", 0), ("1", 1), ("minus one", -1), ("the greatest", 2**63 - 1),
            ("the least", -(2**63)), ("empty text", ""), ("a text", "Bob"),
            ("two bytes in one character", "é"), ("a character beyond the first plane", "😀"),
            ("decomposed is another text", "e\u0301"), ("control characters", "\x01\x1f\x7f")):
        yield {"topic": "value", "name": name, "value": value, "bytes": value_bytes(value).hex()}


def rows():
    for name, data in (
            ("counting up", bytes(range(15))), ("zeros", bytes(15)), ("ones", b"\xff" * 15)):
        yield {
            "topic": "random-row", "name": name, "bytes": data.hex(), "row": random_row(data)}
    for name, table, keys in (
            ("keys of every type", "reminders", ["x", 2, None, -1, "é"]),
            ("a device", "devices", [base64url(A.name)]),
            ("a lost declaration", "lost", [base64url(B.name), 17]),
            ("a relay", "relays", ["https://relay.example/"]),
            ("no keys", "settings", []),
            ("an empty text is not null", "settings", [""]),
            ("null", "settings", [None])):
        yield {
            "topic": "derived-row", "name": name, "table": table, "keys": keys,
            "row": derived_row(table, *keys)}
    fields = {"number": "2026-001", "total": 12000}
    for name, table, writer, fields in (
            ("a document", "documents", A, fields),
            ("another writer", "documents", B, fields),
            ("another table", "payments", A, fields),
            ("fields sort by bytes", "documents", A, {"b": 1, "a_": None, "a": "", "a0": -5})):
        yield {
            "topic": "frozen-row", "name": name, "table": table, "writer": writer.name.hex(),
            "fields": fields, "row": frozen_row(table, writer.name, fields)}


def stamps():
    """What a writer stamps, from the wall clock and its last change's stamp."""
    for name, clock, last in (
            ("the first change takes the clock", 1_700_000_000_000, None),
            ("a clock before 1970 counts as 0", -5, None),
            ("a clock beyond 2^48 counts as 2^48", GREATEST_CLOCK + 1, None),
            ("a clock at 2^48", GREATEST_CLOCK, None),
            ("a clock that moved on", 200, 100),
            ("a clock that stood still", 100, 100),
            ("a clock that went back", 50, 100),
            ("a stamp grows beyond 2^48", 2**60, GREATEST_CLOCK)):
        stamp = max(min(max(clock, 0), GREATEST_CLOCK), -1 if last is None else last + 1)
        yield {"topic": "stamp", "name": name, "clock": clock, "last": last, "stamp": stamp}


def digests():
    """States of rows, their canonical bytes and the digest of all of them."""
    branch = A.name + bytes(range(32))
    plain = Row("clients", R)
    plain.entries.append(Written("name", (B.name, 1), 50, "Bob", False))
    full = Row("clients", R)
    full.entries += [
        Written("name", (branch, 3), 9, "b", False), Written("name", (A.name, 7), 9, None, False),
        Written("name", (A.name, 2), 5, -1, False), Written("alive", (B.name, 1), 5, 1, False)]
    full.tallies = {
        ("visits", B.name): ((B.name, 4), -3), ("visits", branch): ((branch, 3), 2**63 - 1),
        ("hours", A.name): ((A.name, 9), 0)}
    full.removals += [Removal((branch, 4), 7, True), Removal((A.name, 8), 7, False)]
    fields = {"number": "2026-001", "total": 12000}
    frozen = Row("documents", frozen_row("documents", A.name, fields))
    for original, dot in ((False, (A.name, 2)), (True, (A.name, 1))):
        frozen.entries += [Written(f, dot, 1, v, original) for f, v in fields.items()]
    twice = Row("documents", frozen.id)
    twice.entries += [
        Written("total", (A.name, 1), 1, 12000, original) for original in (False, True)]
    for name, rows in (
            ("no rows", []), ("one entry", [plain]),
            ("entries, tallies and removals in their order", [full]),
            ("a frozen row", [frozen]), ("an original first of one dot", [twice]),
            ("several rows: the order does not matter", [frozen, full])):
        whole = digest(rows)
        yield {
            "topic": "digest", "name": name, "rows": [state(r) for r in rows],
            "digest": whole.hex(), "shown": as_people_see(whole)}


def state(row: Row) -> dict:
    def dot(d):
        return {"writer": d[0].hex(), "number": d[1]}

    return {
        "table": row.table, "row": row.id,
        "entries": [
            {"field": e.field, **dot(e.dot), "value": e.value, "original": e.original}
            for e in row.entries],
        "tallies": [
            {"field": f, **dot(d), "sum": total} for (f, _), (d, total) in row.tallies.items()],
        "removals": [{**dot(r.dot), "hides": r.hides} for r in row.removals],
        "canonical": row.canonical().hex(),
    }
