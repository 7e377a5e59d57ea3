"""What the cases have in common, and where they register."""

from ...changes import Operation, add, put, remove
from ...history import History
from ...merging import as_people_see
from ...segments import Opened, Sealed
from ...values import frozen_row
from ..fixtures import A, B, C, R, SECRET, Device, segment_of

FIELDS = {"number": "2026-001", "total": 12000}
F = frozen_row("documents", A.name, FIELDS)
LINE = "d" + R[1:]


def merge(name: str, groups: list[list[Sealed]], **more) -> dict:
    segments = [segment_of(group) for group in groups]
    return {"topic": "merge", "name": name, "secret": SECRET.bytes.hex()} | more | outcome(
        segments, groups)


def outcome(segments, groups) -> dict:
    history = History.of(
        Opened(segment, tuple(group), None) for segment, group in zip(segments, groups))
    rejected = [
        s.hash.hex() for s, g in zip(segments, groups)
        if any((c.writer, c.id) in history.rejected for c in g)]
    return {
        "segments": [s.line().decode() for s in segments],
        "digest": history.digest.hex(), "shown": as_people_see(history.digest),
        "waiting": len(history.waiting), "refused": rejected,
        "unknown": len(history.unknown), "unlawful": len(history.unlawful),
        "compares": history.compares,
        "version": [
            {"writer": writer.hex(), "number": number}
            for writer, number in sorted(history.version.items())],
        "rows": [
            {"table": row.table, "row": row.id, "hidden": row.hidden,
             "registers": row.registers(), "counters": row.counters()}
            for _, row in sorted(history.rows.items())],
        "conflicts": [
            {"id": c.id, "kind": c.kind, "table": c.table, "row": c.row, "field": c.field,
             "alternatives": list(c.alternatives)} for c in history.conflicts],
    }


def name(value) -> Operation:
    return put("clients", R, {"name": value})


def visits(amount: int) -> Operation:
    return add("clients", R, {"visits": amount})


def alive() -> Operation:
    return put("clients", R, {"alive": 1})


GONE = remove("clients", R)
CASES = {}


def case(title: str):
    def keep(make):
        CASES[title] = make
        return make
    return keep


def devices(count: int = 3) -> list[Device]:
    return [Device(signer) for signer in (A, B, C)[:count]]
