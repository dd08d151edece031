"""read-tables.py FILE...: the rows of each Parquet file as a line of JSON, as pyarrow and as DuckDB read them."""
import json
import sys

import duckdb
import pyarrow.parquet


def text(value):
    if isinstance(value, list):
        return [text(item) for item in value]
    if isinstance(value, bytes):
        return value.hex()
    return str(value) if isinstance(value, int) else value


def rows(table):
    return [{name: text(value) for name, value in row.items()} for row in table.to_pylist()]


for path in sys.argv[1:]:
    by_duckdb = duckdb.sql(f"SELECT * FROM read_parquet('{path}')").arrow()
    table = by_duckdb if hasattr(by_duckdb, "to_pylist") else by_duckdb.read_all()
    print(json.dumps({"pyarrow": rows(pyarrow.parquet.read_table(path, page_checksum_verification=True)), "duckdb": rows(table)}))
