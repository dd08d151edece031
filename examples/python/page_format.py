"""What all page files of a published index share (docs/reference/index-format.md).

Checksums, the hash of keys, and the way to an entry.
"""
import struct

import numpy as np

MAGIC = bytes.fromhex("89484c500d0a1a0a")


class FormatError(Exception):
    """The files are not an index of a format that this reader knows, or they are damaged."""


def crc32c_tables():
    """Eight tables of CRC-32C (Castagnoli), so that eight bytes are taken at a time."""
    tables = np.zeros((8, 256), np.uint32)
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ np.uint32(0x82F63B78), values >> 1)
    tables[0] = values
    for t in range(1, 8):
        tables[t] = (tables[t - 1] >> 8) ^ tables[0][tables[t - 1] & 0xFF]
    return tables.tolist()


TABLES = crc32c_tables()


def crc32c(data, crc=0):
    crc ^= 0xFFFFFFFF
    whole = len(data) - len(data) % 8
    for low, high in struct.iter_unpack("<II", data[:whole]):
        low ^= crc
        crc = 0
        for place, word in ((7, low), (3, high)):
            for k in range(4):
                crc ^= TABLES[place - k][(word >> (8 * k)) & 0xFF]
    for byte in data[whole:]:
        crc = (crc >> 8) ^ TABLES[0][(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


P1, P2, P3, P4, P5 = 2654435761, 2246822519, 3266489917, 668265263, 374761393
MASK = 0xFFFFFFFF


def rotate(value, bits):
    return ((value << bits) | (value >> (32 - bits))) & MASK


def xxh32(data):
    """XXH32 with seed 0."""
    at = 0
    if len(data) >= 16:
        lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
        while at + 16 <= len(data):
            words = struct.unpack_from("<4I", data, at)
            lanes = [rotate((lane + word * P2) & MASK, 13) * P1 & MASK for lane, word in zip(lanes, words)]
            at += 16
        result = sum(rotate(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18)))
    else:
        result = P5
    result = (result + len(data)) & MASK
    while at + 4 <= len(data):
        result = rotate((result + struct.unpack_from("<I", data, at)[0] * P3) & MASK, 17) * P4 & MASK
        at += 4
    for byte in data[at:]:
        result = rotate((result + byte * P5) & MASK, 11) * P1 & MASK
    result = (result ^ (result >> 15)) * P2 & MASK
    result = (result ^ (result >> 13)) * P3 & MASK
    return result ^ (result >> 16)


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


class PageFile:
    """items.pages, buckets-T.pages or neighbours.pages (part 1, 2 or 3).

    `read` gives its bytes [start, end). Pages are read as they are asked for.
    """

    def __init__(self, name, read, manifest, part, table=0):
        self.name, self.read_bytes, self.part = name, read, part
        header = self.read(0, 128)
        (
            magic, version, kind, self.keys, tables, number, self.code_bytes, self.payloads, self.page_bytes,
            self.reach, self.home_pages, self.pages, items, _, overflow, size, identity,
        ) = struct.unpack_from("<8sHBBBBBBIIIIQQQQ16s", header)
        self.checksum, = struct.unpack_from("<I", header, 124)
        self.tail = 4 + tables * self.code_bytes + 2 * self.payloads
        self.overflow = (1 + self.pages) * self.page_bytes
        exported = next(each["key"] for each in manifest["lineage"] if each["stage"] == "export")
        promised = next(each["bytes"] for each in manifest["parts"] if each["name"] == name)
        expected = (
            part, {"word": 1, "id": 2}[manifest["kind"]], manifest["tables"], table, manifest["bits"] // 8,
            int(manifest.get("payloads", False)), manifest["items"], bytes.fromhex(exported), promised,
        )
        found = (kind, self.keys, tables, number, self.code_bytes, self.payloads, items, identity, size)
        self.require(magic == MAGIC and version == 1, "a page file of format 1")
        self.require(crc32c(header[:124]) == self.checksum and not any(header[80:124]), "a whole header")
        self.require(found == expected and size == self.overflow + overflow, "the header that index.json promises")

    def require(self, holds, what):
        if not holds:
            raise FormatError(f"{self.name}: expected {what}")

    def read(self, start, end):
        data = self.read_bytes(start, end)
        self.require(len(data) == end - start, f"{end} bytes")
        return data

    def check(self, data, checksum, what):
        own = crc32c(struct.pack("<I", self.checksum) + data)
        self.require(own == checksum, f"{what} with the checksum that it names")

    def find(self, key):
        """What follows a key in its entry, or None where no entry has it."""
        home = xxh32(key) * self.home_pages >> 32
        last = min(home + self.reach + 1, self.pages)
        data = self.read((1 + home) * self.page_bytes, (1 + last) * self.page_bytes)
        for page in range(last - home):
            content = data[page * self.page_bytes:(page + 1) * self.page_bytes]
            checksum, number, count, _ = struct.unpack_from("<IIHH", content)
            self.require(number == home + page, f"page {home + page}")
            self.check(content[4:], checksum, f"page {number}")
            ends = np.frombuffer(content, "<u2", count, 12)
            start = 12 + 2 * count
            for end in ends.tolist():
                entry, start = content[start:end], end
                length = self.key_length(entry)
                if entry[:length] == key:
                    return entry[length:]
        return None

    def key_length(self, entry):
        """In buckets the key is a code, in items it ends where a payload or the rest begins.

        Lists of words name its length at their end.
        """
        if self.part == 2:
            return self.code_bytes
        if self.part == 3:
            return 8 if self.keys == 2 else struct.unpack_from("<H", entry, len(entry) - 2)[0]
        payload = struct.unpack_from("<H", entry, len(entry) - self.tail)[0] if self.payloads else 0
        return len(entry) - self.tail - payload

    def listed(self, data, length=None):
        """The list of an entry [0, length), from the overflow where it lies there.

        Returns the number before it, the bytes that hold it, and where it begins in them.
        """
        count, at = varint(data, 0)
        if count & 1 == 0:
            return count >> 1, data[:length], at
        offset, at = varint(data, at)
        size, at = varint(data, at)
        found = self.read(self.overflow + offset, self.overflow + offset + size)
        self.check(found, struct.unpack_from("<I", data, at)[0], "a list")
        return count >> 1, found, 0
