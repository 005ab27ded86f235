import type { Durability } from '../options.ts';
import { createMachine, startMany, timed, untilIdle } from './client.ts';
import { chain, tasks } from './machines.ts';
import { count, type Row } from './table.ts';

const CHAIN_LENGTH = 49;
const TASKS_LENGTH = 5;
const AT_ONCE = 48;

/** State transitions per second of executions that never wait: what one step of the core does is one commit. */
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

/** The same where every state calls a Lambda function, so that each transition is a commit before and one after. */
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
