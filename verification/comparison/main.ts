import { join, resolve } from 'node:path';
import { choice, flag, repeatable, runCommand, text, withDefault } from '../command-line.ts';
import { machineLine, thisMachine } from '../report/machine.ts';
import { comparePeer } from './compare-peer.ts';
import { type Column, comparisonTable } from './comparison-table.ts';
import { startEchoFunction } from './echo-function.ts';
import type { Peer } from './peer.ts';
import { library } from './peers/library.ts';
import { RESTATE } from './peers/restate.ts';
import { MINISTACK, MOTO, thisEngine } from './peers/servers.ts';

const NAMES = ['this engine', 'moto', 'MiniStack', 'aws-local-stepfunctions', 'Restate'] as const;

const COMMAND_LINE = {
  command: 'npm run compare --',
  description:
    'Compares the engine with others: each from its registry, on this machine, one after the other. They are installed into .compare/; moto and MiniStack need Python 3.',
  options: {
    only: repeatable(choice('PEER', `measure this one: ${NAMES.join(', ')}`, NAMES)),
    quick: flag('a tenth of the executions'),
    recordings: withDefault(
      join('..', 'shared', 'conformance'),
      text('FOLDER', 'recordings of AWS with their runner; without it the row is left out'),
    ),
  },
};

function peerNamed(name: (typeof NAMES)[number], lambdaUrl: string): Peer {
  switch (name) {
    case 'this engine':
      return thisEngine(lambdaUrl);
    case 'moto':
      return MOTO;
    case 'MiniStack':
      return MINISTACK;
    case 'aws-local-stepfunctions':
      return library(lambdaUrl);
    case 'Restate':
      return RESTATE;
    default:
      return name satisfies never;
  }
}

await runCommand(COMMAND_LINE, async ({ only, quick, recordings }) => {
  const echo = await startEchoFunction();
  const plan = {
    executions: quick ? 100 : 1_000,
    recordings: resolve(recordings),
    say: (line: string) => console.error(line),
  };
  try {
    const columns: Column[] = [];
    for (const name of only.length === 0 ? NAMES : only) {
      columns.push(await comparePeer(peerNamed(name, echo.url), plan));
    }
    console.log(`\n${machineLine(thisMachine())}\n\n${comparisonTable(columns)}`);
    return 0;
  } finally {
    await echo.close();
  }
});
