import type { AttentionDescriptor } from '../../../runtime/descriptor.ts';
import type { LauncherHeader } from './launcher-header.ts';
import { printConstants } from './print-constants.ts';

/**
 * The typed TypeScript module of one attention. It imports `sparsec/runtime` only, runs in Node and in browsers, passes
 * strict type checking, and depends on nothing but its arguments.
 */
export async function emitLauncher(descriptor: AttentionDescriptor, header: LauncherHeader): Promise<string> {
  // ts-morph and prettier are heavy: most commands never emit a launcher.
  const [{ buildModule }, { formatModule }] = await Promise.all([
    import('./build-module.ts'),
    import('./format-module.ts'),
  ]);
  const typed = await formatModule(buildModule(descriptor, header));
  return `${typed}\n${printConstants(descriptor)}`;
}
