import { withStack } from '../support/embedded-stack.ts';

/** The stack of all parts of `orders.test.ts`. Each test makes orders of its own. */
export const shared = withStack();
