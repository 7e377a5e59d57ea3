"""Protocol/vectors/folder.ndjson: names in a folder, markers, and meetings in one."""

import os
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

from ..changes import put
from ..encoding import base32
from ..folder import Folder, Name, NoFolder, check_marker, marker, subfolder
from ..segments import Segment
from .fixtures import A, B, OTHER_SECRET, R, SECRET, Device, segment_of

CLOCK = 1_800_000_000_000
BOOKS = SECRET.books


def segments(signer, count: int) -> list[Segment]:
    device = Device(signer)
    return [
        segment_of([device.write([put("clients", R, {"a": n})], n)], sealer=signer)
        for n in range(1, count + 1)]


ONE, TWO = segments(A, 2)
THREE, = segments(B, 1)
STRANGER = replace(THREE, header=replace(THREE.header, books=OTHER_SECRET.books))
NAME = Name.of(ONE)
HEAD = NAME.removesuffix(".jalon")


def place(segment: Segment, name: str | None = None) -> str:
    return f"segments/{subfolder(segment.hash)}/{name or Name.of(segment)}"


def vectors():
    for segment in (ONE, TWO, THREE):
        yield {
            "topic": "folder-file", "name": f"change {segment.header.first} of {base32(segment.header.writer)[:4]}",
            "line": segment.line().decode(), "path": place(segment)}
    yield from names()
    yield from markers()
    yield from meetings()


# Names


def named(text: str, **changes) -> str:
    parts = dict(zip(("w", "f", "a", "n", "h"), HEAD.split("-")))
    return "-".join((parts | changes).values()) + text


def names():
    cut_digit = HEAD[:-1]
    filler = HEAD[:-1] + base32(b"\xff")[0]
    cases = [
        ("its own", NAME), ("capitals", NAME.upper()), ("some capitals", NAME.title()),
        ("conflict copy of Dropbox", HEAD + " (Anna's conflicted copy 2026-11-21).jalon"),
        ("conflict copy of Syncthing", HEAD + ".sync-conflict-20261121-081500-ABCDEFG.jalon"),
        ("conflict copy of OneDrive", HEAD + "-LAPTOP.jalon"),
        ("second download", HEAD + " (1).jalon"), ("copy with a line break", HEAD + "\n.jalon"),
        ("copy with letters beyond ASCII", HEAD + " (copie en conflit de Zoé).jalon"),
        ("copy with .jalon twice", NAME + ".jalon"),
        ("255 bytes", HEAD + "x" * (255 - len(HEAD) - 6) + ".jalon"),
        ("256 bytes", HEAD + "x" * (256 - len(HEAD) - 6) + ".jalon"),
        ("note", HEAD + ".damaged"), ("note in capitals", (HEAD + ".damaged").upper()),
        ("copy of a note", HEAD + " (1).damaged"), ("note of a copy", NAME + ".damaged"),
        ("copy that says damaged", HEAD + ".damaged.jalon"),
        ("no ending", HEAD), ("another ending", HEAD + ".json"), ("an ending behind it", NAME + ".part"),
        ("a sign before it", "~" + NAME), ("a point before it", "." + NAME),
        ("white space before it", " " + NAME),
        ("a Kelvin sign for a k", NAME.replace("k", "\u212a")),
        ("a digit that is none", NAME[:-7] + "1.jalon"), ("a digit too few", cut_digit + ".jalon"),
        ("filler bits", filler + ".jalon"),
        ("writer of 15 digits", named(".jalon", w=HEAD[:15])),
        ("writer of 17 digits", named(".jalon", w=HEAD[:16] + "a")),
        ("writer with a digit that is none", named(".jalon", w="1" + HEAD[1:16])),
        ("last id of 15 digits", named(".jalon", a="a" * 15)),
        ("first change 0", named(".jalon", f="0")), ("first change 01", named(".jalon", f="01")),
        ("first change +1", named(".jalon", f="+1")), ("no first change", named(".jalon", f="")),
        ("first change in other digits", named(".jalon", f="\u0661")),
        ("the greatest first change", named(".jalon", f=str(2**53))),
        ("a first change beyond", named(".jalon", f=str(2**53 + 1))),
        ("a first change of twenty digits", named(".jalon", f="9" * 20)),
        ("282 bytes", named(".jalon", n="282")), ("283 bytes", named(".jalon", n="283")),
        ("0283 bytes", named(".jalon", n="0283")),
        ("720 266 bytes", named(".jalon", n="720266")),
        ("720 267 bytes", named(".jalon", n="720267")),
        ("4294967296 bytes", named(".jalon", n=str(2**32))),
        ("four parts", "-".join(HEAD.split("-")[1:]) + ".jalon"), ("nothing", ".jalon"),
        ("the marker", "jalon.json")]
    for name, text in cases:
        read = Name.read(text)
        yield {
            "topic": "folder-name", "name": name, "text": text,
            "hash": read and read.hash.hex(), "size": read and read.size,
            "note": read and read.is_note}


