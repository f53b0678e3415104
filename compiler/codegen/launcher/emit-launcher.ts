import type { LauncherHeader } from './launcher-header.ts';
import type { LauncherDescriptor } from './launcher-target.ts';
import { printConstants } from './print-constants.ts';

/**
 * The typed TypeScript module of one attention. Around WGSL it imports `sparsec/runtime` only and runs in Node and in
 * browsers; around CUDA it imports `sparsec/runtime/cuda` and runs in Node. It passes strict type checking and depends on
 * nothing but its arguments.
 */
export async function emitLauncher(descriptor: LauncherDescriptor, header: LauncherHeader): Promise<string> {
  // ts-morph and prettier are heavy: most commands never emit a launcher.
  const [{ buildModule }, { formatModule }] = await Promise.all([
    import('./build-module.ts'),
    import('./format-module.ts'),
  ]);
  const typed = await formatModule(buildModule(descriptor, header));
  return `${typed}\n${printConstants(descriptor, header)}`;
}
