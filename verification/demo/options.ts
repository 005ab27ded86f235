import { parseArgs } from 'node:util';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';

/** What `--help` shows. */
export const help = `npm run demo [-- options]

Drives real orders through every way they can go, shows each order's timeline and its saga's path, and checks that each
ended as it must and that all invariants hold. Uses the stack that \`npm start\` runs; where none runs, starts a temporary
one. Exit code 0 only if all is as it must be.

  --only NAME   play only this one; may be repeated
  --own-stack   start a temporary stack even if one runs
  --json        one JSON document instead of text
  --help        this text

${scenarios.map(({ name, story }) => `  ${name.padEnd(24)}${story}`).join('\n')}`;

/** How the demo was asked for. */
export interface DemoOptions {
  readonly scenarios: readonly Scenario[];
  readonly ownStack: boolean;
  readonly json: boolean;
}

/**
 * Reads the command line.
 *
 * @throws {Error} naming the option at fault
 */
export function readDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      'own-stack': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    return 'help';
  }
  return { scenarios: chosen(values.only), ownStack: values['own-stack'], json: values.json };
}

function chosen(names: readonly string[] | undefined): readonly Scenario[] {
  if (names === undefined) {
    return scenarios;
  }
  return names.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found !== undefined) {
      return found;
    }
    throw new Error(`--only is "${name}"; it must be one of ${scenarios.map((scenario) => scenario.name).join(', ')}.`);
  });
}
