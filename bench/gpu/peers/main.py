"""Measures the contenders of the scenarios of ../scenarios.ts: our kernels and PyTorch's attention, in turns.

  main.py --scenarios scenarios.json --launches DIR --out peers.json --budget 230    every result is written as it comes
  main.py --scenarios scenarios.json --warm --procs 6 --budget 150    compiles in parallel, which fills the caches
  main.py --scenarios scenarios.json --dry                            the same on the CPU, small, to try the logic

Workers are processes of their own: a contender that hangs or breaks the context costs itself, not the run. Results that
--out holds already are kept and not measured again.
"""
import argparse
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

START = time.time()
NOT_REACHED = "not reached in the time"


def elapsed():
    return time.time() - START


def work(cases, warm, dry, memory, launches):
    """A worker: one line a message on stdout, a word and JSON."""
    def say(kind, value):
        print(kind + " " + json.dumps(value), flush=True)
    import torch
    from measure import Bench, measure_ceiling, measure_scenario, short
    if not dry:
        torch.cuda.init()
        if memory:
            torch.cuda.set_per_process_memory_fraction(memory)
    for name, value in (("recompile_limit", 64), ("cache_size_limit", 64), ("automatic_dynamic_shapes", False)):
        if hasattr(torch._dynamo.config, name):
            setattr(torch._dynamo.config, name, value)
    torch.manual_seed(1)
    bench = Bench(torch, dry, launches)
    say("META", dict(torch=torch.__version__, cuda=torch.version.cuda,
                     cudnn=None if dry else torch.backends.cudnn.version(),
                     device="cpu" if dry else torch.cuda.get_device_name()))
    emit = lambda result: say("RESULT", result)
    for case in cases:
        begin = lambda step: say("BEGIN", [case["id"], step])
        begin("tensors")
        try:
            if case["id"] == "ceiling":
                measure_ceiling(bench, emit)
            else:
                measure_scenario(bench, case, emit, begin, warm)
        except Exception as error:
            emit(dict(id=case["id"], peer="all", error=short(error)))
        say("END", case["id"])
        if not dry:
            torch.cuda.empty_cache()


class Worker:
    def __init__(self, cases, options, warm, memory=0):
        argv = [sys.executable, os.path.abspath(__file__), "--worker", "--memory", str(memory)]
        argv += ["--warm"] * warm + ["--dry"] * options.dry + ["--launches", options.launches]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, errors="replace", start_new_session=True)
        self.lines = queue.Queue()
        self.process.stdin.write(json.dumps(cases))
        self.process.stdin.close()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def stop(self):
        try:
            # The process group that this program started for the worker.
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


class Results:
    def __init__(self, path):
        self.path, self.meta, self.found = path, {}, {}
        if path and os.path.exists(path):
            with open(path) as file:
                before = json.load(file)
            self.meta = before["meta"]
            self.found = {(result["id"], result["peer"]): result for result in before["results"]}

    def put(self, result):
        self.found[result["id"], result["peer"]] = result
        self.save()

    def missing(self, case):
        """Whether a contender of the case has neither a number nor a reason why it has none."""
        unknown = dict(error=NOT_REACHED)
        return any(self.found.get((case["id"], peer), unknown).get("error") == NOT_REACHED
                   for peer in case["peers"] or ["ceiling"])

    def save(self):
        if not self.path:
            return
        with open(self.path + ".new", "w") as file:
            json.dump(dict(meta=self.meta, results=list(self.found.values())), file, indent=1)
        os.replace(self.path + ".new", self.path)


