"""A method of one's own on the data of a version: python method.py DATA CODES.parquet. pip install numpy pyarrow

`hashloom index data NAME --to DATA` writes DATA; `hashloom evaluate --codes CODES.parquet --truth DATA/truth.parquet` measures the codes.
The method here is a plain one: signs of random projections of the rows of D.
"""
import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def load(folder):
    """Items by number, pairs of D (both orders), D without the held-out pairs, the held-out pairs, hard negatives: (pairs, 2) each."""
    def columns(name, *names):
        file = pathlib.Path(folder) / name
        table = pq.read_table(file) if file.exists() else pa.table({each: pa.array([], pa.int32()) for each in names})
        return [table[each].to_numpy() for each in names]

    (words,) = columns("items.parquet", "item")
    truth = np.stack(columns("truth.parquet", "item", "relevant"), 1)
    training = np.stack(columns("training.parquet", "row", "column"), 1)
    held_out = np.stack(columns("held-out.parquet", "item", "relevant"), 1)
    negatives = np.stack(columns("negatives.parquet", "row", "column"), 1)
    return words, truth, training, held_out, negatives


def write_codes(path, bits):
    """bits: (items, tables, d) of 0 and 1, d a multiple of 8; bit 0 is the most significant bit of the first byte."""
    items, tables, _ = bits.shape
    packed = np.packbits(bits.astype(np.uint8), axis=2)
    pq.write_table(pa.table({
        "item": pa.array(np.repeat(np.arange(items, dtype=np.int32), tables)),
        "table": pa.array(np.tile(np.arange(tables, dtype=np.int32), items)),
        "code": pa.array([code.tobytes() for row in packed for code in row], pa.binary(packed.shape[2])),
    }), path)


if __name__ == "__main__":
    words, truth, training, held_out, negatives = load(sys.argv[1])
    tables, d = 3, 8
    projections = np.random.default_rng(1).standard_normal((len(words), tables * d))
    embeddings = projections.copy()
    np.add.at(embeddings, training[:, 0], projections[training[:, 1]])
    write_codes(sys.argv[2], (embeddings > 0).reshape(len(words), tables, d))
    print(f"{len(words)} items, {len(truth)} pairs, {len(held_out)} held out, {len(negatives)} hard negatives")
