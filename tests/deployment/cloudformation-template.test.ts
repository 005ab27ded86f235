import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type PackagedTemplate, packageTemplate } from './packaged-template.ts';
import { permissionsOf } from './permissions.ts';

let packaged: PackagedTemplate;

beforeAll(async () => {
  packaged = await packageTemplate('dev');
}, 120_000);

afterAll(() => packaged?.remove());

test('gives each role what was reviewed, and nothing more', () => {
  const lines = permissionsOf(packaged.template).map(
    ({ holder, effect, actions, resources }) => `${holder}: ${effect} ${actions.join(', ')} on ${resources.join(', ')}`,
  );
  expect(lines.toSorted()).toMatchSnapshot();
});

test('allows nobody everything, nor anything everywhere', () => {
  const allowed = permissionsOf(packaged.template).filter(({ effect }) => effect === 'Allow');
  expect(allowed.length).toBeGreaterThan(20);
  for (const { holder, actions, resources } of allowed) {
    expect({ holder, actions: actions.filter((action) => action.includes('*')) }).toEqual({ holder, actions: [] });
    expect({ holder, resources: resources.filter((resource) => resource === '*' || resource === '') }).toEqual({
      holder,
      resources: [],
    });
  }
});

test('says nothing of LocalStack', () => {
  expect(JSON.stringify(packaged.template)).not.toMatch(/localstack|_custom_id_/i);
});

const linter = spawnSync('cfn-lint', ['--version']).status === 0;
if (!linter) {
  process.stderr.write('cfn-lint is not installed (pip install cfn-lint): the template is NOT linted.\n');
}

(linter ? test : test.skip)(
  'passes cfn-lint',
  () => {
    const { stdout } = spawnSync('cfn-lint', ['--format', 'json', packaged.file], { encoding: 'utf8' });
    const findings = z
      .array(z.object({ Level: z.string(), Message: z.string(), Rule: z.object({ Id: z.string() }) }))
      .parse(JSON.parse(stdout));
    const errors = findings.filter(
      ({ Level, Rule, Message }) => Level === 'Error' && !isJsonataTimeout(Rule.Id, Message),
    );
    expect(errors).toEqual([]);
  },
  60_000,
);

/** TimeoutSeconds may be a JSONata expression; the linter knows numbers only. */
function isJsonataTimeout(rule: string, message: string): boolean {
  return rule === 'E3601' && /^'\{% .* %\}' is not of type 'number'$/.test(message);
}
