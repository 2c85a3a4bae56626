"""The tree of RFC 6962: the vectors that its authors published, and what a naive reading of the RFC computes."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventlog import merkle
from eventlog.merkle import Frontier

# The eight leaves and their roots that every implementation of Certificate Transparency is tried with.
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATHS = {  # (index from 0, size): the audit path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}  # fmt: skip
CONSISTENCY = {  # (older size, newer size): the proof
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}  # fmt: skip

sizes = st.integers(1, 140)


def data(count):
    return [n.to_bytes(2, "big") for n in range(count)]


def hashed(leaves):
    return [merkle.leaf(one) for one in leaves]


def roots(leaves):
    return lambda low, high: merkle.root(hashed(leaves[low:high]))


def naive_root(leaves):
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = split(len(leaves))
    return hashlib.sha256(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:])).digest()


def naive_path(leaves, index):
    """RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*naive_path(leaves[:k], index), naive_root(leaves[k:])]
    return [*naive_path(leaves[k:], index - k), naive_root(leaves[:k])]


def naive_consistency(leaves, size, complete=True):
    """RFC 6962, 2.1.2."""
    if size == len(leaves):
        return [] if complete else [naive_root(leaves)]
    k = split(len(leaves))
    if size <= k:
        return [*naive_consistency(leaves[:k], size, complete), naive_root(leaves[k:])]
    return [*naive_consistency(leaves[k:], size - k, False), naive_root(leaves[:k])]


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_published_vectors(size):
    frontier = Frontier()
    frontier.extend(LEAVES[:size])
    assert frontier.root().hex() == merkle.root(hashed(LEAVES[:size])).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size"), PATHS)
def test_inclusion_proofs_are_those_of_the_published_vectors(index, size):
    proof = merkle.path(index, size, roots(LEAVES))
    assert [one.hex() for one in proof] == PATHS[index, size]
    assert merkle.includes(LEAVES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


@pytest.mark.parametrize(("size", "new_size"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_published_vectors(size, new_size):
    proof = merkle.consistency(size, new_size, roots(LEAVES))
    assert [one.hex() for one in proof] == CONSISTENCY[size, new_size]
    assert merkle.continues(size, bytes.fromhex(ROOTS[size]), new_size, bytes.fromhex(ROOTS[new_size]), proof)


@given(sizes, st.data())
def test_inclusion_is_what_the_rfc_says_and_holds_for_this_leaf_at_this_place_only(size, draw):
    leaves = data(size)
    index = draw.draw(st.integers(0, size - 1))
    top, proof = naive_root(leaves), merkle.path(index, size, roots(leaves))
    assert proof == naive_path(leaves, index)
    assert merkle.includes(leaves[index], index, size, proof, top)
    assert not merkle.includes(b"another", index, size, proof, top)
    other = draw.draw(st.integers(0, size + 2))
    assert merkle.includes(leaves[index], other, size, proof, top) == (other == index)
    assert not merkle.includes(leaves[index], index, size, [*proof, top], top)
    if proof:
        at = draw.draw(st.integers(0, len(proof) - 1))
        assert not merkle.includes(leaves[index], index, size, [*proof[:at], top, *proof[at + 1 :]], top)
        assert not merkle.includes(leaves[index], index, size, proof[:-1], top)


@given(sizes, st.data())
def test_consistency_is_what_the_rfc_says_and_holds_for_these_two_trees_only(new_size, draw):
    leaves = data(new_size)
    size = draw.draw(st.integers(1, new_size))
    old, new = naive_root(leaves[:size]), naive_root(leaves)
    proof = merkle.consistency(size, new_size, roots(leaves))
    assert proof == naive_consistency(leaves, size)
    assert merkle.continues(size, old, new_size, new, proof)
    assert not merkle.continues(size, new if size < new_size else b"", new_size, new, proof)
    changed = draw.draw(st.integers(0, size - 1))
    forged = naive_root([*leaves[:changed], b"forged", *leaves[changed + 1 :]])
    assert not merkle.continues(size, old, new_size, forged, proof)
    assert not merkle.continues(size, old, new_size, new, [*proof, new])
    assert not merkle.continues(new_size + 1, old, new_size, new, proof)


@given(st.lists(st.integers(0, 1500), max_size=4))
def test_a_frontier_grows_in_any_steps_and_through_its_packed_form(steps):
    frontier, blocks, total = Frontier(), [], 0
    for step in steps:
        blocks += frontier.extend(n.to_bytes(2, "big") for n in range(total, total + step))
        total += step
        frontier = Frontier.unpacked(total, frontier.packed())
    leaves = hashed(data(total))
    whole = [
        merkle.root(leaves[n : n + merkle.BLOCK]) for n in range(0, total - merkle.BLOCK + 1, merkle.BLOCK)
    ]
    rest = leaves[len(whole) * merkle.BLOCK :]
    assert blocks == whole
    assert (
        frontier.root()
        == merkle.root(leaves)
        == merkle.root([*whole, *([merkle.root(rest)] if rest else [])])
    )


def test_peaks_that_are_not_those_of_the_size_are_refused():
    with pytest.raises(ValueError, match="A tree of 3 leaves has 2 peaks, not 1"):
        Frontier.unpacked(3, bytes(32))
