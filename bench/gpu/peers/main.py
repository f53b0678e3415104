"""Measures PyTorch's attention on the scenarios of ../scenarios.ts.

  main.py --scenarios scenarios.json --out peers.json --budget 230    every result is written as it comes
  main.py --scenarios scenarios.json --warm --procs 6 --budget 150    compiles in parallel, which fills the caches
  main.py --scenarios scenarios.json --dry                            the same on the CPU, small, to try the logic

Workers are processes of their own: a case that hangs or breaks the context costs that case, not the run.
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


def elapsed():
    return time.time() - START


def work(cases, warm, dry, memory):
    """A worker: one line of JSON a result on stdout."""
    def say(kind, value):
        print(kind + " " + json.dumps(value), flush=True)
    import torch
    from measure import Bench, measure_ceiling, measure_flex, measure_sdpa, short
    if not dry:
        torch.cuda.init()
        if memory:
            torch.cuda.set_per_process_memory_fraction(memory)
    for name, value in (("recompile_limit", 64), ("cache_size_limit", 64), ("automatic_dynamic_shapes", False)):
        if hasattr(torch._dynamo.config, name):
            setattr(torch._dynamo.config, name, value)
    torch.manual_seed(1)
    bench = Bench(torch, dry)
    say("META", dict(torch=torch.__version__, cuda=torch.version.cuda,
                     cudnn=None if dry else torch.backends.cudnn.version(),
                     device="cpu" if dry else torch.cuda.get_device_name()))
    for case in cases:
        say("BEGIN", case["key"])
        emit = lambda result: say("RESULT", result)
        try:
            if case["peer"] == "ceiling":
                measure_ceiling(bench, emit)
            elif case["peer"].startswith("flex"):
                measure_flex(bench, case, emit, warm)
            else:
                measure_sdpa(bench, case, case["peer"], emit)
        except Exception as error:
            say("RESULT", dict(id=case["id"], peer=case["peer"], error=short(error)))
        say("END", case["key"])
        if not dry:
            torch.cuda.empty_cache()


class Worker:
    def __init__(self, cases, options, warm, memory=0):
        argv = [sys.executable, os.path.abspath(__file__), "--worker", "--memory", str(memory)]
        argv += ["--warm"] * warm + ["--dry"] * options.dry
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

    def put(self, result):
        self.found.setdefault(result["id"] + " " + result["peer"], {}).update(result)
        self.save()

    def save(self):
        if not self.path:
            return
        with open(self.path + ".new", "w") as file:
            json.dump(dict(meta=self.meta, results=list(self.found.values())), file, indent=1)
        os.replace(self.path + ".new", self.path)


def measure(cases, results, options):
    """Works through the cases; a worker that dies or hangs is replaced and its case given up."""
    left, failures = list(cases), 0
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
        if current is not None:
            case = next(case for case in left if case["key"] == current)
            results.put(dict(id=case["id"], peer=case["peer"], error=f"no end within {time.time() - since:.0f} s, or a crash"))
            done.add(current)
        if not done:
            failures += 1
        left = [case for case in left if case["key"] not in done]
    for case in left:
        results.put(dict(id=case["id"], peer=case["peer"], error="not reached in the time"))
    good = sum(1 for result in results.found.values() if "ms" in result)
    print(f"peers: {good} of {len(cases)} measured in {elapsed():.0f} s", flush=True)


def warm_up(cases, options):
    """Compiles in several processes at once; what they compiled is in the caches of Inductor and Triton."""
    cases = [case for case in cases if case["peer"].startswith("flex")]
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
    print(f"warm: {compiled} of {len(cases)} compiled in {elapsed():.0f} s", flush=True)


def cases_of(path, only):
    """The scenarios as cases of a peer each, in the order of the scenarios."""
    cases = [dict(id="ceiling", peer="ceiling", key="ceiling")]
    for scenario in json.load(open(path)):
        for peer in scenario["peers"]:
            mask = scenario["mask_tiled"] if peer == "flex-tiled" else scenario["mask"]
            cases.append(dict(scenario, mask=mask, peer=peer, key=scenario["id"] + " " + peer))
    return [case for case in cases if not only or any(part in case["key"] for part in only.split(","))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenarios")
    parser.add_argument("--out")
    parser.add_argument("--budget", type=float, default=230)
    parser.add_argument("--limit", type=float, default=75, help="seconds without the end of a case before it is given up")
    parser.add_argument("--procs", type=int, default=6)
    parser.add_argument("--only", default="", help="parts of `SCENARIO PEER`, separated by commas")
    parser.add_argument("--warm", action="store_true")
    parser.add_argument("--dry", action="store_true")
    parser.add_argument("--worker", action="store_true")
    parser.add_argument("--memory", type=float, default=0)
    options = parser.parse_args()
    if options.worker:
        return work(json.load(sys.stdin), options.warm, options.dry, options.memory)
    # So that the workers are ended with this process.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cases = cases_of(options.scenarios, options.only)
    if options.warm:
        return warm_up(cases, options)
    return measure(cases, Results(options.out), options)


if __name__ == "__main__":
    sys.exit(main())
