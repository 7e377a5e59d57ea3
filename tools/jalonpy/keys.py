"""The books' secret and what follows from it, invitations, recovery (Protocol/keys.md)."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .encoding import BASE32, Malformed, base32, base64url, from_base32, u8, u16


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hmac_sha256(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(hashes.SHA256(), size, salt, info).derive(secret)


def signature_holds(key: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


class Signer:
    """An Ed25519 key pair: a writer, a sealer, or the admission key."""

    def __init__(self, seed: bytes):
        self.seed = seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.name = self._private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def short_name(name: bytes) -> str:
    """What people see of a writer, or of a branch."""
    short = base32(name[:10])
    return short if len(name) == 32 else f"{short}.{base32(name[32:37])}"


class Secret:
    """The 32 bytes that make somebody a member."""

    def __init__(self, secret: bytes):
        assert len(secret) == 32
        self.bytes = secret
        self.admission = Signer(self._key("jalon admission key 1"))
        self.chain_key = self._key("jalon chain key 1")
        self.salt_key = self._key("jalon salt key 1")
        self.epoch_key = self._key("jalon epoch key 1")
        self.books = books_of(self.admission.name)

    def _key(self, info: str) -> bytes:
        return hkdf(self.bytes, b"", info.encode(), 32)

    def change_id(self, previous: bytes, line: bytes) -> bytes:
        return hmac_sha256(self.chain_key, previous + line)

    def admit(self, token: bytes) -> dict[str, str]:
        """What a device shows a relay, as the members of the admission's JSON."""
        token_hash = sha256(token)
        return {
            "key": base64url(self.admission.name),
            "tokenHash": base64url(token_hash),
            "proof": base64url(self.admission.sign(admission_message(self.books, token_hash))),
        }


def books_of(admission_key: bytes) -> bytes:
    return sha256(b"jalon books 1\0" + admission_key)[:16]


def admission_message(books: bytes, token_hash: bytes) -> bytes:
    return b"jalon admission 1\0" + books + token_hash


# Invitation


class Fault(Exception):
    """Why a text is no invitation or no sheet: unknown, version, character, cut or checksum."""

    def __init__(self, kind: str, where: int | None = None):
        super().__init__(kind if where is None else f"{kind} {where}")
        self.kind = kind
        self.where = where
        """The version of an invitation, or the line of a sheet."""


@dataclass(frozen=True)
class Invitation:
    secret: bytes
    name: str
    relays: tuple[tuple[str, str], ...]

    MOST_BYTES = 65_536
    MOST_RELAYS = 16
    DOMAIN = b"jalon invitation 1\0"

    def text(self) -> str:
        contents = self.secret + cut_text(self.name)
        for name, address in self.relays[: self.MOST_RELAYS]:
            contents += cut_text(name) + cut_text(address)
        counted = u16(len(contents)) + contents
        return "jalon1-" + base32(counted + sha256(self.DOMAIN + counted)[:4])

    @staticmethod
    def parse(text: str) -> "Invitation":
        word = folded("".join(text.split()))
        prefix = re.match(r"jalon([0-9]{1,9})-", word, re.ASCII)
        if not prefix or len(word.encode("utf-8", "replace")) > Invitation.MOST_BYTES:
            raise Fault("unknown")
        if prefix[1] != "1":
            raise Fault("version", int(prefix[1]))
        digits = word[prefix.end():]
        if any(digit not in BASE32 for digit in digits):
            raise Fault("character")
        try:
            data = from_base32(digits)
            mistyped = False
        except Malformed:
            # A last digit with bits to spare is mistyped, if all the others are there.
            try:
                data = from_base32(digits[:-1] + "a")
            except Malformed:
                raise Fault("cut") from None
            mistyped = True
        count = int.from_bytes(data[:2], "big")
        if len(data) != 2 + count + 4:
            raise Fault("cut")
        if mistyped or sha256(Invitation.DOMAIN + data[: 2 + count])[:4] != data[2 + count:]:
            raise Fault("checksum")
        return Invitation.from_contents(data[2 : 2 + count])

    @staticmethod
    def from_contents(contents: bytes) -> "Invitation":
        if len(contents) < 33:
            raise Fault("cut")
        texts, at = [], 32
        while at < len(contents):
            size = contents[at]
            part = contents[at + 1 : at + 1 + size]
            if len(part) < size:
                raise Fault("cut")
            try:
                texts.append(part.decode("utf-8"))
            except UnicodeDecodeError:
                raise Fault("cut") from None
            at += 1 + size
        if len(texts) % 2 == 0:
            raise Fault("cut")
        return Invitation(contents[:32], texts[0], tuple(zip(texts[1::2], texts[2::2])))


def folded(text: str) -> str:
    """ASCII letters in lower case; other characters stay what they are."""
    return re.sub("[A-Z]+", lambda m: m[0].lower(), text)


def cut_text(text: str) -> bytes:
    """T(text), cut at the end of a character where it is too long."""
    data = text.encode()[:255].decode("utf-8", "ignore").encode()
    return u8(len(data)) + data


# Recovery sheet


def multiply(a: int, b: int) -> int:
    """In GF(2)[x] / (x^5 + x^2 + 1)."""
    product = 0
    for bit in range(5):
        if b >> bit & 1:
            product ^= a << bit
    for bit in range(9, 4, -1):
        if product >> bit & 1:
            product ^= 0b100101 << (bit - 5)
    return product


def check_digits(number: int, digits: str) -> str:
    high = low = 0
    for symbol in [number, *map(BASE32.index, digits)]:
        factor = symbol ^ high
        high, low = low ^ multiply(factor, 6), multiply(factor, 8)
    return BASE32[high] + BASE32[low]


def recovery_sheet(secret: bytes) -> list[str]:
    lines = []
    for number in range(1, 5):
        digits = base32(secret[8 * number - 8 : 8 * number])
        digits += check_digits(number, digits)
        lines.append(f"{number}  {digits[:5]} {digits[5:10]} {digits[10:]}")
    return lines


def read_recovery_sheet(text: str) -> bytes:
    secret, number = b"", 1
    for line in text.splitlines():
        words = line.split()
        if number > 4 or not words or words[0] != str(number):
            continue
        digits = folded("".join(words[1:]))
        if any(digit not in BASE32 for digit in digits):
            raise Fault("character", number)
        if len(digits) != 15:
            raise Fault("cut", number)
        if check_digits(number, digits[:13]) != digits[13:]:
            raise Fault("checksum", number)
        try:
            secret += from_base32(digits[:13])
        except Malformed:
            raise Fault("checksum", number) from None
        number += 1
    if number <= 4:
        raise Fault("cut", number)
    return secret
