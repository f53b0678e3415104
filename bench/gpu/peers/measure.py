"""What one worker measures: SDPA of PyTorch and compiled FlexAttention, forward, by CUDA events."""
import statistics
import time

from masks import build

BLOCK = 128


class Bench:
    """Timing on the GPU; with `dry` everything runs once on the CPU in f32, to try the logic."""

    def __init__(self, torch, dry):
        self.torch, self.dry = torch, dry
        self.device = "cpu" if dry else "cuda"
        self.l2 = 64 << 20
        if not dry:
            self.l2 = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", self.l2)

    def synchronize(self):
        if not self.dry:
            self.torch.cuda.synchronize()

    def wall(self, call, rounds):
        """Median milliseconds of the host's clock, the device's work included."""
        times = []
        for _ in range(1 if self.dry else rounds):
            self.synchronize()
            start = time.perf_counter()
            call()
            self.synchronize()
            times.append((time.perf_counter() - start) * 1e3)
        return statistics.median(times)

    def events(self, calls, target_ms=120, fewest=20, most=60):
        """Median, least and number of launches, in milliseconds between two events; `calls` take turns."""
        if self.dry:
            return self.wall(calls[0], 1), None, 1
        event = lambda: self.torch.cuda.Event(enable_timing=True)
        for call in calls[:3] * 3:
            call()
        self.synchronize()
        before, after = event(), event()
        before.record()
        calls[0]()
        after.record()
        self.synchronize()
        rounds = max(fewest, min(most, int(target_ms / max(before.elapsed_time(after), 0.01))))
        pairs = []
        for at in range(rounds):
            # A short spin lets the host run ahead, so that the cost of launching is not measured.
            self.torch.cuda._sleep(1_000_000)
            before, after = event(), event()
            before.record()
            calls[at % len(calls)]()
            after.record()
            pairs.append((before, after))
        self.synchronize()
        times = sorted(before.elapsed_time(after) for before, after in pairs)
        return statistics.median(times), times[0], rounds

    def tensors(self, case):
        """Sets of q, k, v; as many as do not fit into the L2 cache together."""
        torch, shape = self.torch, (case["batch"], case["heads"], case["n"], case["dim"])
        bytes_of_set = 8 * shape[0] * shape[1] * shape[2] * shape[3]
        sets = 1 if self.dry else max(1, min(8, 1 + -(-2 * self.l2 // bytes_of_set)) if bytes_of_set < 2 * self.l2 else 1)
        dtype = torch.float32 if self.dry else torch.bfloat16
        return [[torch.randn(*shape, device=self.device, dtype=dtype) for _ in range(3)] for _ in range(sets)]


def measure_ceiling(bench, emit):
    """What the device does at best here: a large product of matrices, a large copy."""
    torch, n = bench.torch, 256 if bench.dry else 8192
    dtype = torch.float32 if bench.dry else torch.bfloat16
    a, b = (torch.randn(n, n, device=bench.device, dtype=dtype) for _ in range(2))
    product, _, _ = bench.events([lambda: a @ b])
    size = 1 << 20 if bench.dry else 1 << 31
    x = torch.ones(size, dtype=torch.uint8, device=bench.device)
    y = torch.empty_like(x)
    copy, _, _ = bench.events([lambda: y.copy_(x)])
    emit(dict(id="ceiling", peer="ceiling", matmul_tflops=2 * n**3 / product * 1e-9, copy_tb_s=2 * size / copy * 1e-9))


def measure_sdpa(bench, case, backend, emit):
    """Dense attention; `causal` where the mask is, else all pairs, which bounds every other mask."""
    torch = bench.torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    chosen = {"cudnn": SDPBackend.CUDNN_ATTENTION, "flash": SDPBackend.FLASH_ATTENTION}[backend]
    causal = case["mask"] is not None

    def call(q, k, v):
        with sdpa_kernel(SDPBackend.MATH if bench.dry else chosen):
            return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
    with torch.no_grad():
        calls = [lambda s=s: call(*s) for s in bench.tensors(case)]
        ms, least, launches = bench.events(calls)
    emit(dict(id=case["id"], peer=backend, ms=ms, ms_min=least, launches=launches))


def measure_flex(bench, case, emit, warm):
    """Compiled FlexAttention, and by itself the time to build its BlockMask, compiled and eager."""
    torch, n, device = bench.torch, case["n"], bench.device
    from torch.nn.attention.flex_attention import create_block_mask, flex_attention
    torch._dynamo.reset()
    answer, block_mask = dict(id=case["id"], peer=case["peer"]), None
    if case["mask"] is not None:
        mod = build(case["mask"], n, lambda values: torch.tensor(values, dtype=torch.int32, device=device),
                    lambda x, low, high: x.clamp(low, high))
        block_mask = build_block_mask(bench, mod, n, create_block_mask, answer, warm)
        full, partial = tiles_of(block_mask)
        answer.update(tiles=full + partial, tiles_partial=partial)
    attend = flex_attention if bench.dry else torch.compile(flex_attention, dynamic=False)
    with torch.no_grad():
        sets = bench.tensors(case)
        calls = [lambda s=s: attend(*s, block_mask=block_mask) for s in sets]
        start = time.perf_counter()
        calls[0]()
        bench.synchronize()
        answer["compile_s"] = round(time.perf_counter() - start, 2)
        if warm:
            return emit(answer)
        if case["mask"] is not None:
            answer["live_pairs"] = count_live(bench, mod, n)
        ms, least, launches = bench.events(calls)
    emit(dict(answer, ms=ms, ms_min=least, launches=launches))


def build_block_mask(bench, mod, n, create, answer, warm):
    """The mask by a compiled create_block_mask; by parts of rows where that fails, as it does for lack of memory."""
    torch, device, block_mask = bench.torch, bench.device, None
    try:
        compiled = create if bench.dry else torch.compile(create, dynamic=False)
        block_mask = compiled(mod, None, None, n, n, device)
        if not warm:
            answer["mask_ms"] = bench.wall(lambda: compiled(mod, None, None, n, n, device), 7)
    except Exception as error:
        answer["mask_error"] = short(error)
    if not warm and n <= 32768:
        try:
            answer["mask_eager_ms"] = bench.wall(lambda: create(mod, None, None, n, n, device), 3)
        except Exception as error:
            answer["mask_eager_error"] = short(error)
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


def short(error):
    return (type(error).__name__ + ": " + str(error).strip().replace("\n", " | "))[:300]
