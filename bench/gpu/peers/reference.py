"""Some rows of attention in float64, by the definition of the mask."""
import math

# What bf16 explains, of the length of the rows: out and the weights are each rounded to 8 bits (0.2 % each at most).
LARGEST_ERROR = 0.01


def relative_error(torch, out, mod, q, k, v):
    """|out - reference| / |reference| over some rows of the first and the last head; infinite where out has NaN.

    q, out [batch, heads, n, dim], k, v [batch, kv_heads, n, dim]; `mod` as of FlexAttention, None for all pairs."""
    batch, heads, n, dim = q.shape
    kv_heads = k.shape[1]
    rows = sample_rows(torch, n, q.device)
    keys = torch.arange(n, device=q.device)
    live = None if mod is None else mod(0, 0, rows[:, None], keys[None, :])
    error, size = 0.0, 0.0
    for item, head in {(0, 0), (batch - 1, heads - 1)}:
        kv_head = head // (heads // kv_heads)
        scores = q[item, head, rows].double() @ k[item, kv_head].double().T / math.sqrt(dim)
        if live is not None:
            scores = scores.masked_fill(~live, -math.inf)
        expected = torch.softmax(scores, -1) @ v[item, kv_head].double()
        error += float(((out[item, head, rows].double() - expected) ** 2).sum())
        size += float((expected ** 2).sum())
    found = math.sqrt(error / size)
    return found if math.isfinite(found) else math.inf


def sample_rows(torch, n, device):
    """Ends, borders of tiles, and some between."""
    wanted = {0, 1, 63, 64, 127, 128, n // 2 + 5, n - 2, n - 1} | {(at * 7919 + 11) % n for at in range(24)}
    return torch.tensor(sorted(row for row in wanted if 0 <= row < n), device=device)
