#!/bin/bash
# Checks and times the CUDA kernels on the GPU of this machine, and PyTorch's attention beside them.
#
#   OUT=results bash bench/gpu/run.sh
#
# Results are written to $OUT as they come; the table is printed last. TOTAL: seconds for everything (540). SKIP: parts to
# leave out (check time peers wgsl sanitize). ONLY: parts of scenario names, separated by commas. CHECK: parts of names of
# the test list. TINY=--tiny: small scenarios. No setting of the GPU is changed. Exit code 0 where every check and timing was right.
set -u
cd "$(dirname "$0")/../.." || exit 1
SECONDS=0
TOTAL=${TOTAL:-540}; ONLY=${ONLY:-}; CHECK=${CHECK:-}; TINY=${TINY:-}; SKIP=" ${SKIP:-} "
OUT=${OUT:-$PWD/results}; mkdir -p "$OUT"
WORK=$(mktemp -d); trap 'rm -rf "$WORK"' EXIT
export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TORCHINDUCTOR_CACHE_DIR="$WORK/inductor" TRITON_CACHE_DIR="$WORK/triton"
export TORCHINDUCTOR_FX_GRAPH_CACHE=1
PYTHON=${PYTHON:-python3}; KIT=$PWD/.gpu-kit; LOG="$OUT/run.log"; FAILED=0
: > "$LOG"; rm -f "$OUT"/{check,timings}.jsonl "$OUT"/{peers,gpu}.json "$OUT/tools.txt"
left() { echo $((TOTAL - SECONDS)); }
# The smaller of a wish in seconds and of what is left.
cap() { local l; l=$(left); [ "$l" -lt "$1" ] && echo $((l > 1 ? l : 1)) || echo "$1"; }
skip() { case "$SKIP" in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
say() { echo "== [$SECONDS s] $*" | tee -a "$LOG"; }

# Node and the programs: out of the kit of pack.ts where it is, else those of the checkout.
if [ -f "$KIT/node.xz" ]; then
  { xz -dc "$KIT/node.xz" || "$PYTHON" -c 'import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.argv[1]), sys.stdout.buffer)' "$KIT/node.xz"; } > "$WORK/node" 2> /dev/null
  chmod +x "$WORK/node"; NODE="$WORK/node"; BENCH=("$NODE" "$KIT/bundle/bench.mjs"); SPARSEC=("$NODE" "$KIT/bundle/sparsec.mjs")
else
  NODE=node; BENCH=("$NODE" --import tsx bench/gpu/main.ts); SPARSEC=("$NODE" --import tsx cli/main.ts)
fi

say "environment"
{ uname -srm; nproc; "$NODE" --version; nvcc --version | tail -2; nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.sm,temperature.gpu --format=csv; } >> "$LOG" 2>&1
"${BENCH[@]}" info 2>&1 | tee -a "$LOG"; [ "${PIPESTATUS[0]}" = 0 ] || { say "no device, nothing to do"; exit 1; }
"${BENCH[@]}" scenarios $TINY --only "$ONLY" --out "$WORK/scenarios.json" || exit 1

# The peers compile on the processor while our kernels are checked.
WARM=
if ! skip peers; then
  timeout -k 5 "$(cap 170)" "$PYTHON" bench/gpu/peers/main.py --scenarios "$WORK/scenarios.json" --warm --budget "$(cap 150)" --procs $(($(nproc) >= 12 ? 6 : 2)) > "$WORK/warm.log" 2>&1 &
  WARM=$!
fi

say "one launch by the command line, from text and from a cubin"
timeout -k 5 "$(cap 60)" "${SPARSEC[@]}" run spec-examples/mistral.sa --n 1000 --device cuda --time 2>&1 | tee -a "$LOG"
[ "${PIPESTATUS[0]}" = 0 ] || FAILED=1
timeout -k 5 "$(cap 60)" "${SPARSEC[@]}" compile spec-examples/mistral.sa --target cuda --emit cuda > "$WORK/mistral.cu" 2>> "$LOG" &&
  timeout -k 5 "$(cap 60)" nvcc -arch=sm_90a -cubin -std=c++17 -Xptxas -v -o "$WORK/mistral.cubin" "$WORK/mistral.cu" 2>&1 | grep -E "registers|spill|warning|error" | tee -a "$LOG"

if ! skip check; then
  say "every launch of the test list"
  SHARDS=$(($(nproc) >= 12 ? 8 : 1)); : > "$OUT/check.jsonl"; PIDS=
  for ((s = 0; s < SHARDS; s++)); do
    timeout -k 5 "$(cap 180)" "${BENCH[@]}" check --shard "$s/$SHARDS" --only "$CHECK" --out "$WORK/check.$s" > "$WORK/log.$s" 2>&1 &
    PIDS="$PIDS $!"
  done
  for pid in $PIDS; do wait "$pid" || FAILED=1; done
  cat "$WORK"/check.* > "$OUT/check.jsonl" 2> /dev/null
  cat "$WORK"/log.* >> "$LOG"; grep -h "FAILED\|shard\|rror" "$WORK"/log.* | head -20
fi
if [ -n "$WARM" ]; then say "waiting for the peers' compilation"; wait "$WARM"; tail -3 "$WORK/warm.log" | tee -a "$LOG"; fi

# From here on the GPU is ours alone.
if ! skip time; then
  say "our kernels"
  timeout -k 5 "$(cap 200)" "${BENCH[@]}" time $TINY --only "$ONLY" --budget "$(cap 150)" --out "$OUT/timings.jsonl" >> "$LOG" 2>&1 || FAILED=1
fi
if ! skip peers; then
  say "the peers"
  BUDGET=$(($(left) - 45)); [ "$BUDGET" -gt 20 ] || BUDGET=20
  timeout -k 5 $((BUDGET + 15)) "$PYTHON" bench/gpu/peers/main.py --scenarios "$WORK/scenarios.json" --out "$OUT/peers.json" --budget "$BUDGET" 2>&1 | tee -a "$LOG" | tail -5
fi
if ! skip wgsl && [ -d "$KIT/node_modules/webgpu" ]; then
  say "WGSL through Dawn on Vulkan"
  timeout -k 5 "$(cap 40)" "${SPARSEC[@]}" run spec-examples/mistral.sa --n 4096 --device hardware --time 2>&1 | tee -a "$LOG" | tail -4
fi
if ! skip sanitize && command -v compute-sanitizer > /dev/null; then
  for tool in memcheck racecheck; do
    [ "$(left)" -gt 30 ] || break
    say "compute-sanitizer $tool"
    timeout -k 5 "$(cap 40)" compute-sanitizer --tool "$tool" "${BENCH[@]}" check --only "mistral decoder bf16" --out "$WORK/sanitized" > "$WORK/sanitizer" 2>&1
    { echo "===== $tool"; head -60 "$WORK/sanitizer"; } >> "$OUT/tools.txt"; grep "SUMMARY" "$WORK/sanitizer" | tail -1
  done
fi

say "the table"
"${BENCH[@]}" table $TINY --only "$ONLY" --check "$OUT/check.jsonl" --time "$OUT/timings.jsonl" --peers "$OUT/peers.json" --out "$OUT/gpu.json" > "$OUT/summary.txt" 2>&1 || FAILED=1
head -c 9500 "$OUT/summary.txt"
exit $FAILED
