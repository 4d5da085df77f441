/** Public API of the reference implementation; see the docstrings of what is exported. */
export * from './codec.ts';
export * from './coordinator.ts';
