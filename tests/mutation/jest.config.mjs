import base from '../../jest.config.mjs';

/** Jest for one place: the tests that `main.ts` names, and no reporter of ours. */
export default {
  ...base,
  rootDir: '../..',
  testEnvironment: '<rootDir>/tests/mutation/mutated-environment.mjs',
  testMatch: JSON.parse(process.env.MUTATION_TESTS ?? '[]').map((glob) => `<rootDir>/${glob}`),
  reporters: [],
  setupFilesAfterEnv: ['<rootDir>/tests/mutation/no-shrinking.mjs'],
};
