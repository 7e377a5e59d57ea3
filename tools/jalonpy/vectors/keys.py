"""Protocol/vectors/keys.ndjson: keys, writers, admission, invitations, recovery sheets."""

from ..encoding import BASE32, base32, base64url, from_base64url, u16
from ..keys import (
    Fault, Invitation, Secret, Signer, books_of, check_digits, read_recovery_sheet,
    recovery_sheet, sha256, short_name, signature_holds, admission_message)
from .fixtures import A, OTHER_SECRET, SECRET


def vectors():
    yield from secrets()
    yield from writers()
    yield from admissions()
    yield from invitations()
    yield from sheets()


def secrets():
    for name, secret in (("counting up", SECRET), ("zeros", Secret(bytes(32))), ("ones", Secret(b"\xff" * 32))):
        yield {
            "topic": "secret", "name": name, "secret": secret.bytes.hex(),
            "chainKey": secret.chain_key.hex(), "saltKey": secret.salt_key.hex(),
            "epochKey": secret.epoch_key.hex(), "admissionKey": secret.admission.name.hex(),
            "books": base64url(secret.books)}


def writers():
    for name, seed in (("A", 0x11), ("B", 0x22), ("C", 0x33)):
        signer = Signer(bytes([seed]) * 32)
        yield {
            "topic": "writer", "name": name, "seed": signer.seed.hex(), "key": signer.name.hex(),
            "text": base64url(signer.name), "short": short_name(signer.name)}
    branch = A.name + bytes(range(32))
    yield {
        "topic": "branch", "name": "a branch of A", "bytes": branch.hex(),
        "short": short_name(branch)}


def admissions():
    token = b"\x55" * 32
    admission = SECRET.admit(token)
    yield {
        "topic": "admission", "name": "worked", "secret": SECRET.bytes.hex(), "token": token.hex(),
        **admission}
    other = OTHER_SECRET.admit(token)
    for name, change in (
            ("good", {}),
            ("key: of other books", {"key": other["key"], "proof": other["proof"]}),
            ("key: wrong, and the proof too", {"key": other["key"]}),
            ("proof: by another key", {"proof": other["proof"]}),
            ("proof: for another token", {"tokenHash": base64url(sha256(b"x"))}),
            ("proof: zeros", {"proof": base64url(bytes(64))})):
        yield {
            "topic": "admission-check", "name": name, "books": base64url(SECRET.books),
            **admission, **change, "code": checked(SECRET.books, {**admission, **change})}


def checked(books: bytes, admission: dict) -> str | None:
    key, token_hash, proof = (from_base64url(admission[k]) for k in ("key", "tokenHash", "proof"))
    if books_of(key) != books:
        return "key"
    return None if signature_holds(key, proof, admission_message(books, token_hash)) else "proof"


def invitations():
    secret = SECRET.bytes
    home = ("home", "https://relay.example/")
    for name, invitation in (
            ("one relay", Invitation(secret, "Atelier Zoé", (home,))),
            ("no relay", Invitation(secret, "Atelier Zoé", ())),
            ("no name", Invitation(secret, "", (("", ""),))),
            ("16 relays", Invitation(secret, "A", (home,) * 16)),
            ("a name of 255 bytes", Invitation(secret, "n" * 255, ()))):
        yield {
            "topic": "invitation", "name": name, "secret": secret.hex(), "books": invitation.name,
            "relays": [list(r) for r in invitation.relays], "text": invitation.text()}
    for name, invitation, kept in (
            ("17 relays: 16 are written", Invitation(secret, "A", (home,) * 17),
             Invitation(secret, "A", (home,) * 16)),
            ("a name of 256 bytes is cut", Invitation(secret, "n" * 256, ()),
             Invitation(secret, "n" * 255, ())),
            ("cut at the end of a character", Invitation(secret, "é" * 128, ()),
             Invitation(secret, "é" * 127, ()))):
        yield {
            "topic": "invitation-cut", "name": name, "secret": secret.hex(),
            "books": invitation.name, "relays": [list(r) for r in invitation.relays],
            "text": kept.text()}
    yield from read_invitations(Invitation(secret, "Atelier Zoé", (home,)).text())


