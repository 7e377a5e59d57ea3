"""A folder that carries books (Protocol/transports.md, "A folder").

What is written here is put and listed only: nothing is changed, and nothing but notes and forgotten
drafts is removed.
"""

import errno
import os
import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass

from .encoding import BASE32, Malformed, base32, base64url, from_base32
from .segments import BODY_AT, LEAST_BODY, MOST_BODY, Segment

MARKER = "jalon.json"
MOST_BYTES_OF_A_MARKER = 4_096
MOST_NAMES = 1_000_000
MOST_COPIES = 4
DAY = 86_400_000
LEFT_BY_SYSTEMS = {
    "segments", MARKER, "lost+found", "system volume information", "desktop.ini", "thumbs.db",
    "$recycle.bin"}

NAME = re.compile(
    rb"([a-z2-7]{16})-([1-9][0-9]{0,15})-([a-z2-7]{16})-([1-9][0-9]{2,5})-([a-z2-7]{52}).*"
    rb"(\.jalon|\.damaged)", re.DOTALL)
DRAFT = re.compile(r"~[a-z2-7]{16}\.tmp")


class NoFolder(Exception):
    """The folder does not carry these books: `missing`, `bare`, `foreign`, `other`, `layout`, `unreadable`."""


class Full(Exception):
    """A segment cannot be written."""


@dataclass(frozen=True)
class Name:
    """The name of a segment's file, or of a note beside it."""

    text: str
    hash: bytes
    size: int
    first: int
    is_note: bool

    @staticmethod
    def read(text: str) -> "Name | None":
        """None if it is neither's."""
        data = re.sub(rb"[A-Z]", lambda m: m[0].lower(), os.fsencode(text))
        found = NAME.fullmatch(data)
        if not found or len(data) > 255:
            return None
        first, size = int(found[2]), int(found[4])
        try:
            hash = from_base32(found[5].decode())
        except Malformed:
            return None
        if not BODY_AT + LEAST_BODY <= size <= BODY_AT + MOST_BODY or first > 2**53:
            return None
        return Name(text, hash, size, first, found[6] == b".damaged")

    @staticmethod
    def of(segment: Segment) -> str:
        header = segment.header
        parts = (
            base32(header.writer)[:16], str(header.first), base32(header.after)[:16],
            str(len(segment.bytes())), base32(segment.hash))
        return "-".join(parts) + ".jalon"


def subfolder(hash: bytes) -> str:
    return base32(hash)[0]


def marker(books: bytes) -> bytes:
    return b'{"jalon":1,"layout":1,"books":"%s"}\n' % base64url(books).encode()


def check_marker(data: bytes, books: bytes) -> None:
    """Raises NoFolder for a marker that is not that of the books in this layout."""
    found = re.match(
        rb'\{"jalon":(0|[1-9][0-9]{0,15}),"layout":(0|[1-9][0-9]{0,15})(?![0-9.eE])', data)
    if not found:
        raise NoFolder("unreadable")
    if (found[1], found[2]) != (b"1", b"1"):
        raise NoFolder("layout")
    if not re.fullmatch(rb',"books":"[A-Za-z0-9_-]{21}[AQgw]"\}\n?', data[found.end():]):
        raise NoFolder("unreadable")
    if data.rstrip(b"\n") + b"\n" != marker(books):
        raise NoFolder("other")


