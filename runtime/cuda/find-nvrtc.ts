import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { thisMachine, type Machine } from './find-driver.ts';

/** The variable that names the library of NVRTC, before all other places. */
export const NVRTC_VARIABLE = 'SPARSEC_NVRTC';

/** A library of NVRTC and the major version of the CUDA toolkit that it belongs to; 0 where its name does not tell. */
export interface NvrtcCandidate {
  readonly path: string;
  readonly major: number;
}

/**
 * The libraries of NVRTC on the machine: the one that SPARSEC_NVRTC names; else those of CUDA_HOME, CUDA_PATH and
 * /usr/local/cuda*, of the loader's folders, and of the wheels nvidia-cuda-nvrtc of pip and conda (which PyTorch
 * brings). A driver of CUDA `driverMajor` runs cubins of that major version and older ones: the newest of those goes
 * first, newer ones last.
 */
export function findNvrtc(driverMajor: number, machine: Machine = thisMachine): readonly NvrtcCandidate[] {
  const chosen = machine.env[NVRTC_VARIABLE];
  if (chosen) return [{ path: chosen, major: 0 }];
  const found = new Map<string, NvrtcCandidate>();
  for (const folder of nvrtcFolders(machine)) {
    for (const name of filesOf(folder)) {
      const major = nvrtcMajor(name);
      if (major === null) continue;
      const path = realpathSync(join(folder, name));
      if (!found.has(path)) found.set(path, { path: join(folder, name), major });
    }
  }
  const rank = ({ major }: NvrtcCandidate): number =>
    major <= driverMajor ? driverMajor - major : 100 + major;
  return [...found.values()].sort((a, b) => rank(a) - rank(b));
}

/** The folders that are looked into, those that exist, best first. */
export function nvrtcFolders({ platform, env }: Machine = thisMachine): readonly string[] {
  const toolkits = [env.CUDA_HOME, env.CUDA_PATH, env.CONDA_PREFIX].filter((root): root is string => !!root);
  if (platform === 'win32') {
    return existing(toolkits.flatMap((root) => [join(root, 'bin'), join(root, 'bin', 'x64')]));
  }
  const installed = ['/usr/local/cuda', ...childrenOf('/usr/local', /^cuda-/), '/opt/cuda'];
  const loader = (env.LD_LIBRARY_PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const target = process.arch === 'arm64' ? 'sbsa-linux' : 'x86_64-linux';
  return existing([
    ...[...toolkits, ...installed].flatMap((root) => [
      join(root, 'lib64'),
      join(root, 'targets', target, 'lib'),
      join(root, 'lib'),
    ]),
    ...loader,
    ...['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'],
    ...packageFolders(env).flatMap(wheelFolders),
  ]);
}

/** The folders of a wheel's libraries: `nvidia/cuda_nvrtc/lib` up to CUDA 12, `nvidia/cu13/lib` from 13 on. */
function wheelFolders(site: string): readonly string[] {
  const nvidia = join(site, 'nvidia');
  return [
    ...childrenOf(nvidia, /^cu\d+$/).map((root) => join(root, 'lib')),
    join(nvidia, 'cuda_nvrtc', 'lib'),
  ];
}

/** Where pip installs to: of PYTHONPATH, the virtual environment, the python on PATH, the user, the system. */
function packageFolders(env: Machine['env']): readonly string[] {
  const given = (env.PYTHONPATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const python = (env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'python3'))
    .find(existsSync);
  const roots = [
    env.VIRTUAL_ENV,
    env.CONDA_PREFIX,
    python && dirname(dirname(python)),
    python && dirname(dirname(realpathSync(python))),
    join(env.HOME ?? homedir(), '.local'),
    '/usr/local',
    '/usr',
  ].filter((root): root is string => !!root);
  const versions = roots.flatMap((root) => childrenOf(join(root, 'lib'), /^python3/));
  return [
    ...given,
    ...versions.flatMap((folder) => ['site-packages', 'dist-packages'].map((n) => join(folder, n))),
  ];
}

/** The major version of the toolkit out of `libnvrtc.so.13`, `libnvrtc.so.12.4.127`, `nvrtc64_130_0.dll`. */
function nvrtcMajor(name: string): number | null {
  const match = /^libnvrtc\.so\.(\d+)[\d.]*$|^nvrtc64_(\d+)\d_0\.dll$/.exec(name);
  return match ? Number(match[1] ?? match[2]) : null;
}

function existing(folders: readonly string[]): readonly string[] {
  return [...new Set(folders)].filter(existsSync);
}

function childrenOf(folder: string, name: RegExp): readonly string[] {
  return filesOf(folder)
    .filter((child) => name.test(child))
    .sort()
    .reverse()
    .map((child) => join(folder, child));
}

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
