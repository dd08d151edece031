"""Rival of `npm run bench -- als`: the implicit library on a matrix of links, a command a line.

    FOLDER ROWS COLUMNS FACTORS ALPHA REGULARIZATION ROUNDS CG SEED

FOLDER has offsets.u32, columns.u32 and strengths.f32 (CSR); it gets x.f32 and y.f32. The answer is a
line of JSON with the seconds of the fit and those of the processor. Needs numpy, scipy, implicit.
"""

import json
import sys
import time

import implicit
import numpy as np
import scipy.sparse as sparse

for line in sys.stdin:
    folder, rows, columns, factors, alpha, regularization, rounds, cg, seed = line.split()
    offsets = np.fromfile(f"{folder}/offsets.u32", "<u4").astype(np.int64)
    targets = np.fromfile(f"{folder}/columns.u32", "<u4").astype(np.int32)
    confidences = 1 + float(alpha) * np.fromfile(f"{folder}/strengths.f32", "<f4")
    links = sparse.csr_matrix((confidences, targets, offsets), (int(rows), int(columns)))
    model = implicit.als.AlternatingLeastSquares(
        factors=int(factors),
        regularization=float(regularization),
        alpha=1,
        iterations=int(rounds),
        use_cg=cg == "1",
        num_threads=2,
        random_state=int(seed),
    )
    started, before = time.perf_counter(), time.process_time()
    model.fit(links, show_progress=False)
    seconds, spent = time.perf_counter() - started, time.process_time() - before
    np.asarray(model.user_factors, "<f4").tofile(f"{folder}/x.f32")
    np.asarray(model.item_factors, "<f4").tofile(f"{folder}/y.f32")
    print(json.dumps({"seconds": seconds, "cpuSeconds": spent}), flush=True)
