"""Texts that harm terminals, shells, tables or parsers, through every argument of every command."""

import json
import os
import pty
import secrets
import signal
import termios
import time

from ..facts import is_sound
from ..lab import Case, Lab, Skip, check
from ..machines import Device, Relay, Run, end
from ..texts import NASTY, is_harmless, scalars

# What else a command needs, so that the text that is tried is what decides.
LAWFUL = {
    "client": "Anna", "invoice": "1", "package": "Lessons", "amount": "10", "count": "1",
    "place": "http://127.0.0.1:9", "writer": "x", "number": "1", "id": "x",
    "invitation": "jalon1-aaaa", "units": "5", "price": "100", "peer": "http://127.0.0.1:9",
}
# Left out: a watch that lasts, and what has the test's own folder in it.
SKIPPED = {"help", "version", "watch", "dry-run", "json", "no-color"}
OUTCOMES = {0, 1, 2, 64, 65, 69, 73, 77}


def cases(lab: Lab):
    place = lab.folder()
    base = Device(lab, place)
    base.does("init", "--name", "Atelier Nord")
    base.does("client", "add", "Anna")
    for _ in range(2):
        base.does("invoice", "new", "Anna", "--line", "Work; 1; 100; 20")
    base.does("package", "new", "Anna", "Lessons", "--units", "5", "--price", "100")
    arguments = [case for command in commands(base) for case in command]
    for words, argument in lab.sample(arguments, 6, "arguments"):
        name = ".".join([*words, argument["label"]])
        yield Case(name, lambda folder, words=words, argument=argument: tried(
            lab, base, words, argument, folder))
    yield Case("kept", lambda folder: kept(lab, base, folder))
    yield Case("long-input", lambda folder: long_input(lab, base, folder))
    yield Case("scalars", lambda folder: all_scalars(lab, folder))


def commands(base: Device):
    """For each command its arguments that take a value, read from the program's own help."""
    tree = json.loads(base.does("--experimental-dump-help").out)["command"]

    def leaves(command, words):
        children = [one for one in command.get("subcommands") or []
                    if one["commandName"] != "help"]
        for child in children:
            yield from leaves(child, [*words, child["commandName"]])
        if not children:
            yield words, command.get("arguments") or []

    for words, arguments in leaves(tree, []):
        valued = [described(one) for one in arguments if one["kind"] != "flag"]
        valued = [one for one in valued if one["label"] not in SKIPPED]
        yield [(words, {**one, "others": [
            other for other in valued if other is not one and not other["isOptional"]]})
            for one in valued]


def described(argument: dict) -> dict:
    names = argument.get("names") or []
    option = next((one["name"] for one in names if one["kind"] == "long"), None)
    return {"option": option, "label": option or argument["valueName"],
            "value": argument["valueName"], "isOptional": argument.get("isOptional", False)}


def line_of(words: list[str], argument: dict, text) -> list:
    """The command with the text as that argument."""
    line = list(words)
    positionals = []
    for one in [*argument["others"], argument]:
        value = text if one is argument else LAWFUL.get(one["label"], LAWFUL.get(one["value"], "x"))
        if one["option"]:
            # With `=`, a text that begins with a dash is still this option's value.
            head = f"--{one['option']}="
            line.append(head.encode() + value if isinstance(value, bytes) else head + value)
        else:
            positionals.append((one["value"], value))
    order = ["client", "invoice", "package", "name", "amount", "count", "place", "writer", "number"]
    positionals.sort(key=lambda pair: order.index(pair[0]) if pair[0] in order else 99)
    return [*line, "--", *(value for _, value in positionals)] if positionals else line


def tried(lab: Lab, base: Device, words, argument, folder: str) -> int:
    """Every text as one argument: an answer or one clear error, and nothing that a terminal acts on."""
    device = base.copied(folder + "/device")
    # A text that names a folder is taken for one.
    work = folder + "/work"
    os.mkdir(work)
    texts = lab.sample(NASTY, 6, "texts." + argument["label"])
    for text in texts:
        line = line_of(words, argument, text)
        run = device.run(*line, cwd=work)
        answers_well(run, f"{' '.join(words)} {argument['label']} {text!r:.80}")
    is_sound(device, frozenset())
    return len(texts)


