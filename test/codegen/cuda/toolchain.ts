import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const emulator = join(import.meta.dirname, 'emulator');

/** Why a compiler cannot be used, or null. */
export const missing = {
  'g++': reasonFor('g++'),
  nvcc: reasonFor('nvcc'),
};

function reasonFor(tool: string): string | null {
  const { error, status } = spawnSync(tool, ['--version']);
  if (error !== undefined) return `${tool} is not installed`;
  return status === 0 ? null : `${tool} --version fails`;
}

/** For titles of tests that are skipped: ` (skipped: nvcc is not installed)`. */
export function skipped(tool: keyof typeof missing): string {
  const reason = missing[tool];
  return reason === null ? '' : ` (skipped: ${reason})`;
}

/** Results of compilers, by the hash of everything that goes into them. */
const cache = join(tmpdir(), `sparsec-cuda-tests-${process.getuid?.() ?? 0}`);
mkdirSync(cache, { recursive: true });

function cached(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return join(cache, hash.digest('hex').slice(0, 32));
}

const emulatorText = readdirSync(emulator)
  .sort()
  .map((file) => readFileSync(join(emulator, file), 'utf8'))
  .join('\n');

/** The emulator with the headers of the standard library, compiled once for a storage type; the path to include. */
async function precompile(type: string): Promise<string> {
  const folder = cached('precompiled', emulator, emulatorText, type);
  const header = join(folder, 'emulator.h');
  if (existsSync(`${header}.gch`)) return header;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    header,
    `#include "${join(emulator, 'prelude.h')}"\n#include <fstream>\n#include <iterator>\n`,
  );
  const output = `${header}.gch.${process.pid}`;
  await run('g++', [...flags(type), '-x', 'c++-header', header, '-o', output]);
  renameSync(output, `${header}.gch`);
  return header;
}

function flags(type: string): string[] {
  return ['-std=c++17', '-O1', '-Wall', '-Wno-unknown-pragmas', ...(type === 'f16' ? ['-DSP_F16'] : [])];
}

const precompiled = new Map<string, Promise<string>>();

/** Compiles a module for the emulator; the path of a program that runs `entries`, see emulator/run.cpp. */
export async function compileForEmulator(
  code: string,
  entries: readonly string[],
  type: string,
): Promise<string> {
  const program = cached('g++', emulator, emulatorText, code, entries.join(), type);
  if (existsSync(program)) return program;
  if (!precompiled.has(type)) precompiled.set(type, precompile(type));
  const header = await precompiled.get(type)!;
  const text = `${program}.${process.pid}.cu`;
  writeFileSync(text, code);
  await run('g++', [
    ...flags(type),
    ...['-include', header],
    `-DSP_PRELUDE="${header}"`,
    `-DSP_TEXT="${text}"`,
    `-DSP_ENTRIES=${entries.join()}`,
    join(emulator, 'run.cpp'),
    ...['-o', `${program}.${process.pid}`],
  ]);
  renameSync(`${program}.${process.pid}`, program);
  return program;
}

/** What ptxas says of one kernel. */
export interface KernelUsage {
  readonly kernel: string;
  readonly registers: number;
  readonly spilledBytes: number;
}

export interface DeviceCompilation {
  readonly kernels: readonly KernelUsage[];
  /** Everything else that the compiler had to say. */
  readonly messages: readonly string[];
}

/** Compiles a module for `architecture` (`sm_80`) by nvcc and reads what ptxas reports. */
export async function compileForDevice(code: string, architecture: string): Promise<DeviceCompilation> {
  const report = cached('nvcc', code, architecture);
  if (!existsSync(report)) {
    const text = `${report}.${process.pid}.cu`;
    writeFileSync(text, code);
    const output = `${report}.${process.pid}.cubin`;
    const flags = ['-std=c++17', `-arch=${architecture}`, '-cubin', '-Xptxas', '-v', '-o', output];
    const { stdout, stderr } = await run('nvcc', [...flags, text]);
    writeFileSync(report, `${stdout}${stderr}`.replaceAll(text, 'module.cu'));
  }
  return readReport(readFileSync(report, 'utf8'));
}

function readReport(text: string): DeviceCompilation {
  const kernels: KernelUsage[] = [];
  const messages: string[] = [];
  let spilled = 0;
  let kernel = '';
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const properties = /Function properties for (\w+)/.exec(line);
    const spills = /(\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    const usage = /Used (\d+) registers/.exec(line);
    if (properties) kernel = properties[1];
    else if (spills) spilled = Number(spills[1]) + Number(spills[2]);
    else if (usage) kernels.push({ kernel, registers: Number(usage[1]), spilledBytes: spilled });
    else if (!/bytes gmem|Compiling entry function|Compile time/.test(line)) messages.push(line);
  }
  return { kernels, messages };
}
