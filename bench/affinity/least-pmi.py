"""How affinity.minimumPmi and minimumWeight change what the lists of sequences and pairs find. numpy, scipy.

Of sequences every second one makes D; of pairs a tenth are kept from it. What is looked for are the pairs of ids of the
others, each as often as it stands there (uniform), or by 1 / how often its target is looked for (fair), so that all
settings answer the same questions. A list has the links of D by weight and, of sequences and pairs of one side, the ids
that share links with it, each by its score beside the best of its kind (docs/decisions/0025). Of pairs of two sides a
list is that of the other side: links of links of links, by the same score.

    python bench/affinity/least-pmi.py sessions.jsonl
    python bench/affinity/least-pmi.py links.csv
    python bench/affinity/least-pmi.py ratings.csv --two-sides
"""
import argparse
import json
import random

import numpy as np
import scipy.sparse as sp

WINDOW = 10
TOP = 50
QUERIES = 1000


def read_sequences(path, number):
    """Rows of (left, right, weight) to make D of, and of those that are looked for."""
    halves = [], []
    with open(path) as file:
        for k, line in enumerate(file):
            ids = [number.setdefault(each, len(number)) for each in json.loads(line)]
            for at, left in enumerate(ids):
                for distance, right in enumerate(ids[at + 1 : at + 1 + WINDOW], 1):
                    if left != right:
                        halves[k % 2].append((left, right, 1 / distance))
    return halves


def read_pairs(path, number, two_sides):
    """The same of lines of left, right and maybe a weight, below a line of names."""
    parts = [], []
    drawn = random.Random(1)
    with open(path) as file:
        next(file)
        for line in file:
            left, right, *rest = line.rstrip().split(',')
            names = ('left:' + left, 'right:' + right) if two_sides else (left, right)
            pair = [number.setdefault(name, len(number)) for name in names]
            parts[drawn.random() < 0.1].append((*pair, float(rest[0]) if rest else 1.0))
    return parts


def matrix(rows, size):
    left, right, weight = (np.array(column) for column in zip(*rows))
    half = sp.coo_matrix((weight, (left, right)), shape=(size, size))
    return (half + half.T).tocsr()


def affinity(counts, least_weight, least_pmi):
    counts = counts.tocoo()
    marginals = np.asarray(counts.sum(axis=1)).ravel()
    pmi = np.log(counts.data * marginals.sum() / (marginals[counts.row] * marginals[counts.col]))
    kept = (counts.data >= least_weight) & (pmi >= least_pmi)
    d = sp.csr_matrix((counts.data[kept], (counts.row[kept], counts.col[kept])), shape=counts.shape)
    for row in range(d.shape[0]):
        own = d.data[d.indptr[row] : d.indptr[row + 1]]
        if len(own) > TOP:
            own[own < np.partition(own, -TOP)[-TOP]] = 0
    d.eliminate_zeros()
    return d.maximum(d.T).tocsr()


def figures(d, counts, truth, queries, is_pairs, two_sides):
    """HR@10, HR@50, fair 50, HR@50 of the ids with most links, and the share of empty lists."""
    degree = np.diff(d.indptr)
    strength = d.copy()
    strength.data = np.log1p(strength.data / np.median(d.data))
    roots = strength.sqrt()
    rarity = sp.diags(np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0))
    shared = roots[queries] @ rarity @ roots
    if two_sides:
        shared = shared @ rarity @ roots
    shared = (shared @ sp.diags(np.maximum(degree, 1) ** -0.25)).tocsr()
    weight = 1 / np.maximum(np.asarray((truth > 0).sum(axis=0)).ravel(), 1)
    popular = np.argsort(-degree, kind='stable')[:2000]
    found = np.zeros(5)
    whole = np.zeros(5)
    for k, query in enumerate(queries):
        targets = truth.indices[truth.indptr[query] : truth.indptr[query + 1]]
        known = counts.indices[counts.indptr[query] : counts.indptr[query + 1]]
        # A pair that is known is no discovery; in sequences it comes again, and a list may show it.
        if is_pairs:
            targets = np.setdiff1d(targets, known)
        if len(targets) == 0:
            continue
        like = shared[k].toarray().ravel()
        like[query] = 0
        links = strength[query].toarray().ravel()
        score = like / (like.max() or 1) + (0 if is_pairs else links / (links.max() or 1))
        if is_pairs:
            score[known] = 0
        order = np.argsort(-score, kind='stable')[:50]
        order = order[score[order] > 0]
        fixed = np.setdiff1d(popular, known, assume_unique=True) if is_pairs else popular
        among = [np.isin(targets, order[:10]), np.isin(targets, order), np.isin(targets, fixed[:50])]
        found += among[0].sum(), among[1].sum(), (among[1] * weight[targets]).sum(), among[2].sum(), len(order) == 0
        whole += len(targets), len(targets), weight[targets].sum(), len(targets), 1
    return found / whole


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('path')
    parser.add_argument('--two-sides', action='store_true')
    parser.add_argument('--minimum-count', type=int, default=2)
    options = parser.parse_args()
    number = {}
    is_pairs = not options.path.endswith('.jsonl')
    made, asked = read_pairs(options.path, number, options.two_sides) if is_pairs else read_sequences(options.path, number)
    counts, truth = matrix(made, len(number)), matrix(asked, len(number))
    often = np.diff(counts.indptr) >= options.minimum_count
    queries = np.flatnonzero(often & (np.diff(truth.indptr) > 0))
    queries = np.sort(np.random.default_rng(1).choice(queries, min(QUERIES, len(queries)), replace=False))
    keep = sp.diags(often.astype(float))
    counts = (keep @ counts @ keep).tocsr()
    counts.eliminate_zeros()
    print('| least PMI | least weight | links an item | without | HR@10 | HR@50 | fair, 50 | popular, 50 |')
    for pmi in (-9, 0, 0.5, 1, 2):
        for weight in (0,) if is_pairs else (0, 0.5, 1, 2):
            d = affinity(counts, weight, pmi)
            hr10, hr50, fair, popular, empty = figures(d, counts, truth, queries, is_pairs, options.two_sides)
            links = f'{d.nnz / often.sum():.1f} | {empty:.1%}'
            print(f'| {pmi} | {weight} | {links} | {hr10:.3f} | {hr50:.3f} | {fair:.3f} | {popular:.3f} |', flush=True)


main()
