/** Imports run one way: contracts <- services and functions <- embedded; the engine's pure core does no I/O. */
const IO_MODULES =
  '^(node:)?(fs|net|http|https|http2|child_process|worker_threads|sqlite|dgram|tls|dns|os|timers|process)(/|$)';
const NOT_A_TEST = '\\.test\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'functions-stay-apart',
      severity: 'error',
      from: { path: '^functions', pathNot: NOT_A_TEST },
      to: { path: '^(embedded|grpc-services|load|tests)/' },
    },
    {
      name: 'services-stay-apart',
      severity: 'error',
      from: { path: '^grpc-services', pathNot: NOT_A_TEST },
      to: { path: '^(embedded|functions|load|tests)/' },
    },
    {
      name: 'inventory-and-payment-share-only-common',
      severity: 'error',
      from: { path: '^grpc-services/inventory' },
      to: { path: '^grpc-services/payment' },
    },
    {
      name: 'payment-and-inventory-share-only-common',
      severity: 'error',
      from: { path: '^grpc-services/payment' },
      to: { path: '^grpc-services/inventory' },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^proto' },
      to: { path: '^(embedded|functions|grpc-services|load|tests)/' },
    },
    {
      name: 'engine-knows-no-order',
      severity: 'error',
      from: { path: '^embedded/stepfunctions', pathNot: NOT_A_TEST },
      to: { path: '^(functions|grpc-services|proto|load|embedded/(?!stepfunctions|endpoint))' },
    },
    {
      name: 'pure-core-does-no-io',
      severity: 'error',
      from: { path: '^embedded/stepfunctions/(core|language|validation)', pathNot: NOT_A_TEST },
      to: { path: IO_MODULES },
    },
    {
      name: 'pure-core-imports-no-shell',
      severity: 'error',
      from: { path: '^embedded/stepfunctions/(core|language|validation)', pathNot: NOT_A_TEST },
      to: { path: '^embedded/stepfunctions/(journal|runtime|integrations|api|wire|server|main)' },
    },
    {
      name: 'language-does-not-know-the-core',
      severity: 'error',
      from: { path: '^embedded/stepfunctions/language', pathNot: NOT_A_TEST },
      to: { path: '^embedded/stepfunctions/core' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: '^proto/gen' },
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    // aws-lambda is a package of types alone, by the name of @types/aws-lambda.
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^aws-lambda$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
