import type { Block } from '../text.ts';

/** The primitives of capability 9.0: signals (mbarrier), boxes (TMA), products of warpgroups (wgmma). */
export function writeGroupPrelude(dtype: 'f16' | 'bf16', keys: readonly number[], dimV: number): Block[] {
  const products = [...keys.flatMap((width) => sharedProduct(width, dtype)), ...registerProduct(dimV, dtype)];
  return [['#ifndef SP_PRELUDE', ...PRELUDE.trim().split('\n'), '', ...products, '#endif']];
}

/** 128 bytes that the driver encodes; see cuTensorMapEncodeTiled. */
export const TENSOR_MAP: Block = [
  '#ifndef SP_PRELUDE',
  'struct __align__(64) sp_tensor_map { unsigned long long words[16]; }; // a CUtensorMap',
  '#endif',
];

const PRELUDE = String.raw`
SP_DEVICE int sp_blocks_x() { return gridDim.x; }

// A signal completes a phase when all its arrivals have come and all the bytes that were announced.
SP_DEVICE void sp_signal_init(u32 signal, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" :: "r"(signal), "r"(arrivals) : "memory");
}
SP_DEVICE void sp_signal_init_done() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
SP_DEVICE void sp_signal_announce(u32 signal, int bytes) { // and arrives
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" :: "r"(signal), "r"(bytes) : "memory");
}
SP_DEVICE void sp_signal_arrive(u32 signal) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" :: "r"(signal) : "memory");
}
SP_DEVICE void sp_signal_wait(u32 signal, int phase) {
  asm volatile("{\n.reg .pred done;\nAGAIN:\n"
               "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n@!done bra AGAIN;\n}"
               :: "r"(signal), "r"(phase) : "memory");
}

// A box of a tensor, in shared memory as rows of 64 columns, swizzled. What lies beside the tensor comes as zero.
SP_DEVICE void sp_box_load(u32 to, const sp_tensor_map *map, u32 signal, int column, int row, int head, int batch) {
  asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes "
               "[%0], [%1, {%3,%4,%5,%6}], [%2];"
               :: "r"(to), "l"(map), "r"(signal), "r"(column), "r"(row), "r"(head), "r"(batch) : "memory");
}
// What this thread stored or copied to shared memory is seen by boxes and products from here on.
SP_DEVICE void sp_store_fence() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

SP_DEVICE void sp_named_barrier(int id, int threads) {
  asm volatile("bar.sync %0, %1;" :: "r"(id), "r"(threads) : "memory");
}
SP_DEVICE void sp_named_arrive(int id, int threads) {
  asm volatile("bar.arrive %0, %1;" :: "r"(id), "r"(threads) : "memory");
}
template <int COUNT> SP_DEVICE void sp_more_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" :: "n"(COUNT));
}
template <int COUNT> SP_DEVICE void sp_fewer_registers() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" :: "n"(COUNT));
}

// Products of a warpgroup run beside it from their commit until they are waited for: sp_product_wait<n> returns when at
// most n groups run. Registers that they use are pinned, so that the compiler moves no use of them across.
SP_DEVICE void sp_product_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
SP_DEVICE void sp_product_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <int GROUPS> SP_DEVICE void sp_product_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" :: "n"(GROUPS) : "memory");
}
template <int N> SP_DEVICE void sp_pin(float (&d)[N][4]) {
#pragma unroll
  for (int i = 0; i < N * 4; i++) asm volatile("" : "+f"(d[i / 4][i % 4]) :: "memory");
}
SP_DEVICE void sp_pin(u32 &a) { asm volatile("" : "+r"(a) :: "memory"); }
template <int N> SP_DEVICE void sp_pin(u32 (&a)[N][4]) {
#pragma unroll
  for (int i = 0; i < N * 4; i++) asm volatile("" : "+r"(a[i / 4][i % 4]) :: "memory");
}
`;

/** d (+)= a b for a warpgroup, both from shared memory: q times k. */
function sharedProduct(width: number, dtype: string): string[] {
  const registers = width / 2;
  return [
    `// d = or += a b over 16 elements: 64 rows, ${width} columns, both from shared memory, b by its rows.`,
    `SP_DEVICE void sp_product_shared(float (&d)[${width / 8}][4], unsigned long long a, unsigned long long b, bool add) {`,
    '  asm volatile("{\\n.reg .pred add;\\nsetp.ne.b32 add, %' + (registers + 2) + ', 0;\\n"',
    `               "wgmma.mma_async.sync.aligned.m64n${width}k16.f32.${dtype}.${dtype} "`,
    ...operandLines(registers),
    `               "%${registers}, %${registers + 1}, add, 1, 1, 0, 0;\\n}"`,
    ...outputLines(width),
    '               : "l"(a), "l"(b), "r"((int)add));',
    '}',
  ];
}

/** d += a b for a warpgroup, a from registers, b by its columns: weights times v. */
function registerProduct(width: number, dtype: string): string[] {
  const registers = width / 2;
  const a = [0, 1, 2, 3].map((at) => `%${registers + at}`).join(',');
  return [
    `// d += a b over 16 rows of b: 64 rows, ${width} columns, a from registers, b from shared memory by its columns.`,
    `SP_DEVICE void sp_product_registers(float (&d)[${width / 8}][4], const u32 (&a)[4], unsigned long long b) {`,
    `  asm volatile("wgmma.mma_async.sync.aligned.m64n${width}k16.f32.${dtype}.${dtype} "`,
    ...operandLines(registers),
    `               "{${a}}, %${registers + 4}, 1, 1, 1, 1;"`,
    ...outputLines(width),
    '               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b));',
    '}',
  ];
}

/** The list of result registers, sixteen a line. */
function operandLines(registers: number): string[] {
  const names = Array.from({ length: registers }, (_, at) => `%${at}`);
  return inLines(names, 16, ',').map((line, at, lines) => {
    const [open, close] = [at === 0 ? '{' : '', at === lines.length - 1 ? '}, ' : ''];
    return `               "${open}${line}${close}"`;
  });
}

function outputLines(width: number): string[] {
  const names = Array.from({ length: width / 2 }, (_, at) => `"+f"(d[${at >> 2}][${at & 3}])`);
  return inLines(names, 6, ', ').map(
    (line, at) => `               ${at === 0 ? ': ' : '  '}${line.trimEnd()}`,
  );
}

function inLines(items: readonly string[], count: number, separator: string): string[] {
  const lines: string[] = [];
  for (let at = 0; at < items.length; at += count) {
    const last = at + count >= items.length;
    lines.push(items.slice(at, at + count).join(separator) + (last ? '' : separator));
  }
  return lines;
}