def answers_well(run: Run, what: str) -> None:
    check(run.exit in OUTCOMES, f"{what}: {run}")
    is_harmless(run.out.encode(errors="surrogatepass"), what)
    is_harmless(run.err.encode(errors="surrogatepass"), what)
    if run.exit in (0, 2):
        return
    lines = run.err.splitlines()
    check(sum(line.startswith("jalon: ") for line in lines) == 1, f"{what}: {run}")
    check(len(lines) < 12 and max(map(len, lines)) < 1500,
          f"{what}: {len(lines)} lines of up to {max(map(len, lines))} characters")


def kept(lab: Lab, base: Device, folder: str) -> int:
    """A name is kept byte by byte, or refused."""
    count = 0
    device = base.copied(folder + "/device")
    before = {one["name"] for one in device.json("client", "list")}
    for text in lab.sample(NASTY, 20, "kept"):
        if isinstance(text, bytes) or not text:
            continue
        run = device.run("client", "add", "--", text)
        now = [one["name"] for one in device.json("client", "list")]
        new = [name for name in now if name not in before]
        # NFC and NFD of one name are two texts, so a set tells them apart.
        if run.exit == 0:
            check(new == [text.strip()], f"{text!r} became {new}")
        else:
            check(not new, f"{text!r} was refused and is there: {new}")
        before = set(now)
        count += 1
    return count


def long_input(lab: Lab, base: Device, folder: str) -> int:
    """Ten million bytes of input where input is read."""
    device = base.copied(folder + "/device")
    big = "x" * 10_000_000
    tries = [
        (["join", "-", "--books", folder + "/other"], big),
        (["join", "-", "--books", folder + "/other"], "jalon1-" + "a" * 10_000_000),
        (["invoice", "new", "Anna", "--from", "-"], big),
        (["invoice", "new", "Anna", "--from", "-"], '{"lines":[' + '{"name":"x"},' * 700_000),
        (["invoice", "new", "Anna", "--from", "-"], "[" * 10_000_000),
        (["invoice", "new", "Anna", "--from", "-"], '{"lines":[{"name":"' + big + '"}]}'),
        (["peer", "add", "x", "http://127.0.0.1:9", "--enrolment", "-"], big)]
    for words, text in tries:
        run = device.run(*words, input=text)
        check(run.exit not in (0, 2), f"{words} took it: {run}")
        answers_well(run, " ".join(words))
    is_sound(device)
    return len(tries)


def all_scalars(lab: Lab, folder: str) -> int:
    """Every scalar in texts that another program wrote, shown on a terminal and through a pipe."""
    try:
        from jalonpy.books import Books
        from jalonpy.changes import put
        from jalonpy.encoding import base32
        from jalonpy.keys import Invitation
    except ImportError:
        raise Skip("the second implementation needs python3-cryptography") from None
    texts = scalars()
    if not lab.is_whole:
        texts = texts[:2] + lab.sample(texts[2:], 1, "scalars")
    with Relay(lab, folder + "/relay") as relay:
        device = Device(lab, folder + "/device")
        device.does("init", "--name", "Atelier Nord")
        device.does("peer", "add", "hub", relay.url)
        device.does("sync")
        word = device.json("invite")["invitation"]
        books = Books.create(folder + "/other.sqlite", Invitation.parse(word), "other")
        books.exchange(relay.url)
        # As many texts as a change's line holds.
        for start in range(0, len(texts), 5):
            books.write([
                put("clients", "r" + base32(secrets.token_bytes(15)), {"name": text, "created": 1})
                for text in texts[start:start + 5]])
        books.exchange(relay.url)
        device.does("sync")
    found = [one["name"] for one in device.json("client", "list")]
    check(sorted(found) == sorted(texts), "the texts are not what was written")
    shown = [["client", "list"], ["log"], ["today"], ["owed"], ["client", "list", "--json"],
             ["log", "--json"], ["doctor"], ["status"]]
    for words in shown:
        answers_well(device.run(*words), " ".join(words))
        is_harmless(on_terminal(device, *words), f"on a terminal: {' '.join(words)}")
    return sum(map(len, texts))


def on_terminal(device: Device, *words: str) -> bytes:
    """What a command says to a terminal, which has no colours of its own here."""
    ours, theirs = pty.openpty()
    settings = termios.tcgetattr(theirs)
    settings[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, settings)
    process = device.starts(*words, "--no-color", stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    deadline = time.monotonic() + 120
    try:
        while time.monotonic() < deadline:
            try:
                part = os.read(ours, 65_536)
            except OSError:
                break
            if not part:
                break
            said += part
        check(process.wait(30) in (0, 2), f"on a terminal {words}: {process.returncode}")
    finally:
        end(process, signal.SIGKILL)
        os.close(ours)
    return said
