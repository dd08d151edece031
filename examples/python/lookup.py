"""The same lookup from pandas and from DuckDB, on the Parquet files of a published version. pip install pandas pyarrow duckdb

python lookup.py VERSION_FOLDER WORD
"""
import json
import pathlib
import sys

import duckdb
import pandas as pd
import pyarrow.parquet as pq


def changes(folder):
    """Tombstones and added codes of a version with a delta; None where it has none."""
    if not (folder / "delta-codes.parquet").exists():
        return None
    return set(pd.read_parquet(folder / "tombstones.parquet")["item"]), pd.read_parquet(folder / "delta-codes.parquet")


def trained(folder):
    return (folder / "embeddings.arrow").exists()


def with_pandas(folder, word):
    """Items that share a bucket with the word: most tables first, then in the order of items."""
    gone, added = changes(folder) or (set(), None)
    own = pd.read_parquet(folder / "codes.parquet", filters=[("item", "==", word)])
    if word in gone:
        own = own[:0]
    if added is not None:
        own = pd.concat([own, added[added["item"] == word]])
    shared = {}
    for table, code in zip(own["table"], own["code"]):
        # Rows are sorted by (table, code) and have page indexes: the filter reads few of them. Codes of a trained index meet across
        # tables: its buckets of one code are the same in all of them, and a delta may bring a code to a table that had it not.
        where = [("code", "==", code)] if trained(folder) else [("table", "==", table), ("code", "==", code)]
        rows = pq.read_table(folder / "buckets.parquet", filters=where)
        members = [item for bucket in rows["items"].to_pylist()[:1] for item in bucket if item not in gone]
        if added is not None:
            here = added["code"] == code if trained(folder) else (added["table"] == table) & (added["code"] == code)
            members += list(dict.fromkeys(added[here]["item"]))
        for item in members:
            shared[item] = shared.get(item, 0) + 1
    shared.pop(word, None)
    return sorted(shared, key=lambda item: (-shared[item], item.encode() if isinstance(item, str) else item))


QUERY = """
SELECT member, count(*) AS tables
FROM (
  SELECT unnest(b.items) AS member
  FROM read_parquet($codes) c JOIN read_parquet($buckets) b ON b."table" = c."table" AND b.code = c.code
  WHERE c.item = $word
)
WHERE member <> $word
GROUP BY member
ORDER BY tables DESC, member
"""

# With a delta every bucket is the codes that are left, grouped.
CHANGED_QUERY = """
WITH codes AS (
  SELECT * FROM read_parquet($codes) WHERE item NOT IN (SELECT item FROM read_parquet($tombstones))
  UNION ALL SELECT * FROM read_parquet($added)
)
SELECT other.item, count(DISTINCT own."table") AS tables
FROM codes own JOIN codes other ON (other."table" = own."table" OR $trained) AND other.code = own.code
WHERE own.item = $word AND other.item <> $word
GROUP BY other.item
ORDER BY tables DESC, other.item
"""


def with_duckdb(folder, word):
    """The same in SQL; text is ordered by its bytes."""
    parameters = {"codes": str(folder / "codes.parquet"), "word": word}
    if changes(folder) is None:
        found = duckdb.execute(QUERY, parameters | {"buckets": str(folder / "buckets.parquet")})
    else:
        files = {"tombstones": str(folder / "tombstones.parquet"), "added": str(folder / "delta-codes.parquet"), "trained": trained(folder)}
        found = duckdb.execute(CHANGED_QUERY, parameters | files)
    return [member for member, _ in found.fetchall()]


def payloads(folder, items):
    """What the index tells of items; None where it has no payloads."""
    if not (folder / "payloads.parquet").exists():
        return None
    told = pd.read_parquet(folder / "payloads.parquet", filters=[("item", "in", items)]).set_index("item")["payload"].to_dict() if items else {}
    if (folder / "delta-payloads.parquet").exists():
        told |= pd.read_parquet(folder / "delta-payloads.parquet").set_index("item")["payload"].to_dict()
    return [told[item] for item in items]


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    words = sys.argv[2:]
    ids = pq.read_schema(folder / "codes.parquet").field("item").type == "int64"
    for word in (int(word) if ids else word for word in words):
        found = with_pandas(folder, word)
        print(json.dumps({"query": word, "pandas": found, "duckdb": with_duckdb(folder, word), "payloads": payloads(folder, found)}))
