"""Protocol/vectors/changes.ndjson: outcomes of lines, lines as written, ids on the chain."""

from ..changes import Entry, Refused, add, encode, parse, put, remove
from ..encoding import base64url
from ..segments import ZERO
from .fixtures import A, B, C, R, SECRET, parts, seeded, text_of, whole

R2 = "daeaqcaibaeaqcaibaeaqcaib"
PUT = f'["put","clients","{R}",{{"name":"x"}}]'
ID = base64url(bytes(range(32)))


def vectors():
    for name, source in lawful() + unlawful() + unknown() + refused() + bounds():
        yield {"topic": "outcome", "name": name, "writer": A.name.hex(), **source} | judge(source)
    yield from written()
    yield from chain()


def judge(source: dict) -> dict:
    try:
        change = parse(whole(source), A.name)
    except Refused:
        return {"outcome": "refused"}
    return {"outcome": change.outcome} | ({"fault": change.fault} if change.fault else {})


def line(*operations: str, number=1, stamp=0, context="", further="") -> str:
    return f'{{"n":{number},"t":{stamp}{context},"o":[{",".join(operations)}]{further}}}'


def one(name: str, *operations: str, **rest) -> tuple[str, dict]:
    return name, {"text": line(*operations, **rest)}


def of_put(fields: str, row=R, table="clients") -> str:
    return f'["put","{table}","{row}",{{{fields}}}]'


def of_add(fields: str, row=R, table="clients") -> str:
    return f'["add","{table}","{row}",{{{fields}}}]'


def of_remove(row=R, table="clients") -> str:
    return f'["remove","{table}","{row}"]'


def entry(writer=B.name, number=1, id=ID) -> str:
    return f'["{base64url(writer)}",{number},"{id}"]'


def lawful() -> list:
    return [
        one("a put", PUT),
        one("an add", of_add('"visits":-5')),
        one("a remove", of_remove()),
        one("puts and adds of one row", PUT, of_add('"visits":1'), PUT),
        one("a remove beside a put of another row", of_remove(R2), PUT),
        one("a remove beside a put of the same row id in another table",
            of_remove(table="lines"), PUT),
        one("null", of_put('"a":null')),
        one("an empty text", of_put('"a":""')),
        one("the greatest integer", of_put('"a":9223372036854775807')),
        one("the least integer", of_put('"a":-9223372036854775808')),
        one("the greatest amount", of_add('"a":9223372036854775807')),
        one("every escape", of_put(r'"a":"\"\\\/\b\f\n\r\t\u0041\uD83D\uDE00"')),
        one("delete is no control character here", of_put('"a":"\x7f"')),
        one("an escaped name is the same name", of_put(r'"\u0061":1')),
        one("an escaped table", of_put('"a":1', table=r"client\u0073")),
        one("an escaped row", of_put('"a":1', row=r"\u0072" + R[1:])),
        one("a later table and field", of_put('"later_field":1', table="later_table")),
        one("alive of a removed row", of_put('"alive":1')),
        one("a context of two writers", PUT, context=f',"c":[{entry()},{entry(C.name, 7)}]'),
        one("a context that names a writer twice", PUT, context=f',"c":[{entry()},{entry()}]'),
        one("the greatest number", PUT, number=2**53),
        one("the greatest stamp", PUT, stamp=2**49),
        one("a number in a context at its bound", PUT, context=f',"c":[{entry(number=2**53)}]'),
    ]


def unlawful() -> list:
    return [
        one("count: no operation"),
        one("name: a capital in a table", of_put('"a":1', table="Clients")),
        one("name: an empty table", of_put('"a":1', table="")),
        one("name: a hyphen in a field", of_put('"a-b":1')),
        one("name: a field beyond ASCII", of_put('"é":1')),
        one("name: a table of 65 bytes", of_put('"a":1', table="t" * 65)),
        one("name: a field of 65 bytes", of_put(f'"{"f" * 65}":1')),
        one("name: of an add", of_add('"A":1')),
        one("name: of a remove", of_remove(table="9")),
        one("row: no row id", of_put('"a":1', row="bad")),
        one("row: of a later kind", of_put('"a":1', row="x" + R[1:])),
        one("row: a capital", of_put('"a":1', row=R.upper())),
        one("row: of an add", of_add('"a":1', row="")),
        one("row: of a remove", of_remove(row="bad")),
        one("row: what stands behind is not judged", '["put","clients","bad",{"a":true},7]'),
        one("row: a remove with further members", '["remove","clients","bad",[1]]'),
        one("row: nothing stands behind", '["put","clients","bad"]'),
        one("fields: none", of_put("")),
        one("fields: none of an add", of_add("")),
        one("fields: one twice", of_put('"a":1,"a":2')),
        one("fields: one twice, once escaped", of_put(r'"a":1,"\u0061":1')),
        one("text: NUL", of_put(r'"a":"x\u0000y"')),
        one("mixed: two removes", of_remove(), of_remove()),
        one("mixed: a remove, then a put", of_remove(), PUT),
        one("mixed: an add, then a remove", of_add('"a":1'), PUT, of_remove()),
        one("mixed: a remove with an escaped row", of_remove(r"\u0072" + R[1:]), PUT),
    ]


