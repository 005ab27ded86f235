import { afterAll, beforeAll } from '@jest/globals';
import { type PackagedTemplate, packageTemplate } from './packaged-template.ts';

let packaged: PackagedTemplate | undefined;

beforeAll(async () => {
  packaged = await packageTemplate('dev');
}, 120_000);

afterAll(() => packaged?.remove());

/** The stack of stage `dev` without any choice, for all parts of `packaged-stack.test.ts`. Throws outside of their tests. */
export function defaultDeployment(): PackagedTemplate {
  if (packaged === undefined) {
    throw new Error('There is a packaged stack only inside of tests.');
  }
  return packaged;
}
