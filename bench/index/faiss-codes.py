"""Times FAISS on codes of 64 bits: reads one command a line, writes one JSON object a line. One thread, CPU time."""
import json
import sys
import time

import faiss
import numpy as np

faiss.omp_set_num_threads(1)


def digest(matches, one):
    """How many (query, item, distance) there are, and a sum over them that no order changes, modulo 2^32: the same as bench/index-lookup.ts has."""
    found = total = 0
    for at, (limits, distances, ids) in enumerate(matches):
        query = np.full(len(ids), at) if one else np.repeat(np.arange(len(limits) - 1), np.diff(limits.astype(np.int64)))
        mixed = (query.astype(np.uint64) * 0x9E3779B1 ^ ids.astype(np.uint64) * 0x85EBCA6B ^ distances.astype(np.uint64) * 0xC2B2AE35) & 0xFFFFFFFF
        total += int(mixed.sum())
        found += len(ids)
    return {"found": found, "digest": total % 2**32}


indexes = {}
codes = queries = None
for line in sys.stdin:
    command, *rest = line.split()
    if command == "load":
        codes = np.fromfile(rest[0], dtype=np.uint8).reshape(-1, 8)
        queries = np.fromfile(rest[1], dtype=np.uint8).reshape(-1, 8)
        answer = {"codes": len(codes), "version": faiss.__version__}
    elif command == "build":
        started = time.perf_counter()
        if rest[0] == "hash":
            indexes["hash"] = faiss.IndexBinaryHash(64, 24)
            indexes["hash"].nflip = 0
        elif rest[0] == "multi":
            indexes["multi"] = faiss.IndexBinaryMultiHash(64, 3, 21)
        else:
            indexes["flat"] = faiss.IndexBinaryFlat(64)
        indexes[rest[0]].add(codes)
        answer = {"seconds": time.perf_counter() - started}
    elif command == "drop":
        del indexes[rest[0]]
        answer = {}
    else:
        # exact NAME COUNT one|batch, within NAME COUNT RADIUS one|batch
        index = indexes[rest[0]]
        some = queries[: int(rest[1])]
        matches = []
        started = time.process_time()
        if command == "exact" and rest[2] == "one":
            for i in range(len(some)):
                distances, ids = index.search(some[i : i + 1], 1)
        elif command == "exact":
            distances, ids = index.search(some, 1)
        elif rest[3] == "one":
            for i in range(len(some)):
                # FAISS takes distances strictly below the radius.
                limits, distances, ids = index.range_search(some[i : i + 1], int(rest[2]) + 1)
                matches.append((limits, distances, ids))
        else:
            limits, distances, ids = index.range_search(some, int(rest[2]) + 1)
            matches.append((limits, distances, ids))
        answer = {"us": (time.process_time() - started) / len(some) * 1e6}
        if command == "within":
            answer |= digest(matches, one=rest[3] == "one")
    print(json.dumps(answer), flush=True)
