"""python3 -m jalonpy: a member of books, from a terminal."""

import argparse
import json
import secrets
import sys

from . import changes, streams
from .books import Books, Disagreement, Exchanged
from .carriers import Later, NoRelay
from .conversation import GaveUp, RequestRefused
from .encoding import base64url
from .folder import Full, NoFolder
from .keys import Fault, Invitation
from .merging import as_people_see
from .values import Value, frozen_row, random_row


def field(text: str) -> tuple[str, Value]:
    """NAME=VALUE; the value is JSON (null, an integer, a string) or else the text itself."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("NAME=VALUE is expected")
    try:
        read = json.loads(value)
    except ValueError:
        return name, value
    is_value = read is None or type(read) in (int, str)
    return name, read if is_value else value


def amount(text: str) -> tuple[str, int]:
    name, equals, value = text.partition("=")
    try:
        return name, int(value)
    except ValueError:
        raise argparse.ArgumentTypeError("NAME=INTEGER is expected") from None


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jalonpy", description=__doc__)
    parser.add_argument("--books", default="books.jalonpy", help="the file that holds everything")
    commands = parser.add_subparsers(dest="command", required=True)

    join = commands.add_parser("join", help="take part in books")
    join.add_argument("invitation", help="the word, or - for standard input")
    join.add_argument("--device", default="python")

    peer = commands.add_parser("peer", help="add a relay, a folder, or a machine that ssh reaches")
    peer.add_argument("address", help="https://…, /path, or ssh://host/path")
    peer.add_argument("--name", default="relay")
    peer.add_argument("--enrolment")

    stdio = commands.add_parser("stdio", help="be the relay of whoever speaks on standard input")
    stdio.add_argument("--data", required=True, help="the file that keeps the mailboxes")

    for name, what in (
            ("pull", "take what peers have, offer nothing"),
            ("push", "seal and offer everything; what others sent is taken too"),
            ("sync", "the same as push, until neither side has news")):
        one = commands.add_parser(name, help=what)
        one.add_argument("address", nargs="?", help="one peer instead of all")

    put = commands.add_parser("put", help="write registers of a row")
    put.add_argument("table")
    put.add_argument("row", help="a row id, or new, or frozen")
    put.add_argument("fields", nargs="+", type=field, metavar="NAME=VALUE")

    add = commands.add_parser("add", help="add to counters of a row")
    add.add_argument("table")
    add.add_argument("row")
    add.add_argument("fields", nargs="+", type=amount, metavar="NAME=INTEGER")

    remove = commands.add_parser("remove", help="remove a row")
    remove.add_argument("table")
    remove.add_argument("row")

    rows = commands.add_parser("rows", help="what is shown, a JSON line for each row")
    rows.add_argument("table", nargs="?")
    rows.add_argument("--hidden", action="store_true", help="removed rows as well")
    commands.add_parser("conflicts", help="what stands against it, a JSON line for each")
    commands.add_parser("digest", help="as people see it, and whole")
    return parser


def show(value) -> None:
    print(json.dumps(value, ensure_ascii=False))


def run(options) -> None:
    if options.command == "join":
        word = sys.stdin.read() if options.invitation == "-" else options.invitation
        books = Books.create(options.books, Invitation.parse(word), options.device)
        return show({"joined": books.name, "books": base64url(books.secret.books)})
    if options.command == "stdio":
        return streams.main(options.data)
    books = Books(options.books)
    if options.command == "peer":
        books.add_peer(options.address, options.name, options.enrolment)
    elif options.command in ("pull", "push", "sync"):
        exchange(books, options)
    elif options.command in ("put", "add", "remove"):
        write(books, options)
    elif options.command == "rows":
        for row in books.shown_rows(options.table):
            if options.hidden or not row.hidden:
                show({
                    "table": row.table, "row": row.id, "hidden": row.hidden,
                    "registers": row.registers(), "counters": row.counters()})
    elif options.command == "conflicts":
        for conflict in books.history().conflicts:
            show(vars(conflict))
    else:
        digest = books.history().digest
        show({"digest": as_people_see(digest), "whole": base64url(digest)})


def exchange(books: Books, options) -> None:
    addresses = [options.address] if options.address else books.peers()
    for address in addresses:
        done = books.exchange(address, offers=options.command != "pull")
        show({"peer": address} | summary(done))


def summary(done: Exchanged) -> dict:
    return {
        "requests": done.requests, "sent": done.sent, "received": done.received,
        "refused": {base64url(hash): code for hash, code in done.refused.items()},
        "damaged": done.told}


def write(books: Books, options) -> None:
    row = options.row
    if options.command == "remove":
        operation = changes.remove(options.table, row)
    elif options.command == "add":
        operation = changes.add(options.table, row, dict(options.fields))
    else:
        fields = dict(sorted(options.fields))
        if row == "new":
            row = random_row(secrets.token_bytes(15))
        elif row == "frozen":
            row = frozen_row(options.table, books.signer.name, fields)
        operation = changes.put(options.table, row, fields)
    sealed = books.write([operation])
    show({"row": row, "number": sealed.change.number, "id": base64url(sealed.id)})


def main() -> int:
    try:
        run(arguments().parse_args())
        return 0
    except Fault as fault:
        print(f"no invitation: {fault}", file=sys.stderr)
    except Disagreement as fault:
        print(f"the digest differs from that of {fault}", file=sys.stderr)
    except (GaveUp, RequestRefused, Later, NoRelay) as fault:
        print(f"the relay: {fault}", file=sys.stderr)
    except (NoFolder, Full) as fault:
        print(f"the folder: {fault}", file=sys.stderr)
    except (OSError, ValueError) as fault:
        print(fault, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
