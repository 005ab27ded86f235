import { createRequire } from 'node:module';
import SharedRealmEnvironment from '../shared-realm-environment.mjs';

// Stryker gives the mixin to `require` alone.
const { mixinJestEnvironment } = createRequire(import.meta.url)('@stryker-mutator/jest-runner');

/** The environment of every test, in which Stryker chooses the mutant. */
export default mixinJestEnvironment(SharedRealmEnvironment);
