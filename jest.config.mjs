/** Native ES modules; swc only strips the types. Slow proofs have commands of their own (see docs/testing.md). */
export default {
  testEnvironment: '<rootDir>/tests/shared-realm-environment.mjs',
  runtime: '<rootDir>/tests/shared-packages-runtime.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '/\\.esbuild/',
    '/\\.serverless/',
    '/\\.embedded/',
    '<rootDir>/.stryker-tmp/',
    // Parts run in the file that imports them.
    '\\.part\\.test\\.ts$',
  ],
  modulePathIgnorePatterns: ['/\\.esbuild/', '/\\.serverless/', '/\\.embedded/', '<rootDir>/.stryker-tmp/'],
  reporters: ['default', '<rootDir>/tests/closing-line-reporter.mjs'],
  testSequencer: '<rootDir>/tests/longest-first-sequencer.mjs',
  // CI has two cores. The long suites wait more than they compute.
  maxWorkers: 5,
  testTimeout: 60_000,
};