# Markers


def markers():
    own = marker(BOOKS).decode()
    cases = [
        ("of these books", own), ("without a line break", own[:-1]),
        ("of other books", marker(OTHER_SECRET.books).decode()),
        ("of another layout", own.replace('"layout":1', '"layout":2')),
        ("of another layout, whatever follows", '{"jalon":1,"layout":2,"news":[true]}\n'),
        ("of another version", own.replace('"jalon":1', '"jalon":2')),
        ("cut", own[:30]), ("cut behind the layout", '{"jalon":1,"layout":1'),
        ("with a further key", own[:-2] + ',"x":1}\n'), ("with white space", own.replace(":", ": ")),
        ("with keys in another order", '{"layout":1,"jalon":1,"books":"x"}'),
        ("of books of 15 bytes", '{"jalon":1,"layout":1,"books":"%s"}\n' % ("A" * 20)),
        ("with filler bits", '{"jalon":1,"layout":1,"books":"%s"}\n' % ("A" * 21 + "B")),
        ("of a layout that is a fraction", own.replace('"layout":1', '"layout":1.0')),
        ("of zeros", "\0" * 40), ("two lines", own + own), ("a line break", "\n")]
    for name, text in cases:
        try:
            check_marker(text.encode(), BOOKS)
            fault = None
        except NoFolder as found:
            fault = str(found)
        yield {
            "topic": "folder-marker", "name": name, "books": BOOKS.hex(), "text": text,
            "fault": fault}


# Meetings


def file(path: str, data: bytes = b"", age: int = 0) -> dict:
    return {"path": path, "kind": "file", "bytes": data.hex(), "age": age}


def other(path: str, kind: str) -> dict:
    return {"path": path, "kind": kind}


OWN = file("jalon.json", marker(BOOKS))


def whole(segment: Segment, name: str | None = None) -> dict:
    return file(place(segment, name), segment.bytes())


def damaged(segment: Segment, name: str | None = None) -> dict:
    data = bytearray(segment.bytes())
    data[300] ^= 1
    return file(place(segment, name), bytes(data))


def noted(segment: Segment) -> dict:
    return file(place(segment).removesuffix(".jalon") + ".damaged")


def beside(segment: Segment, words: str) -> str:
    return Name.of(segment).removesuffix(".jalon") + words + ".jalon"


