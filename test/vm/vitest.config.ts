import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: ['test/helpers/guests.ts'],
    include: ['test/vm/*.vm.ts'],
    pool: 'forks',
    hookTimeout: 600_000,
  },
});
export default config;