class Folder:
    """An open folder of some books, listed.

    `met` says that the device met it before, `clock` is in milliseconds.
    """

    def __init__(self, path: str, books: bytes, met: bool, clock: int):
        self.path = path
        self.books = books
        self.clock = clock
        self.copies: dict[bytes, list[Name]] = {}
        """By hash, the files of each segment that is there."""
        self.told: set[bytes] = set()
        """Segments that have a name here and no whole copy."""
        self._notes: dict[bytes, list[str]] = {}
        self._claim(met)
        self._list()

    def _at(self, *names: str) -> str:
        return os.path.join(self.path, *names)

    # The marker

    def _claim(self, met: bool) -> None:
        try:
            data = read_plain(self._at(MARKER), MOST_BYTES_OF_A_MARKER)
        except (FileNotFoundError, NotADirectoryError):
            data = b""
        if data is None:
            raise NoFolder("unreadable")
        if data:
            return check_marker(data, self.books)
        if not os.path.isdir(self.path):
            raise NoFolder("missing")
        names = os.listdir(self.path)
        if not all(is_left_by_systems(name) for name in names):
            raise NoFolder("foreign")
        if met and "segments" not in names:
            raise NoFolder("bare")
        self._put(marker(self.books), self.path, MARKER)

    # Listing

    def _list(self) -> None:
        names: list[Name] = []
        count = 0
        for digit in BASE32:
            place = self._at("segments", digit)
            if not is_folder(self._at("segments")) or not is_folder(place):
                continue
            for text in sorted(os.listdir(place)):
                count += 1
                if count > MOST_NAMES:
                    raise NoFolder("foreign")
                self._clean(place, text)
                name = Name.read(text)
                if not name or subfolder(name.hash) != digit:
                    continue
                if name.is_note:
                    self._notes.setdefault(name.hash, []).append(text)
                elif plain_size(os.path.join(place, text)) == name.size:
                    names.append(name)
                else:
                    self.told.add(name.hash)
        for name in sorted(names, key=lambda n: (n.first, len(n.text), n.text)):
            self.copies.setdefault(name.hash, []).append(name)
        self.told -= self.copies.keys()
        for hash in self._notes.keys() & self.copies.keys():
            if self.read(hash):
                self._remove_notes(hash)
            else:
                del self.copies[hash]

    def _clean(self, place: str, name: str) -> None:
        """Removes a draft that a crash left."""
        path = os.path.join(place, name)
        if DRAFT.fullmatch(name) and plain_size(path) is not None:
            if os.lstat(path).st_mtime_ns // 1_000_000 < self.clock - DAY:
                remove(path)

    # Reading

    def read(self, hash: bytes) -> Segment | None:
        """The segment of a hash; None if no copy is whole, which is noted."""
        is_damaged = False
        for name in self.copies.get(hash, [])[:MOST_COPIES]:
            path = self._at("segments", subfolder(hash), name.text)
            try:
                data = read_plain(path, name.size)
            except OSError as fault:
                is_damaged = is_damaged or fault.errno == errno.EIO
                continue
            if data is None:
                continue
            try:
                segment = Segment.parse(data)
            except Malformed:
                segment = None
            if segment and segment.hash == hash and segment.header.books == self.books:
                return segment
            is_damaged = is_damaged or len(data) == name.size
        self.told.add(hash)
        if is_damaged and not self._notes.get(hash):
            self._note(hash)
        return None

    def _note(self, hash: bytes) -> None:
        name = self.copies[hash][0].text.lower()
        at = name.index(base32(hash)) + 52
        try:
            self._put(b"", self._at("segments", subfolder(hash)), name[:at] + ".damaged")
        except OSError:
            pass  # It is a kindness, and the folder may be one that can only be read.

    def _remove_notes(self, hash: bytes) -> None:
        for name in self._notes.pop(hash, []):
            remove(self._at("segments", subfolder(hash), name))

    # Writing

    def put(self, segments: Iterable[Segment]) -> int:
        """Writes what is not there, in this order; raises Full. Says how many are new."""
        count = 0
        for segment in segments:
            if segment.hash in self.copies:
                continue
            digit, name = subfolder(segment.hash), Name.of(segment)
            try:
                for place in (self._at("segments"), self._at("segments", digit)):
                    if not os.path.lexists(place):
                        os.mkdir(place)
                        sync_folder(os.path.dirname(place))
                    if not is_folder(place):
                        raise NotADirectoryError(errno.ENOTDIR, "no folder", place)
                self._put(segment.bytes(), self._at("segments", digit), name)
            except OSError as fault:
                raise Full(str(fault)) from fault
            self.copies[segment.hash] = [Name.read(name)]
            self.told.discard(segment.hash)
            self._remove_notes(segment.hash)
            count += 1
        return count

    def _put(self, data: bytes, place: str, name: str) -> None:
        """Whole or not at all."""
        draft = os.path.join(place, "~" + base32(secrets.token_bytes(10)) + ".tmp")
        try:
            with open(draft, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.rename(draft, os.path.join(place, name))
        except OSError:
            remove(draft)
            raise
        sync_folder(place)


def is_left_by_systems(name: str) -> bool:
    lower = name.lower()
    return (
        lower in LEFT_BY_SYSTEMS or lower.startswith((".", "~"))
        or lower.startswith("jalon") and lower.endswith(".json"))


def is_folder(path: str) -> bool:
    """Never through a link."""
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def plain_size(path: str) -> int | None:
    """The bytes of a plain file; None if it is something else."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def read_plain(path: str, most: int) -> bytes | None:
    """A plain file's bytes; None if it is something else or has more. Raises OSError."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError as fault:
        if fault.errno in (errno.ELOOP, errno.ENXIO):
            return None
        raise
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(opened.fileno()).st_mode):
            return None
        data = opened.read(most + 1)
    return data if len(data) <= most else None


def sync_folder(path: str) -> None:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    except OSError as fault:
        if fault.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
            raise
    finally:
        os.close(folder)


def remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
