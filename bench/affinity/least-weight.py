"""How the least weight of a link (affinity.minimumWeight) changes what ranked lists find. numpy, scipy.

Every second document makes D and its lists; links of the other documents are looked for in them, whatever D is, so
that all settings answer the same questions. A query's list has the links of D by weight and the items that share links
with it, each by its score beside the best of its kind (docs/decisions/0025).

    python bench/affinity/least-weight.py ../shared/data/reuters21578.jsonl.gz
    python bench/affinity/least-weight.py 'hashloom-demo/corpus/*' --minimum-count 5
    python bench/affinity/least-weight.py '../shared/data/gutenberg/*.txt.gz' --files 250
"""
import argparse
import glob
import gzip
import json
import random
import re

import numpy as np
import scipy.sparse as sp

WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
WINDOW = 10
COMMON = 200
LEAST_PMI = 1
TRUTH_WEIGHT = 1.2
QUERIES = 1500
PIECE = 60_000


def documents(pattern, files, seed):
    paths = sorted(glob.glob(pattern))
    random.Random(seed).shuffle(paths)
    for path in paths[:files]:
        read = gzip.open if path.endswith('.gz') else open
        with read(path, 'rt', errors='replace') as file:
            if '.jsonl' in path:
                for line in file:
                    yield json.loads(line)['text']
            else:
                text = file.read()
                for at in range(0, len(text), PIECE):
                    yield text[at : at + PIECE]


def joined(pieces):
    gap = np.full(WINDOW, -1, np.int32)
    return np.concatenate([part for piece in pieces for part in (piece, gap)])


def cooccurrences(tokens, number, size):
    words = np.where(tokens >= 0, number[np.maximum(tokens, 0)], -1)
    counts = sp.csr_matrix((size, size))
    for distance in range(1, WINDOW + 1):
        i, j = words[:-distance], words[distance:]
        both = (i >= 0) & (j >= 0) & (i != j)
        counts = counts + sp.csr_matrix((np.full(both.sum(), 1 / distance), (i[both], j[both])), shape=(size, size))
    return (counts + counts.T).tocoo()


def pmi(counts):
    marginals = np.bincount(counts.row, counts.data, counts.shape[0])
    return np.log(counts.data * marginals.sum() / (marginals[counts.row] * marginals[counts.col]))


def affinity(counts, kept, size, top):
    """The heaviest `top` of each row, symmetrized, with their weights."""
    d = sp.csr_matrix((counts.data[kept], (counts.row[kept], counts.col[kept])), shape=(size, size))
    for row in range(size):
        own = slice(d.indptr[row], d.indptr[row + 1])
        if own.stop - own.start > top:
            least = np.partition(d.data[own], -top)[-top]
            d.data[own][d.data[own] < least] = 0
    d.eliminate_zeros()
    return d.maximum(d.T).tocsr()


def hits(d, queries, truth):
    """Shares of the true links among the first 10 and 50 of the lists, and the fair share among 50."""
    degree = np.diff(d.indptr)
    strength = d.copy()
    strength.data = np.log1p(strength.data / np.median(d.data))
    roots = strength.sqrt()
    rarity = np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0)
    shared = (roots[queries] @ sp.diags(rarity) @ roots @ sp.diags(np.maximum(degree, 1) ** -0.25)).tocsr()
    weight = 1 / np.maximum(np.bincount(truth.indices, minlength=d.shape[0]), 1)
    found = np.zeros(3)
    whole = np.zeros(3)
    for k, query in enumerate(queries):
        like = shared[k].toarray().ravel()
        like[query] = 0
        links = strength[query].toarray().ravel()
        score = like / (like.max() or 1) + links / (links.max() or 1)
        order = np.argsort(-score)[:50]
        order = order[score[order] > 0]
        targets = truth.indices[truth.indptr[query] : truth.indptr[query + 1]]
        among = [np.isin(targets, order[:cut]) for cut in (10, 50)]
        found += among[0].sum(), among[1].sum(), (among[1] * weight[targets]).sum()
        whole += len(targets), len(targets), weight[targets].sum()
    return found / whole


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('corpus')
    parser.add_argument('--files', type=int)
    parser.add_argument('--minimum-count', type=int, default=10)
    parser.add_argument('--top', type=int, default=50)
    parser.add_argument('--seed', type=int, default=1)
    options = parser.parse_args()
    numbers = {}
    halves = [], []
    for at, text in enumerate(documents(options.corpus, options.files, options.seed)):
        words = WORD.findall(text.lower())
        halves[at % 2].append(np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int32))
    first, second = map(joined, halves)
    counts = np.bincount(first[first >= 0], minlength=len(numbers))
    known = counts >= options.minimum_count
    known[np.argsort(-counts, kind='stable')[:COMMON]] = False
    size = known.sum()
    number = np.where(known, np.cumsum(known) - 1, -1)
    made, asked = cooccurrences(first, number, size), cooccurrences(second, number, size)
    true = (pmi(asked) >= LEAST_PMI) & (asked.data >= TRUTH_WEIGHT)
    truth = sp.csr_matrix((np.ones(true.sum()), (asked.row[true], asked.col[true])), shape=(size, size))
    queries = np.random.default_rng(options.seed).permutation(np.unique(asked.row[true]))[:QUERIES]
    print(f'{(first >= 0).sum()} tokens make D, {size} words, {len(queries)} queries, {truth.nnz} true links')
    enough = pmi(made) >= LEAST_PMI
    for least in (0.2, 0.5, 0.7, 1, 1.4, 1.7, 2):
        d = affinity(made, enough & (made.data >= least), size, options.top)
        degree = np.diff(d.indptr)
        hr10, hr50, fair50 = hits(d, queries, truth)
        print(
            f'weight {least:<4} links a word {degree.mean():6.1f}, none {(degree == 0).mean():.3f}, '
            f'HR@10 {hr10:.3f} HR@50 {hr50:.3f} fair {fair50:.3f}',
            flush=True,
        )


main()