def unknown() -> list:
    return [
        one("a number as an operation", "7"),
        one("null as an operation", "null"),
        one("an object as an operation", '{"put":1}'),
        one("an empty operation", "[]"),
        one("an operation of a later kind", '["move","clients",{"a":[1,2,{"b":null}]}]'),
        one("a kind in capitals", PUT.replace("put", "PUT")),
        one("an escaped kind", PUT.replace("put", r"\u0070ut")),
        one("a kind alone", '["put"]'),
        one("a number as the table", '["put",5]'),
        one("no row", '["put","clients"]'),
        one("no row of a remove", '["remove","clients"]'),
        one("null as the row", '["remove","clients",null]'),
        one("no fields", f'["put","clients","{R}"]'),
        one("fields that are no object", f'["put","clients","{R}",5]'),
        one("fields in an array", f'["add","clients","{R}",[1]]'),
        one("a further member of a put", PUT[:-1] + ",5]"),
        one("a further member of an add", of_add('"a":1')[:-1] + ",true]"),
        one("a further member of a remove", of_remove()[:-1] + ',"x"]'),
        one("true", of_put('"a":true')),
        one("an array", of_put('"a":[]')),
        one("an object", of_put('"a":{}')),
        one("a fraction", of_put('"a":1.0')),
        one("an exponent", of_put('"a":1e5')),
        one("an exponent with a sign", of_put('"a":1E+05')),
        one("minus zero", of_put('"a":-0')),
        one("an integer too great", of_put('"a":9223372036854775808')),
        one("an integer too small", of_put('"a":-9223372036854775809')),
        one("an integer of a thousand digits", of_put('"a":' + "9" * 1000)),
        one("null as an amount", of_add('"a":null')),
        one("a text as an amount", of_add('"a":"1"')),
        one("a fraction as an amount", of_add('"a":0.5')),
        one("a further key", PUT, further=',"x":1'),
        one("a further key twice", PUT, further=',"x":1,"x":[]'),
        one("a further key that is known", PUT, further=',"n":1'),
        one("unknown wins over unlawful: a further key", further=',"x":1'),
        one("unknown wins over unlawful: mixed", of_remove(), PUT, "[1]"),
        one("unknown wins over unlawful: a bad name", of_put('"A":true')),
        one("16 levels: an operation", "[" * 16 + "]" * 16),
        one("16 levels: a value", of_put('"a":' + "[" * 16 + "]" * 16)),
        one("16 levels: a further key", PUT, further=',"x":' + '{"a":' * 15 + "[]" + "}" * 15),
        one("16 levels: 15 and a number", "[" * 15 + "1" + "]" * 15),
    ]


