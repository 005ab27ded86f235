import { flag, runCommand, say } from '../../command-line.ts';
import { awsConnectionFrom } from '../reader/aws-connection.ts';
import { SnapshotReader } from '../reader/snapshot-reader.ts';
import { checkLive, type TooManyOrders } from './live-check.ts';
import type { LiveFinding, LiveInvariant, LiveVerdict } from './live-verdict.ts';

const COMMAND_LINE = {
  command: 'npm run invariants --',
  description:
    'Looks once at the stack that runs, and checks the invariants over all its orders that are at rest. It changes nothing. A finding that a second look has too is a violation. Exit code 0 only if nothing was found.',
  options: { json: flag('one JSON document instead of text') },
};

await runCommand(COMMAND_LINE, async ({ json }) => {
  const reader = new SnapshotReader(awsConnectionFrom(process.env));
  try {
    const verdict = await checkLive(reader);
    say(json ? JSON.stringify(verdict) : describe(verdict));
    const isClean = 'invariants' in verdict && verdict.invariants.every(({ total }) => total === 0);
    return isClean ? 0 : 1;
  } finally {
    reader.close();
  }
});

function describe(verdict: LiveVerdict | TooManyOrders): string {
  if ('too_many' in verdict) {
    return `There are ${verdict.too_many} orders. At most ${verdict.most} are checked while they come and go.`;
  }
  const counted = `${verdict.orders} orders, ${verdict.on_their_way} on their way`;
  return [...verdict.invariants.map(describeInvariant), counted].join('\n');
}

function describeInvariant({ invariant, unchecked, total, findings }: LiveInvariant): string {
  if (unchecked !== undefined) {
    return `not checked  ${invariant}`;
  }
  return [`${total === 0 ? 'holds       ' : 'FOUND       '} ${invariant}`, ...findings.map(describeFinding)].join('\n');
}

function describeFinding(found: LiveFinding): string {
  const what = 'order_id' in found ? `order ${found.order_id}` : `item ${found.item_id}`;
  return `               ${what}: ${found.finding}`;
}
