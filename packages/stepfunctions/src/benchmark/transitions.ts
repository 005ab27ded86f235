import { StateMachine } from 'aws-local-stepfunctions';
import type { Durability } from '../options.ts';
import { createMachine, startMany, timed, untilIdle } from './client.ts';
import { chain, tasks } from './machines.ts';
import { count, type Row } from './table.ts';

const CHAIN_LENGTH = 49;
const TASKS_LENGTH = 5;
const AT_ONCE = 48;

/** Measures state transitions per second of executions that never wait. Each step of the core is one commit. */
export async function measureTransitions(url: string, durability: Durability, scale: number): Promise<readonly Row[]> {
  const arn = await createMachine(url, 'chain', chain(CHAIN_LENGTH));
  await startMany(url, arn, 200, AT_ONCE);
  const executions = 4_000 * scale;
  const ms = await timed(async () => {
    await startMany(url, arn, executions, AT_ONCE);
    await untilIdle(url, arn);
  });
  // Entering each of its states, Succeed included.
  const transitions = executions * (CHAIN_LENGTH + 1);
  return [
    {
      what: `durable transitions/s, ${CHAIN_LENGTH + 1} Pass and Choice states an execution (durability ${durability})`,
      figure: `**${count((transitions / ms) * 1_000)}** (${count((executions / ms) * 1_000)} executions/s)`,
    },
  ];
}

/** Measures transitions that each call a Lambda function, with a commit before and after the call. */
export async function measureTaskTransitions(
  url: string,
  durability: Durability,
  scale: number,
): Promise<readonly Row[]> {
  const arn = await createMachine(url, 'tasks', tasks(TASKS_LENGTH));
  await startMany(url, arn, 50, AT_ONCE);
  await untilIdle(url, arn);
  const executions = 1_500 * scale;
  const ms = await timed(async () => {
    await startMany(url, arn, executions, AT_ONCE);
    await untilIdle(url, arn);
  });
  const transitions = executions * TASKS_LENGTH;
  return [
    {
      what: `durable Task transitions/s, each a Lambda call over HTTP (durability ${durability})`,
      figure: `**${count((transitions / ms) * 1_000)}**`,
    },
  ];
}

/** Measures the same chain in `aws-local-stepfunctions`, which runs in the caller's process and stores nothing. */
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
