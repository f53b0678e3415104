#!/bin/bash
# Checks the CUDA kernels on the GPU of this machine and times them beside PyTorch's attention.
#
#   OUT=results bash bench/gpu/run.sh
#
# Results are written to $OUT as they come; the table is printed last. Settings, all optional:
#   TOTAL=540     seconds for everything
#   ONLY=a,b      parts of names of scenarios;  CHECK=a,b  of the test list
#   SKIP="..."    parts to leave out: cli check table time wgsl sanitize
#   TUNE="F:N .." specifications and tokens that sparsec tune measures with the time that is left
#   RESUME=DIR    results of a run before, of the same kernels: what is there is not done again
#   TINY=--tiny   scenarios of 256 tokens;  DRY=--dry  PyTorch on the CPU;  N=1000  tokens of the first launch;  KIT=.gpu-kit
# No setting of the GPU is changed. Exit code 0 where every check and timing was right.
set -u
cd "$(dirname "$0")/../.." || exit 1
SECONDS=0
TOTAL=${TOTAL:-540}; ONLY=${ONLY:-}; CHECK=${CHECK:-}; TINY=${TINY:-}; DRY=${DRY:-}; SKIP=" ${SKIP:-} "; RESUME=${RESUME:-}; TUNE=${TUNE:-}
OUT=${OUT:-$PWD/results}; mkdir -p "$OUT"
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TORCHINDUCTOR_CACHE_DIR="$WORK/inductor" TRITON_CACHE_DIR="$WORK/triton"
export TORCHINDUCTOR_FX_GRAPH_CACHE=1 SPARSEC_CACHE="$WORK/code"
PYTHON=${PYTHON:-python3}; KIT=${KIT:-$PWD/.gpu-kit}; LOG="$OUT/run.log"; FAILED=0
mkdir "$WORK/before"
[ -n "$RESUME" ] && for name in check.jsonl timings.jsonl peers.json; do cat "$RESUME/$name" > "$WORK/before/$name"; done
: > "$LOG"; rm -f "$OUT"/{check,timings}.jsonl "$OUT"/{peers,gpu}.json "$OUT"/{tools.txt,tuned.jsonl}
cp "$WORK"/before/* "$OUT" 2> /dev/null
left() { echo $((TOTAL - SECONDS)); }
# The smaller of a wish in seconds and of what is left.
cap() { local l; l=$(left); [ "$l" -lt "$1" ] && echo $((l > 1 ? l : 1)) || echo "$1"; }
skip() { case "$SKIP" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
say() { echo "== [$SECONDS s] $*" | tee -a "$LOG"; }

# Node and the programs: out of the kit of pack.ts where it is, else those of the checkout.
if [ -f "$KIT/bundle/bench.mjs" ]; then
  { xz -dc "$KIT/node.xz" || "$PYTHON" -c 'import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$KIT/node.xz"; } > "$WORK/node" 2> /dev/null
  chmod +x "$WORK/node"; NODE="$WORK/node"; BENCH=("$NODE" "$KIT/bundle/bench.mjs"); SPARSEC=("$NODE" "$KIT/bundle/sparsec.mjs")
else
  NODE=node; BENCH=("$NODE" --import tsx bench/gpu/main.ts); SPARSEC=("$NODE" --import tsx cli/main.ts)
fi
MANY=$(($(nproc) >= 12 ? 8 : 1))
# Runs a command of the benchmark in parts beside each other: NAME SECONDS ARGUMENTS, PART standing for the number.
in_parts() {
  local name=$1 seconds=$2 pids= part; shift 2
  for ((part = 0; part < MANY; part++)); do
    timeout -k 5 "$seconds" "${BENCH[@]}" "${@//PART/$part}" --shard "$part/$MANY" > "$WORK/$name.log.$part" 2>&1 &
    pids="$pids $!"
  done
  for part in $pids; do wait "$part" || FAILED=1; done
  cat "$WORK/$name".log.* >> "$LOG"; grep -h "FAILED\|rror" "$WORK/$name".log.* | head -15
  grep -h "attentions\|scenarios compiled" "$WORK/$name".log.* | head -8
}

say "environment"
{ uname -srm; nproc; "$NODE" --version; nvcc --version | tail -2; nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,temperature.gpu --format=csv; } >> "$LOG" 2>&1
"${BENCH[@]}" info 2>&1 | tee -a "$LOG"; [ "${PIPESTATUS[0]}" = 0 ] || { say "no device, nothing to do"; exit 1; }
"${BENCH[@]}" scenarios $TINY --only "$ONLY" --out "$WORK/scenarios.json" || exit 1

if ! skip cli; then
  say "two tiny kernels, where shared memory begins"
  timeout -k 5 "$(cap 60)" "${BENCH[@]}" probe 2>&1 | tee -a "$LOG"; [ "${PIPESTATUS[0]}" = 0 ] || FAILED=1
  say "one launch by the command line, from text"
  timeout -k 5 "$(cap 60)" "${SPARSEC[@]}" run spec-examples/mistral.sa --n "${N:-1000}" --device cuda --time 2>&1 | tee -a "$LOG"
  [ "${PIPESTATUS[0]}" = 0 ] || FAILED=1
fi

# PyTorch's kernels are compiled on the processor while ours are compiled and checked.
WARM=
if ! skip table && [ -z "$DRY" ]; then
  timeout -k 5 "$(cap 190)" "$PYTHON" bench/gpu/peers/main.py --scenarios "$WORK/scenarios.json" --out "$WORK/before/peers.json" --warm --budget "$(cap 170)" --procs $(($(nproc) >= 12 ? 6 : 2)) > "$WORK/warm.log" 2>&1 &
  WARM=$!
fi
if ! skip table || ! skip time; then
  say "our kernels are compiled"
  in_parts prepare "$(cap 150)" prepare $TINY --only "$ONLY" --before "$WORK/before/peers.json" --out "$WORK/launches"
fi
if ! skip check; then
  say "every launch of the test list"
  in_parts check "$(cap 180)" check --only "$CHECK" --before "$WORK/before/check.jsonl" --budget "$(cap 130)" --out "$WORK/check.PART"
  cat "$WORK/before/check.jsonl" "$WORK"/check.? > "$OUT/check.jsonl" 2> /dev/null
fi
if [ -n "$WARM" ]; then say "waiting for PyTorch's compilation"; wait "$WARM"; tail -3 "$WORK/warm.log" | tee -a "$LOG"; fi

# From here on the GPU is ours alone.
if ! skip table; then
  say "ours and PyTorch's in turns"
  BUDGET=$(($(left) - 110)); [ "$BUDGET" -gt 20 ] || BUDGET=20
  timeout -k 5 $((BUDGET + 15)) "$PYTHON" bench/gpu/peers/main.py $DRY --scenarios "$WORK/scenarios.json" --launches "$WORK/launches" --out "$OUT/peers.json" --budget "$BUDGET" 2>&1 | tee -a "$LOG" | tail -5
fi
if ! skip time; then
  say "plans, and our kernels by the runtime"
  timeout -k 5 "$(cap 90)" "${BENCH[@]}" time $TINY --only "$ONLY" --budget "$(cap 60)" --out "$OUT/timings.jsonl" >> "$LOG" 2>&1 || FAILED=1
  tail -3 "$LOG"
fi
if ! skip wgsl && [ -d "$KIT/node_modules/webgpu" ] && [ "$(left)" -gt 40 ]; then
  say "WGSL through Dawn on Vulkan"
  timeout -k 5 "$(cap 30)" "${SPARSEC[@]}" run spec-examples/mistral.sa --n 4096 --device hardware --time 2>&1 | tee -a "$LOG" | tail -4
fi
if ! skip sanitize && command -v compute-sanitizer > /dev/null; then
  for tool in memcheck racecheck synccheck; do
    [ "$(left)" -gt 25 ] || break
    say "compute-sanitizer $tool"
    rm -f "$WORK/sanitized"
    timeout -k 5 "$(cap 40)" compute-sanitizer --tool "$tool" "${BENCH[@]}" check --only "mistral decoder bf16,with state dim 64 bf16" --budget 20 --out "$WORK/sanitized" > "$WORK/sanitizer" 2>&1
    { echo "===== $tool"; head -60 "$WORK/sanitizer"; } >> "$OUT/tools.txt"; grep "SUMMARY" "$WORK/sanitizer" | tail -1
  done
fi

for part in $TUNE; do
  [ "$(left)" -gt 45 ] || break
  say "layouts for ${part%:*} at ${part#*:} tokens"
  timeout -k 5 "$(($(left) - 15))" "${SPARSEC[@]}" tune "${part%:*}" --n "${part#*:}" --device cuda --out "$WORK/tuned.json" 2>&1 | tee -a "$LOG" | head -14
  [ -f "$WORK/tuned.json" ] && { tr -d '\n' < "$WORK/tuned.json"; echo; } >> "$OUT/tuned.jsonl"; rm -f "$WORK/tuned.json"
done

say "the table"
"${BENCH[@]}" table $TINY --only "$ONLY" --check "$OUT/check.jsonl" --time "$OUT/timings.jsonl" --peers "$OUT/peers.json" --out "$OUT/gpu.json" > "$OUT/summary.txt" 2>&1 || FAILED=1
head -c 11000 "$OUT/summary.txt"
exit $FAILED
