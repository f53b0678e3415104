import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from './find-driver.ts';

/** The variable that moves the cache (a folder) or switches it off (`off`). */
export const CACHE_VARIABLE = 'SPARSEC_CACHE';

/**
 * The folder that keeps compiled code between processes: `sparsec/nvrtc` in what SPARSEC_CACHE names, else in the user's
 * folder for caches (XDG_CACHE_HOME, LOCALAPPDATA, `~/.cache`). Null where it is switched off.
 */
export function cacheFolder({ platform, env }: Machine): string | null {
  const chosen = env[CACHE_VARIABLE];
  if (chosen === 'off') return null;
  const home = env.HOME ?? homedir();
  const user =
    platform === 'win32'
      ? (env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'))
      : (env.XDG_CACHE_HOME ?? join(home, '.cache'));
  return join(chosen || user, 'sparsec', 'nvrtc');
}
