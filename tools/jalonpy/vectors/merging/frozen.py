"""Rows of frozen tables."""

from ...changes import add, put, remove
from ..fixtures import A, B, Device
from .cases import F, FIELDS, case, devices


@case("a frozen row: later puts and removes are listed against it")
def _():
    a, b, _ = devices()
    first = a.write([put("documents", F, FIELDS)], 10)
    b.learn(first)
    return [
        first, b.write([put("documents", F, {"total": 1})], 20),
        b.write([remove("documents", F)], 21)]


@case("a frozen row whose original is missing is hidden")
def _():
    return [Device(B).write([put("documents", F, {"total": 1})], 20)]


@case("a frozen row: fields in another order are the original")
def _():
    return [Device(A).write([put("documents", F, dict(reversed(FIELDS.items())))], 1)]


@case("a frozen row: the same values by another writer are no original")
def _():
    return [Device(B).write([put("documents", F, FIELDS)], 1)]


@case("a frozen row: one more field is no original")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS | {"x": 1})], 1), a.write([put("documents", F, FIELDS)], 2)]


@case("a frozen row: the original written twice stays twice")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS)], 1), a.write([put("documents", F, FIELDS)], 2)]


@case("a frozen row: another put before the original in one change")
def _():
    a = Device(A)
    return [a.write([put("documents", F, {"total": 1}), put("documents", F, FIELDS)], 1)]


@case("a frozen row: the original twice in one change")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS)] * 2, 1)]


@case("a frozen row shows no counters")
def _():
    a = Device(A)
    return [a.write([put("documents", F, FIELDS), add("documents", F, {"total": 1})], 1)]


@case("a frozen row: equal values of others are no conflict, a null is one")
def _():
    a, b, c = devices()
    first = a.write([put("documents", F, FIELDS)], 1)
    b.learn(first)
    c.learn(first)
    return [
        first, b.write([put("documents", F, {"total": 12000})], 2),
        c.write([put("documents", F, {"number": None, "note": None})], 3)]


@case("keeping what was issued: a put of the shown value")
def _():
    a, b, _ = devices()
    first = a.write([put("documents", F, FIELDS)], 1)
    b.learn(first)
    second = b.write([put("documents", F, {"total": 1})], 2)
    a.learn(second)
    return [first, second, a.write([put("documents", F, {"total": 12000})], 3)]