def refused() -> list:
    good = line(PUT)
    texts = [
        ("empty", ""),
        ("no JSON", "x"),
        ("white space before", " " + good),
        ("white space after", good + " "),
        ("a carriage return after", good + "\r"),
        ("white space inside", good.replace('"n":1', '"n": 1')),
        ("keys in another order", '{"t":0,"n":1,"o":[%s]}' % PUT),
        ("no number", '{"t":0,"o":[%s]}' % PUT),
        ("no stamp", '{"n":1,"o":[%s]}' % PUT),
        ("no operations", '{"n":1,"t":0}'),
        ("an escaped key", good.replace('"n"', r'"\u006e"')),
        ("cut off", good[:-1]),
        ("a comma behind the last operation", good.replace("]]}", "]," + "]}")),
        ("a comma behind the last key", good[:-1] + ",}"),
        ("a comma behind a put's object", line(PUT[:-1] + ",]")),
        ("a comma behind a remove's row", line(of_remove()[:-1] + ",]")),
        ("a comma behind a kind", line('["put",]')),
        ("a comma behind a table", line('["put","clients",]')),
        ("a comma behind a bad row", line('["put","clients","bad",]')),
        ("a comma in an array", line("[1,]")),
        ("a comma behind the last field", line(of_put('"a":1,'))),
        ("a field without a value", line(of_put('"a"'))),
        ("a field that is no string", line(of_put("a:1"))),
        ("a leading zero", line(of_put('"a":01'))),
        ("a leading plus", line(of_put('"a":+1'))),
        ("a fraction without digits", line(of_put('"a":1.'))),
        ("an exponent without digits", line(of_put('"a":1e'))),
        ("a lone minus", line(of_put('"a":-'))),
        ("a word that is none", line(of_put('"a":True'))),
        ("a lone high half", line(of_put(r'"a":"\ud83d"'))),
        ("a lone low half", line(of_put(r'"a":"\ude00"'))),
        ("halves apart", line(of_put(r'"a":"\ud83dx\ude00"'))),
        ("halves swapped", line(of_put(r'"a":"\ude00\ud83d"'))),
        ("an escape that is none", line(of_put(r'"a":"\x"'))),
        ("an escape with three digits", line(of_put(r'"a":"\u004"'))),
        ("a tab in a string", line(of_put('"a":"\t"'))),
        ("a lone half in a skipped string", line(r'["move","\ud83d"]')),
        ("a string that does not end", line(of_put('"a":"x'))),
        ("number 0", line(PUT, number=0)),
        ("a number beyond its bound", line(PUT, number=2**53 + 1)),
        ("a number with a leading zero", line(PUT, number="01")),
        ("a number as a fraction", line(PUT, number="1.0")),
        ("a number with an exponent", line(PUT, number="1e0")),
        ("a number as a text", line(PUT, number='"1"')),
        ("a number of a thousand digits", line(PUT, number="1" * 1000)),
        ("a stamp below 0", line(PUT, stamp=-1)),
        ("a stamp beyond its bound", line(PUT, stamp=2**49 + 1)),
        ("an empty context", line(PUT, context=',"c":[]')),
        ("a context that is no array", line(PUT, context=',"c":{}')),
        ("a context with number 0", line(PUT, context=f',"c":[{entry(number=0)}]')),
        ("a context with a number beyond its bound",
         line(PUT, context=f',"c":[{entry(number=2**53 + 1)}]')),
        ("a context that names the change's own writer", line(PUT, context=f',"c":[{entry(A.name)}]')),
        ("a context entry of two members", line(PUT, context=f',"c":[["{ID}",1]]')),
        ("a context entry of four members", line(PUT, context=f',"c":[{entry()[:-1]},1]]')),
        ("a writer of 31 bytes", line(PUT, context=f',"c":[{entry(bytes(31))}]')),
        ("a writer of 33 bytes", line(PUT, context=f',"c":[{entry(bytes(33))}]')),
        ("an id with filler bits", line(PUT, context=f',"c":[{entry(id=ID[:-1] + "9")}]')),
        ("an escaped id", line(PUT, context=f',"c":[{entry(id=chr(92) + "u0041" + ID[1:])}]')),
        ("an id with padding", line(PUT, context=f',"c":[{entry(id=ID + "=")}]')),
        ("a context after the operations", line(PUT, further=f',"c":[{entry()}],')),
        ("17 levels: an operation", line("[" * 17 + "]" * 17)),
        ("17 levels: a value", line(of_put('"a":' + "[" * 17 + "]" * 17))),
        ("17 levels: a further key", line(PUT, further=',"x":' + '{"a":' * 16 + "[]" + "}" * 16)),
        ("17 levels: 16 and a number", line("[" * 16 + "1" + "]" * 16)),
        ("17 levels: behind a bad row", line('["put","clients","bad",' + "[" * 17 + "]" * 17 + "]")),
        ("a byte-order mark", "\ufeff" + good),
    ]
    head, tail = line(of_put('"a":"#"')).encode().split(b"#")
    hexes = [
        ("a byte that is no UTF-8", b"\xff"), ("a cut character", b"\xc3"),
        ("an overlong form", b"\xc0\xaf"), ("a half in UTF-8", b"\xed\xa0\x80"),
        ("a character beyond the last", b"\xf4\x90\x80\x80")]
    return [(name, {"text": text}) for name, text in texts] + [
        (name, {"hex": (head + raw + tail).hex()}) for name, raw in hexes]


