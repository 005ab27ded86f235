/** A part of the code whose tests are tried by mutation. */
export interface Place {
  /** What is mutated, as globs from the root of the repository. */
  readonly mutate: readonly string[];
  /** The tests that have to notice, as globs. Tests of the whole stack are too slow to run once a mutant. */
  readonly tests: readonly string[];
}

/** Programs are started as processes by their tests, into which Stryker does not see. */
const NEITHER_TESTS_NOR_PROGRAMS = ['!**/*.test.ts', '!**/testing/**', '!**/main.ts'];

function room(folder: string, tests: readonly string[]): Place {
  return { mutate: [`${folder}/**/*.ts`, ...NEITHER_TESTS_NOR_PROGRAMS], tests };
}

const ENGINE = 'packages/stepfunctions/src';

/** The places that `npm run mutation` knows, by name. */
export const PLACES: Readonly<Record<string, Place>> = {
  // Bundles, stacks and arbitrary requests are left out: they take minutes for each mutant that loads with its module.
  'functions/orders': room('functions/orders', [
    'functions/{orders,scheduled}/**/*.test.ts',
    'functions/http/{pay,pay-several-orders,place-order,place-order-start,claim-takeover,payment-events}.test.ts',
  ]),
  'functions/http': room('functions/http', [
    'functions/http/**/!(any-request|any-credentials).test.ts',
    'functions/{access,time-limits}.test.ts',
    'functions/orders/refunds/refund-redrive.test.ts',
    'tests/saga-history.test.ts',
  ]),
  'functions/access': room('functions/access', ['functions/access/*.test.ts', 'functions/http/authorizer.test.ts']),
  'grpc-services/inventory': room('grpc-services/inventory', [
    'grpc-services/inventory/**/*.test.ts',
    'grpc-services/common/hostile-requests.test.ts',
  ]),
  'grpc-services/payment': room('grpc-services/payment', [
    'grpc-services/payment/**/*.test.ts',
    'grpc-services/common/hostile-requests.test.ts',
  ]),
  // The test of purity reads the source, in which mutants stand.
  core: room(`${ENGINE}/core`, [`${ENGINE}/core/**/!(purity).test.ts`]),
  runtime: room(`${ENGINE}/runtime`, [
    `${ENGINE}/{runtime,journal}/**/*.test.ts`,
    `${ENGINE}/{engine,server,waiting-tasks,bounds}.test.ts`,
    `${ENGINE}/{api/concurrent-calls,integrations/mock-configuration,integrations/step-functions}.test.ts`,
  ]),
  api: room(`${ENGINE}/api`, [
    `${ENGINE}/api/**/*.test.ts`,
    `${ENGINE}/{server,waiting-tasks,bounds,hostile-requests,hostile-definitions}.test.ts`,
  ]),
  'verification/invariants': {
    mutate: ['verification/invariants/**/*.ts', ...NEITHER_TESTS_NOR_PROGRAMS],
    tests: ['verification/invariants/**/*.test.ts'],
  },
};
