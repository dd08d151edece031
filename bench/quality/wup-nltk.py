"""Wu-Palmer similarities of NLTK over a dictionary folder: python wup-nltk.py DICT < pairs.jsonl > similarities.jsonl

A line in is [word, word], a line out [best, first]: over the parts of speech noun and verb, the best pair of senses, and the first senses.
"""
import json
import pathlib
import shutil
import sys
import tempfile

import nltk
from nltk.corpus import wordnet
from nltk.corpus.reader.wordnet import WordNetCorpusReader


def lay_out(dictionary, scratch):
    """The dictionary where NLTK looks for it. It wants files that some distributions leave out; empty ones stand in for them."""
    folder = scratch / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for name in WordNetCorpusReader._FILES:
        source = pathlib.Path(dictionary) / name
        if source.exists():
            shutil.copy(source, folder / name)
        elif name == "lexnames":
            (folder / name).write_text("".join(f"{number:02}\tname{number}\t1\n" for number in range(45)))
        else:
            (folder / name).write_text("")
    nltk.data.path.insert(0, str(scratch))


def similarity(a, b):
    best = first = 0.0
    for pos in ("n", "v"):
        ours, theirs = wordnet.synsets(a, pos), wordnet.synsets(b, pos)
        values = [(x.wup_similarity(y) or 0.0) for x in ours for y in theirs]
        if values:
            best, first = max(best, *values), max(first, values[0])
    return best, first


with tempfile.TemporaryDirectory() as scratch:
    lay_out(sys.argv[1], pathlib.Path(scratch))
    for line in sys.stdin:
        print(json.dumps(similarity(*json.loads(line))))
