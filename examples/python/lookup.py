"""The same lookup from pandas and from DuckDB, on the Parquet files of a published version. pip install pandas pyarrow duckdb

python lookup.py VERSION_FOLDER WORD
"""
import json
import pathlib
import sys

import duckdb
import pandas as pd
import pyarrow.parquet as pq


def with_pandas(folder, word):
    """Items that share a bucket with the word: most tables first, then in the order of items."""
    own = pd.read_parquet(folder / "codes.parquet", filters=[("item", "==", word)])
    shared = {}
    for table, code in zip(own["table"], own["code"]):
        # Rows are sorted by (table, code) and have page indexes: the filter reads few of them.
        rows = pq.read_table(folder / "buckets.parquet", filters=[("table", "==", table), ("code", "==", code)])
        for item in rows["items"][0].as_py():
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


def with_duckdb(folder, word):
    """The same in SQL; text is ordered by its bytes."""
    parameters = {"codes": str(folder / "codes.parquet"), "buckets": str(folder / "buckets.parquet"), "word": word}
    return [member for member, _ in duckdb.execute(QUERY, parameters).fetchall()]


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    words = sys.argv[2:]
    ids = pq.read_schema(folder / "codes.parquet").field("item").type == "int64"
    for word in (int(word) if ids else word for word in words):
        print(json.dumps({"query": word, "pandas": with_pandas(folder, word), "duckdb": with_duckdb(folder, word)}))
