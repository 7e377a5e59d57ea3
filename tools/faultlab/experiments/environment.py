"""Environments that are empty, wrong or scarce; modes of every file made; secrets nowhere shown."""

import os
import stat
import subprocess

from .. import tool
from ..facts import is_sound
from ..lab import Case, Lab, check
from ..machines import Device, Relay
from ..scene import QUIET, scene

LIMITED = ["sh", "-c", 'ulimit "$1" "$2"; shift 2; exec "$@"', "sh"]


def cases(lab: Lab):
    for name, changes in lab.sample(list(ENVIRONMENTS.items()), 3, "variables"):
        yield Case(f"variables.{name}",
                   lambda folder, changes=changes: _variables(lab, folder, changes))
    for closed in lab.sample(["0", "1", "2", "01", "02", "12", "012"], 1, "closed"):
        yield Case(f"closed.{closed}", lambda folder, closed=closed: _closed(lab, folder, closed))
    yield Case("preload", lambda folder: _preloaded(lab, folder))
    yield Case("output-full", lambda folder: _full(lab, folder))
    for count in lab.sample(list(range(3, 41)), 1, "descriptors"):
        yield Case(f"descriptors.{count}",
                   lambda folder, count=count: _limited(lab, folder, "-n", str(count)))
    for kilobytes in lab.sample([16_000 * step for step in range(1, 41)], 1, "memory"):
        yield Case(f"memory.{kilobytes}",
                   lambda folder, kilobytes=kilobytes: _limited(lab, folder, "-v", str(kilobytes)))
    for blocks in lab.sample(list(range(0, 1200, 8)), 1, "file sizes"):
        yield Case(f"file-size.{blocks}",
                   lambda folder, blocks=blocks: _limited(lab, folder, "-f", str(blocks)))
    for mask in lab.sample(["000", "022", "077", "177", "277", "377", "777"], 1, "umask"):
        yield Case(f"umask.{mask}", lambda folder, mask=mask: _modes(lab, folder, mask))
    yield Case("secrets", lambda folder: _secrets(lab, folder))


# None removes a variable.
ENVIRONMENTS = {
    "none-at-all": None,
    "no-home": {"HOME": None}, "empty-home": {"HOME": ""}, "home-away": {"HOME": "/nowhere"},
    "relative-home": {"HOME": "here"}, "no-path": {"PATH": None}, "empty-path": {"PATH": ""},
    "lang-broken": {"LANG": "xx_YY.KOI8", "LC_ALL": "\udcff"}, "lang-c": {"LANG": "C"},
    "lang-turkish": {"LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"},
    "zone-broken": {"TZ": "Nowhere/Town"}, "zone-endless": {"TZ": "A" * 100_000},
    "zone-file": {"TZ": ":/dev/zero"}, "books-endless": {"X": "y" * 100_000},
    "term-none": {"TERM": None}, "columns": {"COLUMNS": "0"}, "columns-far": {"COLUMNS": "9" * 30},
    "xdg-relative": {"XDG_STATE_HOME": "state"}, "xdg-empty": {"XDG_STATE_HOME": ""},
    "tmp-away": {"TMPDIR": "/nowhere"},
}


def _is_clean(run, words: str) -> None:
    check(run.exit in (0, 1, 64, 65, 69, 73, 77), f"{words}: {run}")
    if run.exit != 0:
        check("jalon: " in run.err or not run.err, f"{words}: {run}")


def _variables(lab: Lab, folder: str, changes) -> int:
    """Writing and reading work, or fail with one clear failure; nothing outside is touched."""
    device = scene(lab).laptop.copied(folder + "/laptop")
    env = {} if changes is None else dict(device.env)
    for name, value in (changes or {}).items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    env |= {"HOME": folder + "/other"} if changes is None else {}
    os.mkdir(folder + "/other")
    words = [["client", "add", "New", "--books", device.books], ["owed", "--books", device.books],
             ["status", "--books", device.books], ["sync", folder + "/stick", "--books", device.books],
             ["init", "--name", "Other", "--books", folder + "/new"]]
    for one in words:
        run = device.run(*one, env=env)
        _is_clean(run, " ".join(one))
        # Without a home a machine cannot remember who it writes as; all else has to work.
        if changes is not None and "HOME" not in changes:
            check(run.exit == 0, f"{' '.join(one)}: {run}")
    is_sound(device)
    return len(words)


def _closed(lab: Lab, folder: str, closed: str) -> int:
    """With standard streams closed no file of the books takes their place."""
    device = scene(lab).laptop.copied(folder + "/laptop")
    shut = " ".join(f"{number}{'<' if number == '0' else '>'}&-" for number in closed)
    script = f'exec "$@" {shut}'
    for words in (["client", "add", "New"], ["owed"], ["sync", folder + "/stick"], ["join", "-"]):
        run = device.run(*words, under=["sh", "-c", script, "sh"])
        _is_clean(run, " ".join(words))
        check("1" not in closed or run.exit != 0, f"an answer nobody got: {words} {run}")
    is_sound(device)
    return 4


