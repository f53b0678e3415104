import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
}

/**
 * Runs a launch block by block on the CPU; the buffers afterwards.
 *
 * @throws {Error} with what the emulator reports: a deadlock, a misaligned copy, an address outside shared memory.
 */
export async function emulate(
  launch: CudaLaunch,
  buffers: Buffers,
  { code = launch.descriptor.cuda.code, reversed = false }: EmulatorOptions = {},
): Promise<Buffers> {
  const { kernel, descriptor } = launch;
  const program = await compileForEmulator(code, kernel.name, descriptor.dtype);
  const names = Object.keys(buffers) as TensorName[];
  const memory = [...names.map((name) => buffers[name]), bytesOf(launch.arena), bytesOf(launch.floats)];
  const path = join(tmpdir(), `sparsec-launch-${randomUUID()}`);
  writeFileSync(path, launchFile(launch, [...names, 'arena', 'floats'], memory, reversed));
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

function bytesOf(words: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

/** The format is described in emulator/run.cpp. */
function launchFile(
  launch: CudaLaunch,
  names: readonly string[],
  memory: readonly Uint8Array[],
  reversed: boolean,
): Uint8Array {
  const { kernel, paramsLayout, work } = launch;
  const params = launch.params.slice();
  const patches = paramsLayout.fields.flatMap(({ field, offset }) => {
    if (field.source.kind === 'pointer') return [offset, names.indexOf(field.source.of)];
    if (field.source.kind !== 'tensor-map') return [];
    params.set(tensorMap(launch, field.source.tensor), offset);
    return [offset, names.indexOf(field.source.tensor)];
  });
  const head = Uint32Array.from([
    ...[kernel.threads, kernel.sharedBytes, work.queryTiles, work.grid, reversed ? 1 : 0],
    ...[params.length, patches.length / 2, memory.length],
    ...patches,
    ...memory.map((bytes) => bytes.length),
  ]);
  return Buffer.concat([new Uint8Array(head.buffer), params, ...memory]);
}

/** An sp_tensor_map of emulator/groups.h without its address, as TensorMaps encodes one for a device. */
function tensorMap({ kernel, layouts }: CudaLaunch, tensor: 'q' | 'k' | 'v' | 'out'): Uint8Array {
  const box = kernel.boxes.find((each) => each.tensor === tensor);
  const bytes = new Uint8Array(128);
  if (box === undefined) return bytes;
  const { strides, rows, dim, heads, batch } = layouts[tensor];
  const panels = dim / box.panel;
  const view = new DataView(bytes.buffer);
  const sizes = [box.panel, rows, panels, heads, batch];
  sizes.forEach((size, at) => view.setBigUint64(8 + 8 * at, BigInt(size), true));
  [strides.row, box.panel, strides.head, strides.batch].forEach((stride, at) =>
    view.setBigUint64(48 + 8 * at, BigInt(stride * 2), true),
  );
  [box.panel, box.rows, panels, 1, 1, box.panel * 2].forEach((size, at) =>
    view.setUint32(80 + 4 * at, size, true),
  );
  return bytes;
}