def bounds() -> list:
    """Each bound at itself and one beyond."""
    cases = []

    def around(name: str, bound: int, make) -> None:
        for count, where in ((bound, "at"), (bound + 1, "beyond")):
            cases.append((f"{name}: {where} the bound", parts(*make(count))))

    text_at = line(of_put('"a":"#"')).split("#")
    around("bytes of a text", 65_536, lambda n: [(text_at[0], 1), ("x", n), (text_at[1], 1)])
    around("bytes of a text, two a character", 65_536,
           lambda n: [(text_at[0], 1), ("é", n // 2), ("x", n % 2), (text_at[1], 1)])
    around("operations", 10_000,
           lambda n: [('{"n":1,"t":0,"o":[', 1), (of_add('"a":1', table="c") + ",", n - 1),
                      (of_add('"a":1', table="c"), 1), ("]}", 1)])
    fields = ['"f%d":%d' % (i, i) for i in range(257)]
    around("fields of a put", 256, lambda n: [(line(of_put(",".join(fields[:n]))), 1)])
    around("fields of an add", 256, lambda n: [(line(of_add(",".join(fields[:n]))), 1)])
    around("levels of an array", 16, lambda n: [('{"n":1,"t":0,"o":[', 1), ("[", n), ("]", n), ("]}", 1)])
    whole_line = 524_288
    around("bytes of a line", whole_line, lambda n: [
        ('{"n":1,"t":0,"o":["', 1), ("x", n - len('{"n":1,"t":0,"o":[""]}')), ('"]}', 1)])
    around("bytes of a table's name", 64,
           lambda n: [('{"n":1,"t":0,"o":[["put","', 1), ("t", n), (f'","{R}",{{"a":1}}]]}}', 1)])
    context = entry() + ","
    cases += [
        ("entries of a context: 5 000", parts(
            ('{"n":1,"t":0,"c":[', 1), (context, 4_999), (entry(), 1), ('],"o":[' + PUT + "]}", 1))),
        ("entries of a context: more than a line holds", parts(
            ('{"n":1,"t":0,"c":[', 1), (context, 10_000), (entry(), 1), ('],"o":[' + PUT + "]}", 1))),
    ]
    return cases


def written():
    """Lines as a writer writes them."""
    seen = (Entry(B.name, 3, seeded("id of B3")), Entry(C.name, 1, seeded("id of C1")))
    for name, number, stamp, context, operations in (
            ("a put and an add", 1, 1_700_000_000_000, (), [
                put("clients", R, {"name": 'Zoé "Z"\n', "email": None}),
                add("clients", R, {"visits": 2})]),
            ("a remove", 2, 1_700_000_000_001, (), [remove("clients", R)]),
            ("a context", 9, 0, seen, [put("clients", R, {"a": 1})]),
            ("integers at their bounds", 1, 0, (), [
                put("clients", R, {"a": 2**63 - 1, "b": -(2**63)})]),
            ("as few escapes as may be", 1, 0, (), [
                put("clients", R, {"a": "\"\\/\b\f\n\r\t\x01\x1f\x7fé\u2028😀"})])):
        made = encode(number, stamp, context, operations)
        assert parse(made, A.name).outcome == "lawful", name
        yield {
            "topic": "encode", "name": name, "writer": A.name.hex(), "number": number,
            "stamp": stamp,
            "context": [
                {"writer": e.writer.hex(), "number": e.number, "id": e.id.hex()} for e in context],
            "operations": [
                {"kind": o.kind, "table": o.table, "row": o.row,
                 "fields": [list(f) for f in o.fields]} for o in operations],
            "line": made.decode()}


def chain():
    """Ids cover the line and all before it; nothing else is looked at."""
    previous = ZERO
    for index, text in enumerate((
            encode(1, 1_700_000_000_000, (), [
                put("clients", R, {"name": 'Zoé "Z"\n', "email": None}),
                add("clients", R, {"visits": 2})]).decode(),
            encode(2, 1_700_000_000_001, (), [remove("clients", R)]).decode(),
            line(PUT, number=3, further=',"later":true'),
            line("[]", number=4))):
        id = SECRET.change_id(previous, text.encode())
        yield {
            "topic": "chain", "name": f"change {index + 1} of a writer",
            "secret": SECRET.bytes.hex(), "previous": previous.hex(), "text": text, "id": id.hex()}
        previous = id
    raw = b'{"n":1,"t":0,"o":["\xff"]}'
    yield {
        "topic": "chain", "name": "the bytes are not looked at",
        "secret": SECRET.bytes.hex(), "previous": ZERO.hex(), **text_of(raw),
        "id": SECRET.change_id(ZERO, raw).hex()}
