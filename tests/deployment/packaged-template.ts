import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { PROJECT_ROOT } from '../../embedded/configuration.ts';

const SOURCES = [
  'serverless.yml',
  'package.json',
  'proto',
  'telemetry',
  'aws-clients',
  'functions',
  'infrastructure',
  'grpc-services',
  'statemachines',
  'embedded',
  'localstack',
  'packages',
];

/** An empty zip file in place of the code: the template is the same, and packaging takes 3 s. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);

const template = z.object({
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Condition: z.string().optional(),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
      DependsOn: z.union([z.string(), z.array(z.string())]).optional(),
      Metadata: z.record(z.string(), z.unknown()).optional(),
      Properties: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});

/** The CloudFormation template that `serverless deploy` uploads. */
export type Template = z.output<typeof template>;

/** Output of `serverless package`. */
export interface PackagedTemplate {
  readonly template: Template;
  readonly file: string;
  readonly remove: () => Promise<void>;
}

/** Differences from a default deployment. */
export interface Packaging {
  /** Environment variables of the deployment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Choices of the deployment, as `--param`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** A file to leave out of the checkout. */
  readonly without?: string;
}

/** Variables that a developer may have set for other stacks. */
const OWN_VARIABLES =
  /^(AWS_ENDPOINT_URL|AUTH_MODE|API_KEYS|JWT_|GRPC_|INVENTORY_GRPC_URL|PAYMENT_|PLACE_MAX_IN_FLIGHT|IMAGE_TAG)/;

/**
 * Packages a copy of the service and leaves the checkout untouched.
 *
 * @throws {Error} `serverless package` failed; the message has its output
 */
export async function packageTemplate(stage: string, packaging: Packaging = {}): Promise<PackagedTemplate> {
  const folder = await copyService();
  if (packaging.without !== undefined) {
    await rm(join(folder, packaging.without));
  }
  await writeFile(join(folder, 'empty.zip'), EMPTY_ZIP);
  const description = await readFile(join(folder, 'serverless.yml'), 'utf8');
  await writeFile(join(folder, 'serverless.yml'), withoutCode(description));
  const parameters = Object.entries(packaging.parameters ?? {}).map(([name, value]) => `--param=${name}=${value}`);
  const command = [join('node_modules', 'serverless', 'bin', 'serverless.js'), 'package', '--stage', stage];
  await promisify(execFile)(process.execPath, [...command, '--package', 'out', ...parameters], {
    cwd: folder,
    env: { ...withoutOwnVariables(), ...packaging.environment },
  });
  const file = join(folder, 'out', 'cloudformation-template-update-stack.json');
  return {
    template: template.parse(JSON.parse(await readFile(file, 'utf8'))),
    file,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A copy of the service in a folder of its own, with the checkout's packages. */
export async function copyService(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'packaged-template-'));
  for (const source of SOURCES) {
    await cp(join(PROJECT_ROOT, source), join(folder, source), { recursive: true });
  }
  await symlink(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** This process's environment without what a developer has set for other stacks. */
export function withoutOwnVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OWN_VARIABLES.test(name)));
}

function withoutCode(description: string): string {
  const changed = description
    .replace(/^ {2}individually: true$/m, '  artifact: empty.zip')
    .replace(/^ {2}- \.\/embedded\/bundling-plugin\.cjs\n/m, '');
  if (!changed.includes('artifact: empty.zip') || changed.includes('bundling-plugin')) {
    throw new Error('serverless.yml has changed: packaged-template.ts cannot find the parts that it replaces.');
  }
  return changed;
}