def measure(cases, results, options):
    """Works through the cases; a worker that dies or hangs is replaced, and what it was at is left out."""
    left, failures = [case for case in cases if results.missing(case)], 0
    while left and elapsed() < options.budget and failures < 3:
        worker, current, since, done = Worker(left, options, False), None, time.time(), set()
        try:
            while True:
                try:
                    line = worker.lines.get(timeout=1)
                except queue.Empty:
                    line = ""
                if line is None or elapsed() > options.budget:
                    break
                kind, _, rest = line.partition(" ")
                if kind == "BEGIN":
                    current, since = json.loads(rest), time.time()
                elif kind == "END":
                    done.add(json.loads(rest))
                    current, since, failures = None, time.time(), 0
                elif kind == "RESULT":
                    results.put(json.loads(rest))
                elif kind == "META":
                    results.meta.update(json.loads(rest))
                elif line:
                    print("   . " + line[:300], flush=True)
                if time.time() - since > options.limit:
                    print(f"{current}: no end within {options.limit} s", flush=True)
                    break
        finally:
            worker.stop()
        left = [case for case in left if case["id"] not in done]
        if current is not None and elapsed() <= options.budget:
            left = leave_out(left, current, time.time() - since, results)
            failures = 0 if done else failures + 1
        elif not done:
            failures += 1
    for case in left:
        for peer in case["peers"] or ["ceiling"]:
            if (case["id"], peer) not in results.found:
                results.put(dict(id=case["id"], peer=peer, error=NOT_REACHED))
    good = sum(1 for result in results.found.values() if "ms" in result)
    print(f"{good} of {sum(len(case['peers']) for case in cases)} contenders measured in {elapsed():.0f} s", flush=True)


def leave_out(left, current, seconds, results):
    """The cases without the contender that a worker ended at; without the whole case where it was none of them."""
    name, step = current
    why = f"no end within {seconds:.0f} s, or a crash"
    case = next(case for case in left if case["id"] == name)
    others = [other for other in left if other is not case]
    rest = [peer for peer in case["peers"] if peer != step]
    if step in case["peers"]:
        results.put(dict(id=name, peer=step, error=why))
        return ([dict(case, peers=rest)] if rest else []) + others
    for peer in case["peers"] or ["ceiling"]:
        results.put(dict(id=name, peer=peer, error=f"{why} ({step})"))
    return others


def warm_up(cases, options):
    """Compiles in several processes at once; what they compiled is in the caches of Inductor and Triton."""
    cases = [case for case in cases if any(peer.startswith("flex") for peer in case["peers"])]
    groups = [cases[at::options.procs] for at in range(options.procs)]
    workers = [Worker(group, options, True, 0.8 / options.procs) for group in groups if group]
    running, compiled = set(workers), 0
    try:
        while running and elapsed() < options.budget:
            time.sleep(0.2)
            for worker in list(running):
                while True:
                    try:
                        line = worker.lines.get_nowait()
                    except queue.Empty:
                        break
                    if line is None:
                        running.discard(worker)
                        break
                    compiled += line.startswith("END ")
    finally:
        for worker in workers:
            worker.stop()
    print(f"warm: {compiled} of {len(cases)} scenarios compiled in {elapsed():.0f} s", flush=True)


def cases_of(path, only):
    """The scenarios in their order, what the device can do at best before them."""
    cases = [dict(id="ceiling", peers=[])] + json.load(open(path))
    return [case for case in cases if not only or any(part in case["id"] for part in only.split(","))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenarios")
    parser.add_argument("--out")
    parser.add_argument("--budget", type=float, default=230)
    parser.add_argument("--limit", type=float, default=75, help="seconds without the end of a case before it is given up")
    parser.add_argument("--procs", type=int, default=6)
    parser.add_argument("--only", default="", help="parts of names of scenarios, separated by commas")
    parser.add_argument("--launches", default="", help="the folder of our launches")
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("--memory", type=float, default=0)
    options = parser.parse_args()
    if options.worker:
        return work(json.load(sys.stdin), options.warm, options.dry, options.memory, options.launches)
    # So that the workers are ended with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cases, results = cases_of(options.scenarios, options.only), Results(options.out)
    if options.warm:
        return warm_up([case for case in cases if results.missing(case)], options)
    return measure(cases, results, options)


if __name__ == "__main__":
    sys.exit(main())
