"""A reader of a published index (docs/reference/index-format.md) with numpy and the standard library alone.

It gives the items that share a bucket; query.py gives ranked answers.

python read_pages.py .../indexes/NAME QUERY...      or .../versions/V, or https://host/indexes/NAME
"""
import json
import struct
import sys

import numpy as np

from index_folder import Folder
from page_format import FormatError, varint


def texts(data, at, count):
    found = []
    for _ in range(count):
        length, at = varint(data, at)
        found.append(data[at:at + length].decode())
        at += length
    return found, at


class Index:
    def __init__(self, place):
        folder = Folder(place)
        self.manifest = folder.manifest
        self.width = self.manifest["bits"] // 8
        self.items = folder.pages("items.pages", 1)
        self.buckets = [folder.pages(f"buckets-{table}.pages", 2, table) for table in range(self.manifest["tables"])]

    def lookup(self, query):
        """The items that share a bucket with this one (with their payloads, if any): most tables first, then by item.

        None for an item that the index does not have.
        """
        own = query if self.manifest["kind"] == "word" else int(query)
        entry = self.items.find(query.encode() if own is query else struct.pack("<q", own))
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
        data = file.find(code)
        file.require(data is not None, f"a bucket of {code.hex()}")
        count, data, at = file.listed(data)
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
