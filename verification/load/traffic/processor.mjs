// Artillery bundles a TypeScript processor to CommonJS, which an ESM package cannot load; Node itself can run the steps.
export * from './steps.ts';
