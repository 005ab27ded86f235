import { choice, flag, repeatable } from '../command-line.ts';
import { SCENARIOS } from './scenarios.ts';

const NAMES = SCENARIOS.map(({ name }) => name);

/** The command line of the demo. */
export const DEMO_COMMAND_LINE = {
  command: 'npm run demo --',
  description:
    'Drives real orders through every way they can go, shows the timeline and the saga of each, and checks that each ended as it must and that all invariants hold. Uses the stack that `npm start` runs; where none runs, starts a temporary one. Exit code 0 only if all is as it must be.',
  options: {
    only: repeatable(choice('NAME', 'run this scenario only', NAMES)),
    'own-stack': flag('start a temporary stack even if one runs'),
    json: flag('one JSON document instead of text'),
  },
  epilogue: SCENARIOS.map(({ name, description }) => `  ${name.padEnd(24)}${description}`).join('\n'),
};