def read_invitations(good: str):
    digits = good[7:]

    def of(contents: bytes, checksum: bytes | None = None) -> str:
        counted = u16(len(contents)) + contents
        sum = sha256(Invitation.DOMAIN + counted)[:4] if checksum is None else checksum
        return "jalon1-" + base32(counted + sum)

    secret = SECRET.bytes
    changed = "b" if digits[20] == "a" else "a"
    for name, text in (
            ("capitals", good.upper()),
            ("white space everywhere", " " + "\n ".join(good[i : i + 7] for i in range(0, len(good), 7)) + "\t\r\n"),
            ("empty", ""),
            ("another word", "hello"),
            ("base32 without the prefix", digits),
            ("version 2", "jalon2-" + digits),
            ("version 10", "jalon10-" + digits),
            ("version 01", "jalon01-" + digits),
            ("a version of nine digits", "jalon999999999-" + digits),
            ("a version of ten digits", "jalon1000000000-" + digits),
            ("a version in other digits", "jalon\u0661-" + digits),
            ("digit 1", good[:-1] + "1"),
            ("a hyphen", good[:30] + "-" + good[30:]),
            ("a letter beyond ASCII", good[:-1] + "é"),
            ("a Kelvin sign is no k", good[:-1] + "\u212a"),
            ("the prefix without its hyphen", "jalon1"),
            ("a prefix without a version", "jalon-" + digits),
            ("a prefix with another letter", "jalonx-" + digits),
            ("filler bits in the last digit", good[:-1] + BASE32[BASE32.index(good[-1]) ^ 1]),
            ("65 536 bytes", "jalon1-" + "a" * 65_529),
            ("65 537 bytes", "jalon1-" + "a" * 65_530),
            ("the last digit is missing", good[:-1]),
            ("the last eight digits are missing", good[:-8]),
            ("eight digits too many", good + "aaaaaaaa"),
            ("the prefix alone", "jalon1-"),
            ("a digit changed", "jalon1-" + digits[:20] + changed + digits[21:]),
            ("the checksum changed", of(secret + b"\1A", bytes(4))),
            ("a secret that is cut", of(secret[:31])),
            ("no name", of(secret)),
            ("a name that ends early", of(secret + b"\5Name")),
            ("a name that is no UTF-8", of(secret + b"\1\xff")),
            ("a relay without an address", of(secret + b"\1A\4home"))):
        try:
            Invitation.parse(text)
            fault = None
        except Fault as found:
            fault = {"kind": found.kind} | ({} if found.where is None else {"version": found.where})
        yield {"topic": "invitation-read", "name": name, "text": text, "fault": fault}


def sheets():
    for name, secret in (
            ("counting up", SECRET.bytes), ("zeros", bytes(32)), ("ones", b"\xff" * 32)):
        yield {
            "topic": "sheet", "name": name, "secret": secret.hex(), "lines": recovery_sheet(secret)}
    lines = recovery_sheet(SECRET.bytes)
    filler = "aaaqeayeaudap"  # the last digit has a bit beyond the 64th
    changes = [
        ("as written", lines),
        ("capitals, no spaces", [line[0] + " " + line[1:].replace(" ", "").upper() for line in lines]),
        ("words around it", ["Atelier", "", *lines, "5  aaaaa aaaaa aaaaa"]),
        ("a line of another number between", [lines[0], lines[2], *lines[1:]]),
        ("tabs and spaces", ["\t" + line.replace(" ", "\t ") + " \r" for line in lines]),
        ("nothing", []),
        ("line 1 is missing", lines[1:]),
        ("line 3 is missing", lines[:2] + lines[3:]),
        ("line 4 is missing", lines[:3]),
        ("lines 2 and 4 are wrong",
         [lines[0], lines[1][:-1] + "1", lines[2], lines[3][:-1]]),
        ("line 4 comes before line 3", [*lines[:2], lines[3], lines[2]]),
        ("line 2 is cut", [lines[0], lines[1][:-1], *lines[2:]]),
        ("line 2 is too long", [lines[0], lines[1] + "a", *lines[2:]]),
        ("a 1 in line 1", [lines[0][:-1] + "1", *lines[1:]]),
        ("a letter beyond ASCII in line 4", lines[:3] + [lines[3][:-1] + "é"]),
        ("a Kelvin sign in line 4", lines[:3] + [lines[3][:-1] + "\u212a"]),
        ("filler bits in line 1", ["1 " + filler + check_digits(1, filler), *lines[1:]]),
        ("lines 1 and 2 with their numbers swapped",
         ["1" + lines[1][1:], "2" + lines[0][1:], *lines[2:]]),
    ]
    for at in (3, 5, 9, 16, 18, 19):
        other = "b" if lines[1][at] == "a" else "a"
        if lines[1][at] != " ":
            changes.append((f"line 2 with another digit at {at}", [
                lines[0], lines[1][:at] + other + lines[1][at + 1 :], *lines[2:]]))
    digits = lines[2].split()
    swapped = f"3  {digits[2]} {digits[1]} {digits[3]}"
    changes.append(("two groups of line 3 swapped", lines[:2] + [swapped, lines[3]]))
    two = lines[3][:3] + "ab" + lines[3][5:]
    changes.append(("two wrong digits in line 4", [*lines[:3], two]))
    for name, kept in changes:
        text = "\n".join(kept)
        try:
            found = {"secret": read_recovery_sheet(text).hex()}
        except Fault as fault:
            found = {"fault": {"kind": fault.kind, "line": fault.where}}
        yield {"topic": "sheet-read", "name": name, "text": text, **found}
