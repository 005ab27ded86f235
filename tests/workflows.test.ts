import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
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
      steps: z.array(
        z.object({
          name: z.string().optional(),
          if: z.string().optional(),
          uses: z.string().optional(),
          run: z.string().optional(),
        }),
      ),
    }),
  ),
});

const FILES = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, content: workflow.parse(parseYaml(text)) };
});
const STEPS = FILES.flatMap(({ name, content }) =>
  Object.values(content.jobs).flatMap(({ steps }) => steps.map((step) => ({ ...step, name }))),
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

const { validateWorkflow } = createRequire(import.meta.url)('@action-validator/core') as {
  readonly validateWorkflow: (text: string) => { readonly errors: readonly { readonly code: string }[] };
};

// It says of each pattern of paths that it does not look into them.
jest.spyOn(console, 'warn').mockReturnValue();

test('every workflow follows the schema of GitHub, and its jobs wait for jobs that are there', () => {
  expect(FILES.length).toBeGreaterThan(3);
  for (const { name, text } of FILES) {
    expect([name, validateWorkflow(text).errors]).toEqual([name, []]);
  }
});

test.each([
  ['a misspelled key', 'timeout-minutes: 110', 'timeout-minute: 110', 'one_of'],
  ['a job that is not there', 'needs: test', 'needs: tests', 'unresolved_job'],
])('the check of the schema notices %s', (_, right, wrong, code) => {
  const { text = '' } = FILES.find(({ name }) => name === 'deploy.yml') ?? {};
  expect(text).toContain(right);
  const { errors } = validateWorkflow(text.replace(right, wrong));
  expect(errors.map((error) => error.code)).toEqual([code]);
});

test('a job runs what needs Python, with every linter and emulator that the tests look for', () => {
  const { aws } = FILES.find(({ name }) => name === 'ci.yml')?.content.jobs ?? {};
  const commands = aws?.steps.flatMap(({ run }) => run ?? []) ?? [];
  expect(commands).toContain('npm run test:aws');
  expect(commands.join('\n')).toContain('go install github.com/rhysd/actionlint/cmd/actionlint@v');
  const [, file = ''] = /pip install --requirement (\S+)/.exec(commands.join('\n')) ?? [];
  const packages = readFileSync(join(PROJECT_ROOT, file), 'utf8');
  expect([...packages.matchAll(/^([\w-]+)(?:\[\w+\])?==[\d.]+$/gm)].map(([, name]) => name)).toEqual([
    'cfn-lint',
    'checkov',
    'ministack',
    'moto',
  ]);
});

test('a deployment that fails, or that nobody watched to its end, is rolled back with a role that is still valid', () => {
  const steps = FILES.find(({ name }) => name === 'deploy.yml')?.content.jobs.deploy?.steps ?? [];
  const names = steps.map(({ name, uses = '' }) => name ?? uses.split('@')[0]);
  const last = names.indexOf('Roll back');
  expect(names.indexOf('Deploy')).toBeLessThan(names.indexOf('End-to-end checks'));
  expect(names.indexOf('End-to-end checks')).toBeLessThan(last);
  expect(steps[last - 1]?.uses).toContain('aws-actions/configure-aws-credentials@');
  for (const { if: condition } of [steps[last], steps[last - 1]].flatMap((step) => step ?? [])) {
    expect(condition).toBe(
      "(failure() || cancelled()) && steps.before.outputs.timestamp != '' && steps.deploy.outcome != 'skipped'",
    );
  }
  expect(steps[last]?.run).toContain('npx serverless rollback --stage "$STAGE" --timestamp "$TIMESTAMP"');
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
