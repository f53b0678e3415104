import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { parseArchitecture } from '../runtime/cuda/architecture.ts';
import { InputError } from './failures.ts';
import type { Terminal } from './terminal.ts';

const execute = promisify(execFile);

/** The file of an image: `longformer.sm_90a.cubin`, `longformer.compute_80.ptx`. */
export function imageName(attention: string, architecture: string): string {
  return `${attention}.${architecture}.${parseArchitecture(architecture).kind}`;
}

/**
 * nvcc: what NVCC names, else what PATH, CUDA_HOME, CUDA_PATH and /usr/local/cuda hold.
 *
 * @throws {InputError} saying what was asked for, where was looked, and what to do.
 */
export function findNvcc(asked: string, { env }: Pick<Terminal, 'env'>): string {
  const file = process.platform === 'win32' ? 'nvcc.exe' : 'nvcc';
  const toolkits = [env.CUDA_HOME, env.CUDA_PATH, '/usr/local/cuda'].filter((root): root is string => !!root);
  const folders = [
    ...(env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...toolkits.map((root) => join(root, 'bin')),
  ];
  const candidates = env.NVCC ? [env.NVCC] : folders.map((folder) => join(folder, file));
  const found = candidates.find(existsSync);
  if (found !== undefined) return found;
  const places = env.NVCC
    ? `NVCC names ${env.NVCC}`
    : 'looked in PATH, CUDA_HOME, CUDA_PATH and /usr/local/cuda';
  throw new InputError(
    `--cubin ${asked} needs nvcc, which was not found (${places}): install the CUDA toolkit (12.5 or newer), ` +
      'or leave --cubin away: NVRTC then compiles the kernels when they are first used',
  );
}

/**
 * Compiles CUDA text for one architecture.
 *
 * @throws {InputError} with what nvcc says where it refuses the text or the architecture.
 */
export async function compileImage(
  nvcc: string,
  name: string,
  code: string,
  architecture: string,
): Promise<Uint8Array> {
  const { kind } = parseArchitecture(architecture);
  const folder = mkdtempSync(join(tmpdir(), 'sparsec-'));
  try {
    const source = join(folder, `${name}.cu`);
    const image = join(folder, imageName(name, architecture));
    writeFileSync(source, code);
    const options = [`-arch=${architecture}`, `-${kind}`, '-std=c++17', '-o', image, source];
    await execute(nvcc, options, { cwd: folder, maxBuffer: 2 ** 24 });
    return readFileSync(image);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    throw new InputError(`nvcc refused ${name} for ${architecture}: ${said.replaceAll(`${folder}/`, '')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
