"""Ranked answers of a published index (docs/reference/index-format.md) with numpy and the standard library alone.

python query.py .../indexes/NAME bread wine --top-k 5 --relation "goes with"

The index is a folder or https://host/indexes/NAME, or one of its versions: .../versions/V.
"""
import argparse
import json
import struct

import numpy as np

from index_folder import Folder
from page_format import FormatError, varint

RELATIONS = {1: "goes with", 2: "is like", 3: "near", 4: "related"}
# Where no relation is asked for, the one that says most comes first and the others fill up.
PREFERRED = ("related", "is like", "near", "goes with")
INT64 = range(-2**63, 2**63)


class Index:
    """Reads nothing but headers before the first query."""

    def __init__(self, place):
        folder = Folder(place)
        self.manifest = folder.manifest
        if not folder.has("neighbours.pages"):
            raise FormatError("this index has no lists of neighbours; read_pages.py answers from its buckets")
        self.lists = folder.pages("neighbours.pages", 3)
        self.items = folder.pages("items.pages", 1)

    def query(self, id, top_k=10, relation=None):
        """The best top_k of an item's lists, the best first: dictionaries of id, score, relation and known.

        None where there is no such item.
        """
        if top_k < 1 or relation not in (None, *PREFERRED):
            raise ValueError(f"expected a top_k from 1 and a relation of {PREFERRED}, got {top_k} and {relation}")
        found = self.neighbours(id)
        if found is None:
            return None
        matches = {}
        for wanted in PREFERRED if relation is None else (relation,):
            ids, scores, known = found.get(wanted, ((), (), ()))
            for other, score, is_known in zip(ids, scores, known):
                if other not in matches and len(matches) < top_k:
                    matches[other] = {"id": other, "score": float(score), "relation": wanted, "known": bool(is_known)}
        return list(matches.values())

    def neighbours(self, id):
        """All lists of an item as they are ranked: {relation: (ids, scores float32, known bool)}.

        None where there is no such item.
        """
        key = self.key_of(id)
        entry = None if key is None else self.lists.find(key)
        if entry is None:
            return None
        words = self.lists.keys == 1
        count, data, at = self.lists.listed(entry, len(entry) - 2 if words else len(entry))
        found = {}
        for _ in range(count):
            relation, values, at = self.ranked_list(data, at)
            found[relation] = values
        self.lists.require(at == len(data) and len(found) == count, "lists that end where their entry does")
        return found

    def ranked_list(self, data, at):
        relation = RELATIONS.get(data[at])
        self.lists.require(relation is not None, "a relation from 1 to 3")
        scale, = struct.unpack_from("<f", data, at + 1)
        count, at = varint(data, at + 5)
        for _ in range(count):
            # Numbers of the items: keys stand in the list themselves, so nothing is looked up by them.
            _, at = varint(data, at)
        scores = np.frombuffer(data, np.uint8, count, at)
        at += count
        known = np.unpackbits(np.frombuffer(data, np.uint8, -(-count // 8), at), count=count, bitorder="little")
        at += -(-count // 8)
        if self.lists.keys == 2:
            ids, at = [str(value) for value in np.frombuffer(data, "<i8", count, at).tolist()], at + 8 * count
        else:
            ids, at = shared_prefixes(data, at, count)
        # Of equal scores the smaller number comes first, and so they lie: a stable sort keeps it.
        order = np.argsort(255 - scores, kind="stable")
        values = scores[order].astype(np.float64)
        # Of near, cosines: bytes count down from 1 to the least of the list.
        values = 1 - scale * (255 - values) / 254 if relation == "near" else scale * values / 255
        values = values.astype(np.float32)
        return relation, ([ids[k] for k in order], values, known[order].astype(bool)), at

    def codes(self, id):
        """The item's code in each table: uint8 of shape (tables, bits / 8), bit 0 the highest of the first byte.

        None where there is no such item.
        """
        key = self.key_of(id)
        entry = None if key is None else self.items.find(key)
        if entry is None:
            return None
        width = self.manifest["bits"] // 8
        return np.frombuffer(entry, np.uint8)[-self.manifest["tables"] * width:].reshape(-1, width)

    def key_of(self, id):
        """The bytes by which the pages know an id, or None for what cannot be one."""
        if self.lists.keys == 1:
            return id.encode()
        number = int(id) if str(id).lstrip("-").isdecimal() else None
        return struct.pack("<q", number) if number is not None and number in INT64 and str(number) == str(id) else None


def shared_prefixes(data, at, count):
    """Keys of which each is told by what it does not share with the one before."""
    keys, key = [], b""
    for _ in range(count):
        shared, at = varint(data, at)
        length, at = varint(data, at)
        key = key[:shared] + data[at:at + length]
        keys.append(key.decode())
        at += length
    return keys, at


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The best matches of items, from their ranked lists.")
    parser.add_argument("index")
    parser.add_argument("query", nargs="+")
    parser.add_argument("--top-k", type=int, default=10)
    parser.add_argument("--relation", choices=PREFERRED)
    asked = parser.parse_args()
    index = Index(asked.index)
    for query in asked.query:
        matches = index.query(query, asked.top_k, asked.relation)
        print(json.dumps({"query": query, "matches": matches or [], "found": matches is not None}, ensure_ascii=False))
