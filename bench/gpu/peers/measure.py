"""What one worker measures: the contenders of a scenario on the same tensors, in turns, by CUDA events."""
import statistics
import time

from driver import Driver, Launch
from flex import build_flex
from reference import LARGEST_ERROR, relative_error

# Milliseconds of launches of one contender, and how many at least and at most.
SPAN, FEWEST, MOST = 100, 12, 50


class Bench:
    """Timing on the GPU; with `dry` everything runs on the CPU, to try the logic."""

    def __init__(self, torch, dry, launches):
        self.torch, self.dry, self.launches = torch, dry, launches
        self.device = "cpu" if dry else "cuda"
        self.l2 = 64 << 20
        if not dry:
            self.l2 = getattr(torch.cuda.get_device_properties(0), "L2_cache_size", self.l2)
        self.driver = None

    def own_driver(self):
        if self.driver is None:
            self.driver = Driver()
        return self.driver

    def synchronize(self):
        if not self.dry:
            self.torch.cuda.synchronize()
        elif self.driver is not None:
            self.driver.call("cuStreamSynchronize", 0)

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

    def in_turns(self, calls):
        """Milliseconds of launches by contender; `calls` has a list of functions of each, one a set of tensors."""
        if self.dry:
            return {name: [self.wall(of[0], 1)] for name, of in calls.items()}
        event = lambda: self.torch.cuda.Event(enable_timing=True)
        counts = {}
        for name, of in calls.items():
            for call in of[:3] * 2:
                call()
            before, after = event(), event()
            before.record()
            of[0]()
            after.record()
            self.synchronize()
            counts[name] = max(FEWEST, min(MOST, int(SPAN / max(before.elapsed_time(after), 0.01))))
        pairs = {name: [] for name in calls}
        for at in range(max(counts.values())):
            for name, of in calls.items():
                if at >= counts[name]:
                    continue
                # A short spin lets the host run ahead, so that the cost of launching is not measured.
                self.torch.cuda._sleep(1_000_000)
                before, after = event(), event()
                before.record()
                of[at % len(of)]()
                after.record()
                pairs[name].append((before, after))
        self.synchronize()
        return {name: [before.elapsed_time(after) for before, after in of] for name, of in pairs.items()}

    def tensors(self, case):
        """Sets of q, k, v; as many as do not fit into the L2 cache together."""
        torch, batch, heads, n, dim = self.torch, case["batch"], case["heads"], case["n"], case["dim"]
        bytes_of_set = 4 * batch * (heads + case["kv_heads"]) * n * dim
        fits = bytes_of_set < 2 * self.l2
        sets = max(1, min(8, 1 + -(-2 * self.l2 // bytes_of_set))) if fits and not self.dry else 1
        dtype = torch.bfloat16
        shapes = [(batch, heads, n, dim)] + [(batch, case["kv_heads"], n, dim)] * 2
        return [[torch.randn(*shape, device=self.device, dtype=dtype) for shape in shapes] for _ in range(sets)]


def measure_ceiling(bench, emit):
    """What the device does at best here: a large product of matrices, a large copy."""
    torch, n = bench.torch, 256 if bench.dry else 8192
    a, b = (torch.randn(n, n, device=bench.device, dtype=torch.bfloat16) for _ in range(2))
    size = 1 << 20 if bench.dry else 1 << 31
    x = torch.ones(size, dtype=torch.uint8, device=bench.device)
    y = torch.empty_like(x)
    times = bench.in_turns(dict(product=[lambda: a @ b], copy=[lambda: y.copy_(x)]))
    product, copy = (statistics.median(times[name]) for name in ("product", "copy"))
    emit(dict(id="ceiling", peer="ceiling", matmul_tflops=2 * n**3 / product * 1e-9, copy_tb_s=2 * size / copy * 1e-9))


class Contender:
    """A way to compute a scenario: `calls` has one function a set of tensors, which returns out."""

    def __init__(self, calls, mod, answer=None, close=lambda: None):
        self.calls, self.mod, self.answer, self.close = calls, mod, answer or {}, close


def measure_scenario(bench, case, emit, begin, warm):
    """Builds every contender, holds it against float64, then times those that are right in turns."""
    torch = bench.torch
    sets, ready = bench.tensors(case), {}
    with torch.no_grad():
        for peer in case["peers"]:
            if warm and not peer.startswith("flex"):
                continue
            begin(peer)
            answer = dict(id=case["id"], peer=peer)
            try:
                contender = build(bench, case, peer, sets, warm)
                answer.update(contender.answer)
                if warm:
                    continue
                answer["error_of_out"] = relative_error(torch, contender.calls[0](), contender.mod, *sets[0])
                if answer["error_of_out"] <= LARGEST_ERROR:
                    ready[peer] = (contender, answer)
                else:
                    emit(dict(answer, error=f"wrong: off by {answer['error_of_out']:.2e} of the length of a row"))
                    contender.close()
            except Exception as error:
                emit(dict(answer, error=short(error)))
        if warm or not ready:
            return
        begin("timing of " + ", ".join(ready))
        times = bench.in_turns({peer: contender.calls for peer, (contender, _) in ready.items()})
        for peer, (contender, answer) in ready.items():
            of = times[peer]
            emit(dict(answer, ms=statistics.median(of), ms_min=min(of), launches=len(of), sets=len(sets)))
            contender.close()


def build(bench, case, peer, sets, warm):
    if peer == "ours":
        return build_ours(bench, case, sets)
    if peer.startswith("flex"):
        mask = case["mask_tiled"] if peer == "flex-tiled" else case["mask"]
        calls, mod, answer = build_flex(bench, case, mask, sets, warm)
        return Contender(calls, mod, answer)
    return build_sdpa(bench, case, peer, sets)


def build_ours(bench, case, sets):
    """The launch that ../export-launch.ts wrote for this scenario, on the tensors of torch."""
    torch = bench.torch
    launch = Launch(bench.own_driver(), bench.launches, case["id"])
    stream = 0 if bench.dry else torch.cuda.current_stream().cuda_stream
    batch, heads, n, dim = sets[0][0].shape
    def call_on(q, k, v):
        # An element that is never written stays NaN.
        out = torch.full((batch, heads, n, dim), float("nan"), device=bench.device, dtype=torch.bfloat16)
        lse = torch.empty((batch, heads, n), device=bench.device, dtype=torch.float32)
        tensors = dict(q=q, k=k, v=v, out=out, lse=lse)
        run = launch.bind({name: tensor.data_ptr() for name, tensor in tensors.items()}, stream)

        def call():
            run()
            if bench.dry:
                bench.synchronize()
            # The tensors live as long as the function: the launch has their addresses alone.
            return tensors["out"]
        return call
    calls = [call_on(*s) for s in sets]
    return Contender(calls, mod_of(bench, case), dict(kernels=[one["kernel"] for one in launch.plan["passes"]]), launch.close)


def build_sdpa(bench, case, peer, sets):
    """Dense attention of PyTorch by one backend; `dense` is cuDNN's on all pairs, whatever the mask."""
    torch = bench.torch
    from torch.nn.attention import SDPBackend, sdpa_kernel
    chosen = {"cudnn": SDPBackend.CUDNN_ATTENTION, "dense": SDPBackend.CUDNN_ATTENTION, "flash": SDPBackend.FLASH_ATTENTION}
    causal = peer != "dense" and case["mask"] is not None
    grouped = dict(enable_gqa=True) if case["kv_heads"] != case["heads"] else {}

    def call(q, k, v):
        with sdpa_kernel(SDPBackend.MATH if bench.dry else chosen[peer]):
            return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=causal, **grouped)
    return Contender([lambda s=s: call(*s) for s in sets], mod_of(bench, case) if causal else None)


def mod_of(bench, case):
    from flex import mask_mod
    return None if case["mask"] is None else mask_mod(bench, case["mask"], case["n"])


def short(error):
    return (type(error).__name__ + ": " + str(error).strip().replace("\n", " | "))[:300]