def meetings():
    draft = f"segments/{subfolder(ONE.hash)}/~{'a' * 16}.tmp"
    day = 86_400
    cases = [
        ("a new folder", False, [], [ONE, TWO]),
        ("what is there is not written", True, [OWN, whole(ONE)], [ONE]),
        ("what is not held is taken", True, [OWN, whole(ONE), whole(TWO), whole(THREE)], [TWO]),
        ("a deleted file comes back", True, [OWN, whole(TWO)], [ONE, TWO]),
        ("a conflict copy is taken", True,
         [OWN, whole(ONE, beside(ONE, " (conflicted copy)"))], []),
        ("a conflict copy is enough", True,
         [OWN, whole(ONE, beside(ONE, ".sync-conflict-20261121-081500-ABCDEFG"))], [ONE]),
        ("a name in capitals is enough", True, [OWN, whole(ONE, NAME.upper())], [ONE]),
        ("what other programs leave is passed over", True, [
            OWN, whole(ONE, f"~syncthing~{NAME}.tmp"), whole(TWO, f".{Name.of(TWO)}.Xy12Ab"),
            whole(THREE, Name.of(THREE) + ".part")], []),
        ("a file in another subfolder is passed over", True,
         [OWN, file("segments/" + NAME, ONE.bytes()), file("segments/0/" + NAME, ONE.bytes()),
          file(f"segments/{'a' if subfolder(ONE.hash) != 'a' else 'b'}/{NAME}", ONE.bytes())], []),
        ("a file that is cut short is not there", True,
         [OWN, file(place(ONE), ONE.bytes()[:-1])], []),
        ("who holds it writes it again", True, [OWN, file(place(ONE), ONE.bytes()[:-1])], [ONE]),
        ("an empty file is not there", True, [OWN, file(place(ONE))], [ONE]),
        ("a file that is too long is not there", True,
         [OWN, file(place(ONE), ONE.bytes() + b"\0")], [ONE]),
        ("a damaged file is noted", True, [OWN, damaged(ONE), whole(TWO)], []),
        ("a damaged copy is noted", True, [OWN, damaged(ONE, beside(ONE, " (1)"))], []),
        ("without a note nobody reads what they hold", True, [OWN, damaged(ONE)], [ONE]),
        ("who holds what is noted writes it again", True, [OWN, damaged(ONE), noted(ONE)], [ONE]),
        ("who does not hold it leaves the note", True, [OWN, damaged(ONE), noted(ONE)], [TWO]),
        ("a note beside a whole file goes", True, [OWN, whole(ONE), noted(ONE)], [ONE]),
        ("a note beside a whole file hinders nobody", True, [OWN, whole(ONE), noted(ONE)], []),
        ("a note without a file says nothing", True, [OWN, noted(ONE)], []),
        ("a damaged file with a whole copy", True,
         [OWN, damaged(ONE), whole(ONE, beside(ONE, " (1)"))], []),
        ("a whole file among damaged copies", True,
         [OWN, whole(ONE), *(damaged(ONE, beside(ONE, f" ({n})")) for n in range(1, 6))], []),
        ("another segment under its name", True,
         [OWN, file(place(ONE), TWO.bytes())], []),
        ("a segment of other books", True, [OWN, whole(STRANGER)], []),
        ("a link is not followed", True,
         [OWN, file("elsewhere", ONE.bytes()), other(place(ONE), "link")], []),
        ("a link makes way", True, [OWN, other(place(ONE), "link")], [ONE]),
        ("a pipe is not opened, and makes way", True, [OWN, other(place(ONE), "pipe")], [ONE]),
        ("a folder is not read", True, [OWN, other(place(ONE), "folder")], []),
        ("a draft of a day stays", True, [OWN, file(draft, b"x", day)], []),
        ("an older draft goes", True, [OWN, file(draft, b"x", day + 1)], []),
        ("a draft of tomorrow stays", True, [OWN, file(draft, b"x", -day)], []),
        ("older files of other programs stay", True, [
            OWN, file(draft.replace("~", "~syncthing~"), b"x", 9 * day),
            file(draft.replace("aaaaa", "AAAAA"), b"x", 9 * day),
            file(draft.replace("~a", "~"), b"x", 9 * day),
            file(draft.replace("aa.tmp", "a1.tmp"), b"x", 9 * day),
            file(draft.removesuffix(".tmp"), b"x", 9 * day)], []),
        ("a folder that is called like a draft stays", True, [OWN, other(draft, "folder")], []),
        ("a marker of other books", True,
         [file("jalon.json", marker(OTHER_SECRET.books)), whole(ONE)], [TWO]),
        ("a marker of another layout", False,
         [file("jalon.json", b'{"jalon":1,"layout":2}\n'), whole(ONE)], [TWO]),
        ("a marker that cannot be read", True, [file("jalon.json", b"{"), whole(ONE)], [TWO]),
        ("a marker that is a pipe", True, [other("jalon.json", "pipe"), whole(ONE)], [TWO]),
        ("an empty marker is none", True, [file("jalon.json"), whole(ONE)], [TWO]),
        ("segments without a marker are begun anew", True, [whole(ONE)], [TWO]),
        ("segments without a marker are taken by a stranger", False, [whole(ONE)], []),
        ("a bare folder that was met before", True, [], [ONE]),
        ("an empty marker alone", True, [file("jalon.json")], [ONE]),
        ("other things and no marker", False, [file("holiday.jpg", b"x"), whole(ONE)], [TWO]),
        ("what systems leave is no hindrance", False, [
            other("lost+found", "folder"), other("System Volume Information", "folder"),
            file(".hidden"), file("~lock"), file("Thumbs.db"),
            file("jalon (conflicted copy).json")], [ONE]),
    ]
    for name, met, entries, holds in cases:
        yield {
            "topic": "folder", "name": name, "books": BOOKS.hex(), "met": met, "clock": CLOCK,
            "entries": entries, "holds": [s.line().decode() for s in holds],
            **meet(met, entries, holds)}


def meet(met: bool, entries: list[dict], holds: list[Segment]) -> dict:
    with tempfile.TemporaryDirectory(prefix="jalonpy.") as path:
        for entry in entries:
            lay(Path(path), entry)
        fault, takes, told = None, [], []
        try:
            folder = Folder(path, BOOKS, met, CLOCK)
            held = {segment.hash for segment in holds}
            takes = [h for h in folder.copies if h not in held and folder.read(h)]
            folder.put(holds)
            told = sorted(h.hex() for h in folder.told)
        except NoFolder as found:
            fault = str(found)
        after = sorted(
            [str(f.relative_to(path)), f.stat().st_size] for f in Path(path).rglob("*")
            if stat.S_ISREG(f.lstat().st_mode))
    return {"fault": fault, "takes": sorted(h.hex() for h in takes), "told": told, "after": after}


def lay(root: Path, entry: dict) -> None:
    path = root / entry["path"]
    path.parent.mkdir(parents=True, exist_ok=True)
    if entry["kind"] == "file":
        path.write_bytes(bytes.fromhex(entry["bytes"]))
        seconds = CLOCK // 1000 - entry["age"]
        os.utime(path, (seconds, seconds))
    elif entry["kind"] == "folder":
        path.mkdir()
    elif entry["kind"] == "pipe":
        os.mkfifo(path)
    else:
        # To a file that holds what the name says, or to nothing.
        path.symlink_to(root / "elsewhere")
