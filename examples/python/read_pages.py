"""A reader of a published index (docs/reference/index-format.md) with numpy and the standard library alone.

python read_pages.py .../indexes/NAME QUERY...      or .../versions/V
"""
import json
import pathlib
import struct
import sys

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


def texts(data, at, count):
    found = []
    for _ in range(count):
        length, at = varint(data, at)
        found.append(data[at:at + length].decode())
        at += length
    return found, at


class PageFile:
    """items.pages or buckets-T.pages. Reads pages as they are asked for."""

    def __init__(self, path, manifest, part, table):
        self.name, self.file = path.name, open(path, "rb")
        header = self.read(0, 128)
        (magic, version, kind, self.keys, tables, number, self.code_bytes, self.payloads, self.page_bytes, self.reach, self.home_pages, self.pages, items, _, overflow, size,
         identity) = struct.unpack_from("<8sHBBBBBBIIIIQQQQ16s", header)
        self.checksum, = struct.unpack_from("<I", header, 124)
        self.tail = 4 + tables * self.code_bytes + 2 * self.payloads
        self.overflow = (1 + self.pages) * self.page_bytes
        exported = next(each["key"] for each in manifest["lineage"] if each["stage"] == "export")
        expected = (MAGIC, 1, part, {"word": 1, "id": 2}[manifest["kind"]], manifest["tables"], table, manifest["bits"] // 8, int(manifest.get("payloads", False)), manifest["items"], bytes.fromhex(exported), path.stat().st_size)
        found = (magic, version, kind, self.keys, tables, number, self.code_bytes, self.payloads, items, identity, size)
        self.require(magic == MAGIC and version == 1, "a page file of format 1")
        self.require(crc32c(header[:124]) == self.checksum and not any(header[80:124]), "a whole header")
        self.require(found == expected and size == self.overflow + overflow, "the header that index.json promises")

    def require(self, holds, what):
        if not holds:
            raise FormatError(f"{self.name}: expected {what}")

    def read(self, start, end):
        self.file.seek(start)
        data = self.file.read(end - start)
        self.require(len(data) == end - start, f"{end} bytes")
        return data

    def check(self, data, checksum, what):
        self.require(crc32c(struct.pack("<I", self.checksum) + data) == checksum, f"{what} with the checksum that it names")

    def find(self, key, fixed):
        """What follows a key in its entry: in buckets (`fixed`) the key has a fixed length, in items it ends where the rest or a payload begins."""
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
                payload = 0 if fixed or not self.payloads else struct.unpack_from("<H", entry, len(entry) - self.tail)[0]
                if (entry[:len(key)] if fixed else entry[:len(entry) - self.tail - payload]) == key:
                    return entry[len(key):]
        return None


class Index:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        if (folder / "current.json").exists():
            folder /= json.loads((folder / "current.json").read_text())["path"]
        self.manifest = json.loads((folder / "index.json").read_text())
        if self.manifest["format"] != 1:
            raise FormatError(f"index.json: format {self.manifest['format']}, this reader knows 1 (2 has a delta; reindex first)")
        self.width = self.manifest["bits"] // 8
        self.items = PageFile(folder / "items.pages", self.manifest, 1, 0)
        self.buckets = [PageFile(folder / f"buckets-{table}.pages", self.manifest, 2, table) for table in range(self.manifest["tables"])]

    def lookup(self, query):
        """None for an item that the index does not have, else the items that share a bucket with it (with their payloads, if any): most tables first, then by item."""
        own = query if self.manifest["kind"] == "word" else int(query)
        entry = self.items.find(query.encode() if own is query else struct.pack("<q", own), fixed=False)
        if entry is None:
            return None
        shared, told = {}, {}
        for table, file in enumerate(self.buckets):
            code = entry[len(entry) + (table - len(self.buckets)) * self.width:][:self.width]
            for item, payload in self.bucket(file, code):
                shared[item], told[item] = shared.get(item, 0) + 1, payload
        if shared.pop(own, 0) != len(self.buckets):
            raise FormatError(f"{query} is not in the buckets of its codes: the index is damaged")
        items = sorted(shared, key=lambda item: (-shared[item], item.encode() if isinstance(item, str) else item))
        return [[item, told[item]] for item in items] if self.items.payloads else items

    def bucket(self, file, code):
        data = file.find(code, fixed=True)
        file.require(data is not None, f"a bucket of {code.hex()}")
        count, at = varint(data, 0)
        if count & 1:
            offset, at = varint(data, at)
            length, at = varint(data, at)
            listed = file.read(file.overflow + offset, file.overflow + offset + length)
            file.check(listed, struct.unpack_from("<I", data, at)[0], "a list")
            data, at = listed, 0
        count >>= 1
        if file.keys == 2:
            items, at = np.frombuffer(data, "<i8", count, at).tolist(), at + 8 * count
        else:
            for _ in range(count):
                _, at = varint(data, at)
            items, at = texts(data, at, count)
        return zip(items, texts(data, at, count)[0] if file.payloads else items)


if __name__ == "__main__":
    index = Index(sys.argv[1])
    for query in sys.argv[2:]:
        print(json.dumps({"query": query, "items": index.lookup(query)}))
