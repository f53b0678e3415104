/** The printer of generated TypeScript modules. */
export { emitLauncher } from './emit-launcher.ts';
export type { LauncherHeader } from './launcher-header.ts';
