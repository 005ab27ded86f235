import { StateMachine } from 'aws-local-stepfunctions';
import { timed } from './client.ts';
import { chain } from './machines.ts';
import { count, type Row } from './table.ts';

const CHAIN_LENGTH = 49;
const AT_ONCE = 48;

/** The same chain in `aws-local-stepfunctions`: a library that runs in the caller's process and keeps nothing. */
export async function measureInMemoryLibrary(scale: number): Promise<readonly Row[]> {
  const definition = chain(CHAIN_LENGTH) as unknown as ConstructorParameters<typeof StateMachine>[0];
  const machine = new StateMachine(definition);
  const executions = 4_000 * scale;
  let left = executions;
  const runner = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await machine.run({ value: 1 }).result;
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: AT_ONCE }, runner)));
  return [
    {
      what: 'transitions/s of aws-local-stepfunctions, same chain (in memory, no HTTP, no history kept)',
      figure: `${count(((executions * (CHAIN_LENGTH + 1)) / ms) * 1_000)} (${count((executions / ms) * 1_000)} executions/s)`,
    },
  ];
}
