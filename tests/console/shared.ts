import { withConsole } from '../support/console-fixture.ts';

/**
 * The stack and the browser of all parts of `console.test.ts`. Holds that ran out are given back within a second, and the
 * traces of orders are kept.
 */
export const shared = withConsole({ environment: { SWEEP_INTERVAL_SECONDS: '1', TRACES: 'console' } });
