import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['{model,impl,engine,properties,cli,bench,examples}/**/*.test.ts'],
    // Searches take seconds, not minutes; what takes longer says so at the test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
