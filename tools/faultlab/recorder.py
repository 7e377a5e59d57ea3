"""What programs write, recorded from their system calls, and the disks that a loss of power at any
point of it may leave.

A write is on the disk once its file was synced after it. Until then any part of it may be there, in
sectors of 512 bytes, in any order with others. A name is on the disk once its folder, or the file that
it names, was synced; until then any subset of the renames, creations and removals may be."""

import os
import random
import re
from dataclasses import dataclass, field

SECTOR = 512
CALLS = ("openat,write,pwrite64,writev,pwritev,ftruncate,fsync,fdatasync,rename,renameat,renameat2,"
         "unlink,unlinkat,mkdir,mkdirat,fallocate")
LINE = re.compile(r"^(\d+)\s+([\d.]+) (.*)$")
UNFINISHED = re.compile(r"^(.*?)\s*<unfinished \.\.\.>$")
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$")
CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+)")
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
FOLDER = re.compile(r"^(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})*)>")
DESCRIPTOR = re.compile(r"^\d+<((?:\\x[0-9a-f]{2})*)(?:\(deleted\))?>")


def recording(trace: str) -> list[str]:
    """The words before a program whose writes are recorded."""
    return ["strace", "-f", "-qq", "-y", "-xx", "-s", "8388608", "-ttt", "-o", trace, "-e",
            f"trace={CALLS}"]


@dataclass
class Step:
    """One write, sync or change of a name; `ends` names a command that is acknowledged here."""
    kind: str
    path: str
    other: str = ""
    offset: int = 0
    data: bytes = b""
    at: float = 0.0


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _path(text: str) -> str:
    return os.fsdecode(_bytes(text))


def steps(trace: str, top: str) -> list[Step]:
    """The steps of a trace on files below `top`, by their paths there, in the order of their ends."""
    begun: dict[str, str] = {}
    result = []
    with open(trace, errors="surrogateescape") as lines:
        for line in lines:
            if not (match := LINE.match(line.rstrip("\n"))):
                continue
            process, at, rest = match.groups()
            if half := UNFINISHED.match(rest):
                begun[process] = half[1]
                continue
            if half := RESUMED.match(rest):
                rest = begun.pop(process, "") + half[2]
            if (call := CALL.match(rest)) and int(call[3]) >= 0:
                step = _step(call[1], call[2], int(call[3]))
                if step and _is_below(step, top):
                    if step.kind == "unknown":
                        raise ValueError(f"not understood: {line[:200]}")
                    step.at = float(at)
                    result.append(step)
    return result


def _is_below(step: Step, top: str) -> bool:
    for name in ("path", "other"):
        path = getattr(step, name)
        if path.startswith(top + "/"):
            setattr(step, name, path[len(top) + 1:])
        elif name == "path" or path:
            return False
    return True


def _step(name: str, words: str, result: int) -> Step | None:
    if name in ("write", "pwrite64"):
        data = _bytes(TEXT.search(words)[1])[:result]
        offset = int(words.rpartition(",")[2]) if name == "pwrite64" else -1
        return _of_descriptor("write", words, offset=offset, data=data)
    if name == "ftruncate":
        return _of_descriptor("truncate", words, offset=int(words.rpartition(",")[2]))
    if name in ("fsync", "fdatasync"):
        return _of_descriptor("sync", words)
    if name in ("writev", "pwritev", "fallocate"):
        return _of_descriptor("unknown", words)
    paths = _paths(words)
    if name == "openat":
        if "O_CREAT" in words or "O_TRUNC" in words:
            return Step("create" if "O_TRUNC" not in words else "empty", paths[0])
        return None
    if name.startswith("rename"):
        return Step("rename", paths[0], paths[1])
    if name.startswith("unlink"):
        return Step("unlink", paths[0])
    if name.startswith("mkdir"):
        return Step("mkdir", paths[0])
    return None


def _of_descriptor(kind: str, words: str, **values) -> Step | None:
    match = DESCRIPTOR.match(words)
    return Step(kind, _path(match[1]), **values) if match else None


def _paths(words: str) -> list[str]:
    """The paths of a call, those that are relative seen from the folder named before them."""
    found, rest = [], words
    while match := TEXT.search(rest):
        path = _path(match[1])
        before = rest[:match.start()].rpartition(", ")[0].rpartition(", ")[2] or rest
        if not path.startswith("/") and (folder := FOLDER.match(before.strip())):
            path = os.path.join(_path(folder[1]), path)
        found.append(os.path.normpath(path))
        rest = rest[match.end():].lstrip(", ")
    return found


@dataclass
class File:
    durable: bytearray = field(default_factory=bytearray)
    length: int = 0
    pending: list[Step] = field(default_factory=list)


