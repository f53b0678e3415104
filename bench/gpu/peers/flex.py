"""Compiled FlexAttention, and by itself the time to build its BlockMask, compiled and eager."""
import time

from masks import build

BLOCK = 128


def mask_mod(bench, mask, n):
    return build(mask, n, lambda values: bench.torch.tensor(values, dtype=bench.torch.int32, device=bench.device),
                 lambda x, low, high: x.clamp(low, high))


def build_flex(bench, case, mask, sets, warm):
    """Functions that attend on each set of tensors, the mask, and what was measured besides."""
    torch, n = bench.torch, case["n"]
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention
    torch._dynamo.reset()
    answer, block_mask, mod = {}, None, None
    if mask is not None:
        mod = mask_mod(bench, mask, n)
        block_mask = build_block_mask(bench, mod, n, create_block_mask, answer, warm)
        full, partial = tiles_of(block_mask)
        answer.update(tiles=full + partial, tiles_partial=partial)
        if not warm:
            answer["live_pairs"] = count_live(bench, mod, n)
    attend = flex_attention if bench.dry else torch.compile(flex_attention, dynamic=False)
    grouped = dict(enable_gqa=True) if case["kv_heads"] != case["heads"] else {}
    calls = [lambda s=s: attend(*s, block_mask=block_mask, **grouped) for s in sets]
    start = time.perf_counter()
    calls[0]()
    bench.synchronize()
    answer["compile_s"] = round(time.perf_counter() - start, 2)
    return calls, mod, answer


def build_block_mask(bench, mod, n, create, answer, warm):
    """The mask by a compiled create_block_mask; by parts of rows where that fails, as it does for lack of memory."""
    torch, device, block_mask = bench.torch, bench.device, None
    try:
        compiled = create if bench.dry else torch.compile(create, dynamic=False)
        block_mask = compiled(mod, None, None, n, n, device)
        if not warm:
            answer["mask_ms"] = bench.wall(lambda: compiled(mod, None, None, n, n, device), 5)
    except Exception as error:
        answer["mask_error"] = (type(error).__name__ + ": " + str(error).strip().replace("\n", " | "))[:200]
    if not warm and n <= 8192:
        try:
            answer["mask_eager_ms"] = bench.wall(lambda: create(mod, None, None, n, n, device), 3)
        except Exception as error:
            answer["mask_eager_error"] = (type(error).__name__ + ": " + str(error))[:200]
    if not bench.dry:
        torch.cuda.empty_cache()
    return block_mask if block_mask is not None else mask_by_parts(bench, mod, n)


def mask_by_parts(bench, mod, n):
    """The BlockMask of create_block_mask, built without n x n memory."""
    from torch.nn.attention.flex_attention import BlockMask
    torch, device, blocks = bench.torch, bench.device, -(-n // BLOCK)
    keys = torch.arange(blocks * BLOCK, device=device)
    live = torch.zeros(blocks, blocks, dtype=torch.int32, device=device)
    step = max(1, (1 << 27) // (n * BLOCK))
    for first in range(0, blocks, step):
        rows = torch.arange(first * BLOCK, min(blocks, first + step) * BLOCK, device=device)
        inside = (rows[:, None] < n) & (keys[None, :] < n)
        pairs = mod(0, 0, rows.clamp(max=n - 1)[:, None], keys.clamp(max=n - 1)[None, :]) & inside
        live[first:first + step] = pairs.view(-1, BLOCK, blocks, BLOCK).sum((1, 3), dtype=torch.int32)
    full = live == BLOCK * BLOCK
    partial = (live > 0) & ~full

    def listed(which):
        order = torch.argsort(which.int(), dim=-1, descending=True, stable=True)
        return which.sum(-1, dtype=torch.int32)[None, None], order.int()[None, None]
    return BlockMask.from_kv_blocks(*listed(partial), *listed(full), BLOCK_SIZE=BLOCK, mask_mod=mod)


def tiles_of(block_mask):
    full = block_mask.full_kv_num_blocks
    return (0 if full is None else int(full.sum())), int(block_mask.kv_num_blocks.sum())


def count_live(bench, mod, n):
    torch, total = bench.torch, 0
    keys, step = torch.arange(n, device=bench.device), max(1, (1 << 27) // n)
    for first in range(0, n, step):
        rows = torch.arange(first, min(n, first + step), device=bench.device)
        total += int(mod(0, 0, rows[:, None], keys[None, :]).sum())
    return total
