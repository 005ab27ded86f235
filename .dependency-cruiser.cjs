/**
 * Imports run one way:
 *
 *   proto <- grpc-services, functions <- embedded <- verification <- tests
 *   packages/stepfunctions stands alone; others import its face only
 *
 * A test file may also import tests/support.
 */
const IO_MODULES =
  '^(node:)?(fs|net|http|https|http2|child_process|worker_threads|sqlite|dgram|tls|dns|os|timers|process|cluster|readline|repl|inspector)(/|$)';
const TEST = '\\.test\\.ts$';
const ENGINE = '^packages/stepfunctions/src';
const PURE = `${ENGINE}/(core|language|validation)/`;
const PRODUCT = '^(proto|grpc-services|functions|statemachines|localstack|packages)/';

module.exports = {
  forbidden: [
    {
      name: 'product-knows-neither-the-laptop-nor-its-proofs',
      comment: 'What runs in the cloud imports nothing of the stack on a laptop, of what tries it out, or of tests.',
      severity: 'error',
      from: { path: PRODUCT, pathNot: [TEST, '/testing/'] },
      to: { path: '^(embedded|verification|tests)/' },
    },
    {
      name: 'only-tests-import-verification',
      severity: 'error',
      from: { pathNot: ['^(verification|tests)/', TEST] },
      to: { path: '^verification/' },
    },
    {
      name: 'only-tests-import-tests',
      severity: 'error',
      from: { pathNot: ['^tests/', TEST] },
      to: { path: '^tests/' },
    },
    {
      name: 'functions-stay-apart',
      severity: 'error',
      from: { path: '^functions/', pathNot: TEST },
      to: { path: '^(grpc-services|statemachines|packages|scripts|localstack)/' },
    },
    {
      name: 'services-stay-apart',
      severity: 'error',
      from: { path: '^grpc-services/', pathNot: TEST },
      to: { path: '^(functions|statemachines|packages|scripts|localstack)/' },
    },
    {
      name: 'inventory-and-payment-share-only-common',
      severity: 'error',
      from: { path: '^grpc-services/inventory/' },
      to: { path: '^grpc-services/payment/' },
    },
    {
      name: 'payment-and-inventory-share-only-common',
      severity: 'error',
      from: { path: '^grpc-services/payment/' },
      to: { path: '^grpc-services/inventory/' },
    },
    {
      name: 'common-knows-no-service',
      severity: 'error',
      from: { path: '^grpc-services/common/', pathNot: TEST },
      to: { path: '^grpc-services/(inventory|payment)/' },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^proto/' },
      to: { path: '^(?!proto/|node_modules/)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'engine-stands-alone',
      comment: 'The engine is a package of its own: it knows no order and nothing else of this repository.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TEST },
      to: { path: '^(?!packages/|node_modules/)', dependencyTypesNot: ['core'] },
    },
    {
      name: 'engine-only-by-its-face',
      comment: 'The face is what `exports` in packages/stepfunctions/package.json names.',
      severity: 'error',
      from: { pathNot: '^packages/' },
      to: { path: '^packages/', pathNot: `${ENGINE}/(index|core|random|main|endpoint/foreign-page)\\.ts$` },
    },
    {
      name: 'engine-tests-use-its-face-too',
      severity: 'error',
      from: { path: '^(embedded|verification|tests|functions|grpc-services|statemachines)/' },
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
      name: 'language-does-not-know-the-core',
      severity: 'error',
      from: { path: `${ENGINE}/language/`, pathNot: TEST },
      to: { path: `${ENGINE}/(core|validation)/` },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { pathNot: '^proto/gen' },
      to: { circular: true },
    },
    // aws-lambda is a package of types alone, by the name of @types/aws-lambda.
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^aws-lambda$' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/stepfunctions/dist/' },
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