class Disk:
    """What a disk holds for sure, and what may be on it, after some steps."""

    def __init__(self):
        self.files: dict[int, File] = {}
        self._names: dict[str, int | None] = {}
        self._durable: dict[str, int | None] = {}
        self._pending: list[Step] = []
        self._count = 0

    def hold(self, top: str, name: str) -> None:
        """What lies in a folder already, all of it synced."""
        self._names[name] = self._durable[name] = None
        for path, folders, names in os.walk(f"{top}/{name}"):
            inside = os.path.relpath(path, top)
            for one in folders:
                self._names[f"{inside}/{one}"] = self._durable[f"{inside}/{one}"] = None
            for one in names:
                with open(f"{path}/{one}", "rb") as file:
                    data = bytearray(file.read())
                self._count += 1
                self.files[self._count] = File(data, len(data))
                self._names[f"{inside}/{one}"] = self._durable[f"{inside}/{one}"] = self._count

    def take(self, step: Step) -> None:
        kind, path = step.kind, step.path
        if kind == "mkdir":
            self._names[path] = None
            self._pending.append(step)
        elif kind in ("create", "empty"):
            if path not in self._names:
                self._count += 1
                self.files[self._count] = File()
                self._names[path] = self._count
                self._pending.append(Step("create", path, offset=self._count))
            elif kind == "empty":
                self._write(path, Step("truncate", path))
        elif kind == "rename":
            self._names[step.other] = self._names.pop(path)
            self._pending.append(step)
        elif kind == "unlink":
            self._names.pop(path, None)
            self._pending.append(step)
        elif kind in ("write", "truncate"):
            self._write(path, step)
        elif kind == "sync":
            self._sync(path)

    def _write(self, path: str, step: Step) -> None:
        number = self._names.get(path)
        if number is None:
            return
        file = self.files[number]
        if step.kind == "truncate":
            file.length = step.offset
        else:
            if step.offset < 0:
                step = Step("write", path, offset=file.length, data=step.data)
            file.length = max(file.length, step.offset + len(step.data))
        file.pending.append(step)

    def _sync(self, path: str) -> None:
        number = self._names.get(path)
        if number is not None:
            file = self.files[number]
            for step in file.pending:
                _apply(file.durable, step)
            file.pending.clear()
        kept = []
        for step in self._pending:
            new = step.other or step.path
            # A folder's sync keeps the names in it; a file's sync its own name, and the folders above.
            is_kept = (os.path.dirname(new) == path if number is None else new == path) or (
                step.kind == "mkdir" and (path + "/").startswith(new + "/"))
            if is_kept:
                _rename(self._durable, step)
            else:
                kept.append(step)
        self._pending = kept

    def image(self, chance: random.Random | None, keeps_all: bool = False) -> dict:
        """One disk that a loss of power may leave: bytes by path, None for a folder. Without chance
        only what is sure, or everything."""
        names = dict(self._durable)
        for step in self._pending:
            if keeps_all or (chance and chance.random() < 0.5):
                _rename(names, step)
        result = {}
        likelihood = chance.choice((0.2, 0.5, 0.8)) if chance else 0.0
        for path, number in names.items():
            if number is None:
                result[path] = None
                continue
            file = self.files[number]
            data = bytearray(file.durable)
            for step in file.pending:
                if keeps_all:
                    _apply(data, step)
                elif chance and chance.random() < likelihood:
                    _apply(data, step, chance if chance.random() < 0.5 else None)
            result[path] = bytes(data)
        return result


def _rename(names: dict, step: Step) -> None:
    if step.kind == "mkdir":
        names[step.path] = None
    elif step.kind == "create":
        names[step.path] = step.offset
    elif step.kind == "unlink":
        names.pop(step.path, None)
    elif step.path in names:
        names[step.other] = names.pop(step.path)


def _apply(data: bytearray, step: Step, chance: random.Random | None = None) -> None:
    """One write, or some of its sectors."""
    if step.kind == "truncate":
        if step.offset < len(data):
            del data[step.offset:]
        else:
            data.extend(bytes(step.offset - len(data)))
        return
    end = step.offset + len(step.data)
    place = step.offset
    while place < end:
        until = min(end, (place // SECTOR + 1) * SECTOR)
        if not chance or chance.random() < 0.5:
            if len(data) < until:
                data.extend(bytes(until - len(data)))
            data[place:until] = step.data[place - step.offset:until - step.offset]
        place = until


def lay_down(image: dict, top: str) -> None:
    """Writes an image to a folder."""
    for path, data in sorted(image.items()):
        place = os.path.join(top, path)
        if data is None:
            os.makedirs(place, mode=0o700, exist_ok=True)
            continue
        # A name whose folder is not there is gone with it.
        parent = os.path.dirname(path)
        if parent and parent not in image:
            continue
        with open(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
