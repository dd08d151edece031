"""Times FAISS and usearch on vectors by their cosine: reads one command a line, writes one JSON object a line. One thread, CPU time, queries one by one."""
import json
import sys
import time

import faiss
import numpy as np
from usearch.index import Index

faiss.omp_set_num_threads(1)
K = 10


def unit(vectors):
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-30)


def build(kind):
    """An index of `vectors`, its setter of how much it looks at, and its bytes."""
    n, d = vectors.shape
    name, *numbers = kind.split("-")
    if name in ("usearch_i8", "usearch_f32"):
        index = Index(ndim=d, metric="cos", dtype=name[8:], connectivity=16)
        index.add(np.arange(n), vectors, threads=1)
        def widen(width):
            index.expansion_search = width
        return index, widen, index.memory_usage
    if name == "hnsw":
        index = faiss.IndexHNSWFlat(d, 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 80
        def widen(width):
            index.hnsw.efSearch = width
    else:
        lists = int(numbers[0])
        quantizer = faiss.IndexFlatIP(d)
        index = (
            faiss.IndexIVFScalarQuantizer(quantizer, d, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
            if name == "ivfsq8"
            else faiss.IndexIVFFlat(quantizer, d, lists, faiss.METRIC_INNER_PRODUCT)
        )
        index.cp.spherical = True
        if lists in centroids:
            # The lists of another kind: k-means takes minutes, and the same ones compare better.
            quantizer.add(centroids[lists])
        index.train(vectors)
        centroids[lists] = quantizer.reconstruct_n(0, lists)
        def widen(width):
            index.nprobe = width
    index.add(vectors)
    return index, widen, len(faiss.serialize_index(index))


def found_by(name, index, some):
    if name.startswith("usearch"):
        return [index.search(some[i], K, threads=1).keys for i in range(len(some))]
    return [index.search(some[i : i + 1], K)[1][0] for i in range(len(some))]


built = {}
centroids = {}
vectors = queries = truth = None
for line in sys.stdin:
    command, *rest = line.split()
    if command == "load":
        d = int(rest[2])
        vectors = unit(np.fromfile(rest[0], dtype=np.float32).reshape(-1, d))
        queries = unit(np.fromfile(rest[1], dtype=np.float32).reshape(-1, d))
        truth = np.fromfile(rest[3], dtype=np.int32).reshape(-1, K)
        built, centroids = {}, {}
        answer = {"items": len(vectors)}
    elif command == "build":
        started = time.process_time()
        index, widen, size = build(rest[0])
        built[rest[0]] = index, widen
        answer = {"seconds": time.process_time() - started, "bytes": size}
    else:
        # search KIND WIDTH
        index, widen = built[rest[0]]
        widen(int(rest[1]))
        started = time.process_time()
        found = found_by(rest[0], index, queries)
        seconds = time.process_time() - started
        hits = sum(len(set(map(int, own)) & set(map(int, of))) for own, of in zip(truth, found))
        answer = {"recall": hits / truth.size, "perSecond": len(queries) / seconds}
    print(json.dumps(answer), flush=True)
