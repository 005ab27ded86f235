import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { PROJECT_ROOT } from '../embedded/configuration.ts';
import { parseYaml } from './support/yaml.ts';

const FOLDER = join(PROJECT_ROOT, '.github', 'workflows');
const permission = z.enum(['read', 'write', 'none']);
const workflow = z.object({
  permissions: z.record(z.string(), permission),
  jobs: z.record(
    z.string(),
    z.object({
      'timeout-minutes': z.number(),
      permissions: z.record(z.string(), permission).default({}),
      steps: z.array(z.object({ uses: z.string().optional(), run: z.string().optional() })),
    }),
  ),
});

const FILES = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, content: workflow.parse(parseYaml(text)) };
});
const STEPS = FILES.flatMap(({ name, content }) =>
  Object.values(content.jobs).flatMap(({ steps }) => steps.map((step) => ({ name, ...step }))),
);

test('every action is pinned to a commit, with its version beside it', () => {
  const uses = FILES.flatMap(({ name, text }) =>
    [...text.matchAll(/^ *(?:- )?uses: (.*)$/gm)].map(([, used = '']) => `${name}: ${used}`),
  );
  expect(uses.length).toBe(STEPS.filter((step) => step.uses !== undefined).length);
  expect(uses.filter((used) => !/: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used))).toEqual([]);
});

test('an action has the same version wherever it is used', () => {
  const versions = new Map<string, Set<string>>();
  for (const { uses } of STEPS) {
    const [action = '', commit = ''] = uses?.split('@') ?? [];
    versions.set(action, (versions.get(action) ?? new Set()).add(commit));
  }
  expect([...versions].filter(([, commits]) => commits.size > 1)).toEqual([]);
});

test('a job writes nothing unless it says so, and only the deployment may ask for a role in the account', () => {
  for (const { name, content } of FILES) {
    expect([name, content.permissions]).toEqual([name, { contents: 'read' }]);
    for (const [job, { permissions }] of Object.entries(content.jobs)) {
      const writes = Object.entries(permissions).filter(([, value]) => value === 'write');
      expect([name, job, writes]).toEqual([
        name,
        job,
        name === 'deploy.yml' && job === 'deploy' ? [['id-token', 'write']] : [],
      ]);
    }
  }
});

test('the tests run on every platform that a laptop may have', () => {
  const { jobs } = z
    .object({
      jobs: z.object({
        test: z.object({
          strategy: z.object({ matrix: z.object({ include: z.array(z.object({ runner: z.string() })) }) }),
        }),
        windows: z.object({ 'runs-on': z.string() }),
      }),
    })
    .parse(parseYaml(readFileSync(join(FOLDER, 'ci.yml'), 'utf8')));
  const runners = jobs.test.strategy.matrix.include.map(({ runner }) => runner);
  expect([...runners, jobs.windows['runs-on']]).toEqual([
    expect.stringMatching(/^ubuntu-[\d.]+$/),
    expect.stringMatching(/^ubuntu-[\d.]+-arm$/),
    expect.stringMatching(/^macos-/),
    expect.stringMatching(/^windows-/),
  ]);
});

test('every npm script, program and Dockerfile that a workflow runs is there', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')));
  const text = STEPS.map(({ run = '' }) => run).join('\n');
  const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((script) => scripts[script] === undefined)).toEqual([]);
  for (const [, file = ''] of text.matchAll(/--file (\S+)/g)) {
    expect(readFileSync(join(PROJECT_ROOT, file), 'utf8')).not.toBe('');
  }
});

const linter = spawnSync('actionlint', ['-version']).status === 0;
if (!linter) {
  process.stderr.write(
    'actionlint is not installed (go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12): NOT linted.\n',
  );
}

(linter ? test : test.skip)('actionlint finds nothing in the workflows', () => {
  const { stdout, status } = spawnSync('actionlint', ['-no-color'], { cwd: PROJECT_ROOT, encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});

const templateLinter = spawnSync('cfn-lint', ['--version']).status === 0;
if (!templateLinter) {
  process.stderr.write('cfn-lint is not installed (pip install cfn-lint): the role of the deployment is NOT linted.\n');
}

(templateLinter ? test : test.skip)('the template of the role that GitHub takes on passes cfn-lint', () => {
  const file = join(PROJECT_ROOT, 'infrastructure', 'github-deployer.yml');
  const { stdout, status } = spawnSync('cfn-lint', [file], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, '']);
});

const deployerTemplate = z.object({
  Resources: z.object({
    Deployer: z.object({
      Properties: z.object({
        AssumeRolePolicyDocument: z.object({ Statement: z.array(z.object({ Condition: z.unknown() })) }),
      }),
    }),
  }),
});

test('only jobs of one environment of one repository may take on the role of the deployment', () => {
  const text = readFileSync(join(PROJECT_ROOT, 'infrastructure', 'github-deployer.yml'), 'utf8');
  const template = deployerTemplate.parse(parseYaml(text));
  const { Statement } = template.Resources.Deployer.Properties.AssumeRolePolicyDocument;
  expect(Statement).toHaveLength(1);
  expect(Statement[0]?.Condition).toEqual({
    StringEquals: {
      'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation fills it in
      'token.actions.githubusercontent.com:sub': 'repo:${Repository}:environment:${Environment}',
    },
  });
});
