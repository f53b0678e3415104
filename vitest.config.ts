import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/fixed-seed.ts'],
    // Kernels are compiled and executed on a software adapter: seconds each on a slow core.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A device a worker: more of them than cores only makes each slower.
    pool: 'forks',
  },
});
