import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CudaKernel, CudaPass, TensorBox } from '../../../runtime/cuda/descriptor.ts';
import type { TensorName } from '../../../runtime/launch/tensor-layout.ts';
import type { CudaLaunch } from '../../../runtime/launch/prepare-cuda-launch.ts';
import { compileForEmulator } from './toolchain.ts';

const run = promisify(execFile);

export type Buffers = Readonly<Record<TensorName, Uint8Array>>;

export interface EmulatorOptions {
  /** The text to run instead of the module's. */
  readonly code?: string;
  /** Warps in reverse order. */
  readonly reversed?: boolean;
  /** Blocks of a persistent kernel, which share the tiles of all heads; 3 where nothing is said. */
  readonly blocks?: number;
}

/**
 * Runs a launch block by block on the CPU; the buffers afterwards.
 *
 * @throws {Error} with what the emulator reports: a deadlock, a misaligned copy, an address outside shared memory.
 */
export async function emulate(
  launch: CudaLaunch,
  buffers: Buffers,
  { code = launch.descriptor.cuda.code, reversed = false, blocks = 3 }: EmulatorOptions = {},
): Promise<Buffers> {
  const { descriptor, passes, stateBytes } = launch;
  const entries = programEntries(passes);
  const program = await compileForEmulator(code, entries, descriptor.dtype);
  const names = Object.keys(buffers) as TensorName[];
  const state = new Uint8Array(stateBytes).fill(0xff);
  const memory = [
    ...names.map((name) => buffers[name]),
    bytesOf(launch.arena),
    bytesOf(launch.floats),
    state,
  ];
  const path = join(tmpdir(), `sparsec-launch-${randomUUID()}`);
  writeFileSync(
    path,
    launchFile(launch, [...names, 'arena', 'floats', 'state'], memory, { reversed, blocks }),
  );
  try {
    await run(program, [path, `${path}.out`], { timeout: 60_000 });
    const result = readFileSync(`${path}.out`);
    let at = 0;
    const read = names.map((name) => {
      const bytes = result.subarray(at, at + buffers[name].length);
      at += buffers[name].length;
      return [name, new Uint8Array(bytes)] as const;
    });
    return Object.fromEntries(read) as unknown as Buffers;
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(stderr?.trim() || message, { cause: error });
  } finally {
    rmSync(path, { force: true });
    rmSync(`${path}.out`, { force: true });
  }
}

/** The entry points that a program for these kernels has, whether their launch is in parts or not. */
export function programEntries(
  passes: readonly { readonly pass: Pick<CudaPass, 'merge'>; readonly kernel: CudaKernel }[],
): readonly string[] {
  return passes
    .flatMap(({ pass, kernel }) => [
      kernel.name,
      ...(kernel.parts ? [kernel.parts.name, pass.merge!.name] : []),
    ])
    .filter((entry, at, all) => all.indexOf(entry) === at);
}

function bytesOf(words: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** The format is described in emulator/run.cpp. */
function launchFile(
  launch: CudaLaunch,
  names: readonly string[],
  memory: readonly Uint8Array[],
  { reversed, blocks }: Required<Pick<EmulatorOptions, 'reversed' | 'blocks'>>,
): Uint8Array {
  const { paramsLayout, passes } = launch;
  const addresses = paramsLayout.fields.filter(
    ({ field: { source } }) => source.kind === 'pointer' || source.kind === 'tensor-map',
  );
  const patches = addresses.flatMap(({ field: { source }, offset }) => [
    offset,
    names.indexOf(source.kind === 'pointer' ? source.of : (source as { tensor: string }).tensor),
  ]);
  // The kernel of a pass, then what merges its parts.
  const steps = passes.flatMap((pass) => {
    const { kernel, work, merge } = pass;
    const grid =
      kernel.grid.kind === 'tiles'
        ? [work.queryTiles, work.grid]
        : [Math.min(work.queryTiles * work.grid, blocks), 1];
    return [
      { pass, entry: pass.entry, shape: [kernel.threads, kernel.sharedBytes, ...grid] },
      ...(merge === null ? [] : [{ pass, entry: merge.name, shape: [merge.threads, 0, ...merge.blocks] }]),
    ];
  });
  const params = steps.map(({ pass }) => {
    const bytes = pass.params.slice();
    for (const { field, offset } of addresses) {
      const { source } = field;
      if (source.kind === 'tensor-map') bytes.set(tensorMap(launch, pass.kernel, source.tensor), offset);
    }
    return bytes;
  });
  const head = Uint32Array.from([
    ...[reversed ? 1 : 0, params[0].length, patches.length / 2, memory.length, steps.length],
    ...patches,
    ...memory.map((bytes) => bytes.length),
    ...steps.flatMap(({ entry, shape }) => [programEntries(passes).indexOf(entry), ...shape]),
  ]);
  return Buffer.concat([new Uint8Array(head.buffer), ...params, ...memory]);
}

/** An sp_tensor_map of emulator/groups.h without its address, as TensorMaps encodes one for a device. */
function tensorMap({ layouts }: CudaLaunch, { boxes }: CudaKernel, tensor: TensorBox['tensor']): Uint8Array {
  const box = boxes.find((each) => each.tensor === tensor);
  const bytes = new Uint8Array(128);
  if (box === undefined) return bytes;
  const { strides, rows, dim, heads, batch } = layouts[tensor];
  const view = new DataView(bytes.buffer);
  const sizes = [dim, rows, heads, batch];
  sizes.forEach((size, at) => view.setBigUint64(8 + 8 * at, BigInt(size), true));
  [strides.row, strides.head, strides.batch].forEach((stride, at) =>
    view.setBigUint64(40 + 8 * at, BigInt(stride * 2), true),
  );
  [box.panel, box.rows, 1, 1, box.panel * 2].forEach((size, at) => view.setUint32(64 + 4 * at, size, true));
  return bytes;
}
