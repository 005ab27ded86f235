/**
 * Imports run one way. Each room may import the rooms that it names, all of which stand above it; so rooms form no circle.
 * Test files may import any room, but of the engine only its public face.
 */
const ROOMS = {
  proto: [],
  telemetry: [],
  'aws-clients': [],
  packages: [],
  console: ['packages'],
  statemachines: [],
  localstack: [],
  'grpc-services': ['proto', 'telemetry', 'aws-clients'],
  functions: ['proto', 'telemetry', 'aws-clients'],
  embedded: ['aws-clients', 'console', 'functions', 'grpc-services', 'packages', 'telemetry'],
  infrastructure: [],
  scripts: ['embedded', 'functions', 'infrastructure'],
  verification: ['embedded', 'functions', 'packages', 'proto', 'statemachines'],
};

const TEST = '\\.test\\.ts$';
const TESTS_ROOM = 'tests';
const ENGINE = '^packages/stepfunctions/src';
const PURE = `${ENGINE}/(core|language|service-models|validation)/`;
const IO_MODULES =
  '^(node:)?(fs|net|http|https|http2|child_process|worker_threads|sqlite|dgram|tls|dns|os|timers|process|cluster|readline|repl|inspector)(/|$)';

/** Modules that the engine's package.json exports. */
const FACE = Object.values(require('./packages/stepfunctions/package.json').exports).map(
  (file) => `^packages/stepfunctions/${file.replace('./', '').replaceAll('.', '\\.')}$`,
);

/** One rule a room, such as `functions-imports-allowed-rooms-only`. */
function roomRules() {
  const rooms = Object.keys(ROOMS);
  return rooms.map((room, position) => {
    const allowed = ROOMS[room];
    const above = rooms.slice(0, position);
    if (!allowed.every((other) => above.includes(other))) {
      throw new Error(`.dependency-cruiser.cjs: ${room} may import only rooms that are listed above it`);
    }
    const forbidden = [...rooms, TESTS_ROOM].filter((other) => other !== room && !allowed.includes(other));
    return {
      name: `${room}-imports-allowed-rooms-only`,
      comment: `Allowed: ${allowed.join(', ') || 'none'}.`,
      severity: 'error',
      from: { path: `^${room}/`, pathNot: TEST },
      to: { path: `^(${forbidden.join('|')})/` },
    };
  });
}

module.exports = {
  forbidden: [
    ...roomRules(),
    {
      name: 'functions-common-imports-no-other-folder',
      comment:
        'Within functions: common <- access, clients <- orders <- webhooks <- environment.ts <- http, saga, scheduled, events.',
      severity: 'error',
      from: { path: '^functions/common/', pathNot: TEST },
      to: { path: '^functions/(?!common/)' },
    },
    {
      name: 'functions-access-and-clients-import-only-common',
      severity: 'error',
      from: { path: '^functions/(access|clients)/', pathNot: TEST },
      to: { path: '^functions/(?!common/)', pathNot: '^functions/$1/' },
    },
    {
      name: 'functions-orders-import-only-clients-and-common',
      severity: 'error',
      from: { path: '^functions/orders/', pathNot: TEST },
      to: { path: '^functions/(?!(common|clients|orders)/)' },
    },
    {
      name: 'functions-webhooks-import-no-handler-and-no-access',
      severity: 'error',
      from: { path: '^functions/webhooks/', pathNot: TEST },
      to: { path: '^functions/(?!(common|clients|orders|webhooks)/)' },
    },
    {
      name: 'functions-environment-imports-no-handler',
      severity: 'error',
      from: { path: '^functions/environment\\.ts$' },
      to: { path: '^functions/(http|saga|scheduled|events)/' },
    },
    {
      name: 'functions-handlers-stay-apart',
      severity: 'error',
      from: { path: '^functions/(http|saga|scheduled|events)/', pathNot: TEST },
      to: { path: '^functions/(http|saga|scheduled|events)/', pathNot: '^functions/$1/' },
    },
    {
      name: 'inventory-does-not-import-payment',
      severity: 'error',
      from: { path: '^grpc-services/inventory/' },
      to: { path: '^grpc-services/payment/' },
    },
    {
      name: 'payment-does-not-import-inventory',
      severity: 'error',
      from: { path: '^grpc-services/payment/' },
      to: { path: '^grpc-services/inventory/' },
    },
    {
      name: 'service-common-imports-no-service',
      severity: 'error',
      from: { path: '^grpc-services/common/', pathNot: TEST },
      to: { path: '^grpc-services/(inventory|payment)/' },
    },
    {
      name: 'engine-only-by-its-public-face',
      comment: 'The face is what `exports` in packages/stepfunctions/package.json names.',
      severity: 'error',
      from: { pathNot: '^packages/' },
      to: { path: '^packages/', pathNot: FACE },
    },
    {
      name: 'engine-only-by-its-package-name',
      comment: 'A relative path to the engine would break once it is installed as a package.',
      severity: 'error',
      from: { pathNot: '^packages/' },
      to: {
        path: '^packages/',
        dependencyTypesNot: ['aliased', 'npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown', 'localmodule'],
      },
    },
    {
      name: 'pure-core-does-no-io',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: { path: IO_MODULES },
    },
    {
      name: 'pure-core-imports-no-shell',
      severity: 'error',
      from: { path: PURE, pathNot: TEST },
      to: { path: '^packages/', pathNot: PURE },
    },
    {
      name: 'language-does-not-import-the-core',
      severity: 'error',
      from: { path: `${ENGINE}/language/`, pathNot: TEST },
      to: { path: `${ENGINE}/(core|validation)/` },
    },
    {
      name: 'no-circle-of-files',
      severity: 'error',
      from: { pathNot: '^proto/gen' },
      to: { circular: true },
    },
    {
      name: 'every-import-resolves',
      comment: 'aws-lambda has types only, in @types/aws-lambda.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages/stepfunctions|console)/dist/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.css', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
