import { fileURLToPath } from 'node:url';
import base from '../../jest.config.mjs';

/** Jest for one place: the tests that `main.ts` names, and no reporter of ours. */
export default {
  ...base,
  rootDir: '../..',
  // Stryker wraps the environment, and wants its whole path.
  testEnvironment: fileURLToPath(new URL('../shared-realm-environment.mjs', import.meta.url)),
  testMatch: JSON.parse(process.env.MUTATION_TESTS ?? '[]').map((glob) => `<rootDir>/${glob}`),
  reporters: [],
  setupFilesAfterEnv: ['<rootDir>/tests/mutation/no-shrinking.mjs'],
};
