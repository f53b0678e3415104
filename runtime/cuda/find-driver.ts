import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** What the machine is, as far as places of libraries depend on it. Tests bring their own. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const thisMachine: Machine = { platform: process.platform, env: process.env };

/** The variable that names the driver library, before all other places. */
export const DRIVER_VARIABLE = 'SPARSEC_CUDA_DRIVER';

/** Folders where containers and WSL keep the driver without telling the loader. */
const FOLDERS: readonly string[] = ['/usr/local/nvidia/lib64', '/usr/lib/wsl/lib', '/usr/local/nvidia/lib'];

/** Names and paths to try for the library of the NVIDIA driver, best first; empty where CUDA does not exist. */
export function driverCandidates({ platform, env }: Machine = thisMachine): readonly string[] {
  const chosen = env[DRIVER_VARIABLE];
  if (chosen) return [chosen];
  switch (platform) {
    case 'linux':
      return ['libcuda.so.1', ...FOLDERS.map((folder) => join(folder, 'libcuda.so.1')).filter(existsSync)];
    case 'win32':
      return ['nvcuda.dll'];
    default:
      return [];
  }
}
