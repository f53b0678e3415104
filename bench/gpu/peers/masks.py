"""The masks of ../masks.ts as mask_mod of FlexAttention.

build(mask, n, tensor, clamp) gives mod(b, h, q, k). It works on tensors, as FlexAttention calls it, and on plain
integers, as the check against the specifications does: `tensor` makes what can be indexed out of a list, `clamp` limits a
value on both sides.
"""


def build(mask, n, tensor, clamp):
    return KINDS[mask["kind"]](mask, n, tensor, clamp)


def _causal(mask, n, tensor, clamp):
    return lambda b, h, q, k: q >= k


def _window(mask, n, tensor, clamp):
    w = mask["w"]
    return lambda b, h, q, k: (q >= k) & (q - k < w)


def _longformer(mask, n, tensor, clamp):
    each, tokens = mask["each"], mask["globals"]
    return lambda b, h, q, k: ((q - k <= each) & (k - q <= each)) | (q < tokens) | (k < tokens)


def _dilated(mask, n, tensor, clamp):
    reach, step = mask["keys"] * mask["step"], mask["step"]
    return lambda b, h, q, k: (q >= k) & (q - k < reach) & ((q - k) % step == 0)


def _strided(mask, n, tensor, clamp):
    l = mask["l"]
    return lambda b, h, q, k: (q >= k) & ((q - k < l) | ((q - k) % l == 0))


def _power_blocks(mask, n, tensor, clamp):
    size = mask["block"]

    def mod(b, h, q, k):
        apart = q // size - k // size
        return (q >= k) & ((apart & (apart - 1)) == 0)
    return mod


def _power_tokens(mask, n, tensor, clamp):
    w = mask["w"]

    def mod(b, h, q, k):
        apart = q - k
        return (q >= k) & ((apart < w) | ((apart & (apart - 1)) == 0))
    return mod


def _bigbird(mask, n, tensor, clamp):
    size, picks = mask["block"], tensor(mask["picks"])
    last = (n + size - 1) // size - 1

    def mod(b, h, q, k):
        i, j = q // size, k // size
        near = (i - j <= 1) & (j - i <= 1)
        whole = (i == 0) | (j == 0) | (i == last) | (j == last)
        return near | whole | (picks[3 * i] == j) | (picks[3 * i + 1] == j) | (picks[3 * i + 2] == j)
    return mod


def _documents(mask, n, tensor, clamp):
    lengths, ids, document = mask["lengths"], [], 0
    while len(ids) < n:
        ids += [document] * lengths[document % len(lengths)]
        document += 1
    ids = tensor(ids[:n])
    return lambda b, h, q, k: (q >= k) & (ids[q] == ids[k])


def _neighborhood(mask, n, tensor, clamp):
    """NATTEN's rule on every axis, tokens in row-major order, or in tiles of `tile` that FlexAttention's blocks fit."""
    axes, windows, tile = mask["axes"], mask["windows"], mask.get("tile")

    def place(t):
        found, outer = [], []
        if tile is None:
            for length in reversed(axes):
                found.append(t % length)
                t = t // length
            return list(reversed(found))
        for length in reversed(tile):
            found.append(t % length)
            t = t // length
        for length, size in zip(reversed(axes), reversed(tile)):
            outer.append(t % (length // size))
            t = t // (length // size)
        return [a * size + b for a, size, b in zip(reversed(outer), tile, reversed(found))]

    def mod(b, h, q, k):
        live = None
        for x, y, length, w in zip(place(q), place(k), axes, windows):
            left, right = w // 2, w - w // 2 - 1
            centre = clamp(x, left, length - 1 - right)
            axis = (y >= centre - left) & (y <= centre + right)
            live = axis if live is None else live & axis
        return live
    return mod


def _frames(mask, n, tensor, clamp):
    size, kept, reach = mask["tokens"], tensor([int(x) for x in mask["kept"]]), tensor(mask["reach"])

    def mod(b, h, q, k):
        dist = abs(q // size - k // size)
        return (kept[dist] == 1) & (abs(q % size - k % size) <= reach[dist])
    return mod


KINDS = dict(causal=_causal, window=_window, longformer=_longformer, dilated=_dilated, strided=_strided,
             power_blocks=_power_blocks, power_tokens=_power_tokens, bigbird=_bigbird, documents=_documents,
             neighborhood=_neighborhood, frames=_frames)