def _preloaded(lab: Lab, folder: str) -> None:
    """A preloaded library that changes the environment before the program begins, as some do."""
    tool.needs("gcc")
    with open(folder + "/set.c", "w") as file:
        file.write("#include <stdlib.h>\n__attribute__((constructor)) static void set(void)"
                   ' { setenv("SOMETHING", "else", 1); }\n')
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", folder + "/set.so", folder + "/set.c"],
                   check=True, capture_output=True)
    device = Device(lab, folder + "/device")
    env = device.env | {"LD_PRELOAD": folder + "/set.so"}
    device.does("init", "--name", "Atelier Nord", env=env)
    device.does("client", "add", "Maison Blum", env=env)
    names = [one["name"] for one in device.json("client", "list", env=env)]
    check(names == ["Maison Blum"], f"{names}")


def _full(lab: Lab, folder: str) -> None:
    """An answer that cannot be written is a failure."""
    device = scene(lab).laptop.copied(folder + "/laptop")
    for words in (["owed"], ["client", "add", "New"], ["--help"], ["--version"]):
        with open("/dev/full", "wb") as full:
            run = device.run(*words, stdout=full)
        check(run.exit not in (0,) and run.exit < 128, f"{words}: {run}")
    is_sound(device)


def _limited(lab: Lab, folder: str, option: str, count: str) -> int:
    """With few descriptors, little memory or small files it works or fails, and never damages."""
    device = scene(lab).laptop.copied(folder + "/laptop")
    acknowledged = []
    under = [*LIMITED, option, count]
    if option == "-v":
        # The system's library waits for memory when it has none for another thread: Ctrl-C ends it.
        under = ["timeout", "-s", "INT", "-k", "5", "10", *under]
    for number in range(3):
        run = device.run("client", "add", f"New {number}", under=under)
        if run.exit == 0:
            acknowledged.append(f"New {number}")
        elif option == "-n":
            # The system itself may not have loaded the program.
            # With next to none its libraries give up.
            allowed = (1, 65, 69, 73, 127) + ((-4, 132) if int(count) < 8 else ())
            check(run.exit in allowed, f"{run}")
        elif option == "-v":
            check(run.exit not in (137, -9), f"Ctrl-C does not end it: {run}")
        elif option == "-f":
            # The kernel ends who writes beyond, unless that is an error to it.
            check(run.exit in (1, 65, 69, 73, 127, 153, -25), f"{run}")
    names = [one["name"] for one in device.json("client", "list")]
    check(set(acknowledged) <= set(names), f"lost: {set(acknowledged) - set(names)}")
    device.does("client", "add", "Next")
    is_sound(device)
    return 3


def _modes(lab: Lab, folder: str, mask: str) -> int:
    """Every file made is its owner's alone, whatever the mask."""
    under = ["sh", "-c", f'umask {mask}; exec "$@"', "sh"]
    device = Device(lab, folder + "/home/device")
    device.does("init", "--name", "Atelier Nord", under=under)
    device.does("client", "add", "Maison Blum", under=under)
    joined = Device(lab, folder + "/home/joined")
    joined.does("join", "-", input=device.does("invite").out.split()[-1], under=under)
    relay = Relay(lab, folder + "/home/relayhome", *QUIET)
    relay.start(under=under)
    device.does("sync", relay.url, under=under)
    joined.does("sync", relay.url, under=under)
    relay.stop()
    points = 0
    for top in (device.books, device.state, joined.books, joined.state, relay.data):
        for path, folders, names in os.walk(top):
            for name in [*folders, *names, "."]:
                mode = stat.S_IMODE(os.lstat(f"{path}/{name}").st_mode)
                wanted = 0o700 if name in folders or name == "." else 0o600
                check(mode & 0o077 == 0 and mode & ~wanted == 0, f"{path}/{name}: {mode:o}")
                points += 1
    is_sound(device)
    return points


def _secrets(lab: Lab, folder: str) -> int:
    """Neither the books' key nor a name or amount is in any output that does not ask for it, in a log,
    among the arguments of a process, on the relay or in a carrier's folder."""
    device = Device(lab, folder + "/device")
    device.does("init", "--name", "Canary Nord")
    device.does("client", "add", "Canary Blum", "--email", "canary@blum.example")
    with open(device.books + "/key") as file:
        key = file.read().split()[-1]
    words = [text.encode() for text in (key, key[:20], "Canary", "canary")]
    points = 0
    for command in (["status"], ["verify"], ["doctor"], ["peer", "list"], ["rebuild"]):
        run = device.does(*command)
        check(key[:20] not in run.out + run.err, f"{command} shows the key")
        points += 1
    relay = Relay(lab, folder + "/relayhome", "--log", "debug")
    with relay:
        device.does("sync", relay.url)
        with open(f"/proc/{relay.process.pid}/cmdline", "rb") as file:
            check(not any(word in file.read() for word in words), "an argument of the relay")
    device.does("sync", folder + "/stick")
    for top in (relay.home, folder + "/stick"):
        for path, _, names in os.walk(top):
            for name in names:
                with open(f"{path}/{name}", "rb") as file:
                    data = file.read()
                for word in words:
                    check(word not in data, f"{path}/{name} holds “{word.decode()}”")
                points += 1
    # What programs that jalon starts are given: ssh alone, and no secret.
    if tool.may("strace", lab):
        device.run("sync", "ssh://nowhere.invalid/~/relay", under=[
            "strace", "-f", "-qq", "-s", "100000", "-v", "-o", folder + "/trace", "-e",
            "trace=execve"])
        with open(folder + "/trace", "rb") as file:
            check(key[:20].encode() not in file.read(), "an argument of ssh")
        points += 1
    return points
