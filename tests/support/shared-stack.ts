import { withStack } from './embedded-stack.ts';

/** An item of the catalogue. Its ten pieces are spread over four rows, so that no row has what a few orders need. */
export const SPREAD_ITEM = '0ec2fe2b-d061-43cd-a16e-672d2662e6fe';

/** The stack of all parts of `shared-stack.test.ts`. Each test makes orders of its own. */
export const shared = withStack({ environment: { SHARDED_ITEMS: `${SPREAD_ITEM}:4` } });
