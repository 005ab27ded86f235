/** A part of the code whose tests are tried by mutation. */
export interface Place {
  /** What is mutated, as globs from the root of the repository. */
  readonly mutate: readonly string[];
  /** The tests that have to notice, as globs. Tests of the whole stack are too slow to run once a mutant. */
  readonly tests: readonly string[];
}

const NO_TESTS = ['!**/*.test.ts', '!**/testing/**'];

function room(folder: string, tests: readonly string[]): Place {
  return { mutate: [`${folder}/**/*.ts`, ...NO_TESTS], tests };
}

/** The places that `npm run mutation` knows, by name. */
export const PLACES: Readonly<Record<string, Place>> = {
  'functions/orders': room('functions/orders', ['functions/**/*.test.ts', 'statemachines/*.test.ts']),
  'functions/http': room('functions/http', ['functions/**/*.test.ts']),
  'functions/access': room('functions/access', ['functions/**/*.test.ts']),
  'grpc-services/inventory': room('grpc-services/inventory', ['grpc-services/**/*.test.ts']),
  'grpc-services/payment': room('grpc-services/payment', ['grpc-services/**/*.test.ts']),
  core: room('packages/stepfunctions/src/core', ['packages/stepfunctions/src/**/*.test.ts']),
  runtime: room('packages/stepfunctions/src/runtime', ['packages/stepfunctions/src/**/*.test.ts']),
  api: room('packages/stepfunctions/src/api', ['packages/stepfunctions/src/**/*.test.ts']),
  'verification/invariants': room('verification/invariants', ['verification/invariants/**/*.test.ts']),
};
