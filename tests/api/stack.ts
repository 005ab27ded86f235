import { withStack } from '../support/embedded-stack.ts';

/** The stack of all parts of `api.test.ts`. */
export const shared = withStack();
