import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Examples import the package by its name; here that is the sources, not what was built last.
  resolve: {
    alias: [
      {
        find: /^psl-verify\/(model|impl|engine|properties)$/,
        replacement: `${fileURLToPath(new URL('.', import.meta.url))}$1/index.ts`,
      },
    ],
  },
  test: {
    environment: 'node',
    include: ['{model,impl,engine,properties,cli,bench,scale,mutation,examples}/**/*.test.ts'],
    // One worker a core: by default vitest leaves one core idle.
    maxWorkers: '100%',
    // Files share what is loaded and remembered: no test changes either, and all of it is pure.
    isolate: false,
    // Searches take seconds, not minutes; what takes longer says so at the test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
