import { defineConfig, type ViteUserConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 70_000, hookTimeout: 180_000 } as const;

/** unit: pure code and single calls, side by side. system: real commands, which share two cores badly, one file at a time. */
const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: ['test/helpers/guests.ts'],
    projects: [
      {
        extends: true,
        test: { ...shared, name: 'unit', include: ['test/{runtime,host,meta}/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: 'system',
          include: ['test/{guests,security,hammer,native,frozen,conformance,differential}/**/*.test.ts'],
          fileParallelism: false,
        },
      },
    ],
  },
});

export default config;
