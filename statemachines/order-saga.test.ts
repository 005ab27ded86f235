import { describe, expect, test } from '@jest/globals';
import validator from 'asl-validator';
import jsonata from 'jsonata';
import { RESUME_STEPS } from '../functions/orders/resume-point.ts';
import { readOrderSaga, type SagaState } from './read-order-saga.ts';
import { retryBudget } from './retry-budget.ts';

const { definition: machine, text } = readOrderSaga();
function state(name: string): SagaState {
  const found = machine.States[name];
  if (found === undefined) {
    throw new Error(`the saga has no state ${name}`);
  }
  return found;
}

const BEFORE_THE_PIVOT = [
  'ReserveInventory',
  'RecordReservation',
  'AuthorizePayment',
  'AwaitPayment',
  'RecordAuthorization',
  'ExtendReservation',
  'CapturePayment',
];
const BEHIND_THE_PIVOT = ['RecordFreeOrder', 'RecordPayment', 'CommitInventory', 'ConfirmOrder'];
const COMPENSATION = ['VoidPayment', 'ReleaseInventory', 'CloseOrder', 'CloseCancelledOrder'];
const tasks = Object.entries(machine.States).filter(([, { Type }]) => Type === 'Task');

/** Returns the names of the states that can follow a state. */
function successors({ Next, Default, Choices = [], Catch = [] }: SagaState): readonly string[] {
  return [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((catcher) => catcher.Next)].filter(
    (name) => name !== undefined,
  );
}

/** Returns all states that are reachable from a state, itself included; nothing behind the state at which to stop. */
function reachableFrom(start: string, stopAt?: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) {
      continue;
    }
    seen.add(name);
    if (name === stopAt) {
      continue;
    }
    open.push(...successors(state(name)));
  }
  return seen;
}

test('the order saga is valid Amazon States Language', () => {
  const { isValid, errorsText } = validator(
    JSON.parse(text.replaceAll(/\$\{\w+Arn\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:f')),
  );
  expect(errorsText('\n')).toBe('');
  expect(isValid).toBe(true);
});

test('every state of the saga is reachable, and every path ends in Succeed, waits for a redrive or refuses its input', () => {
  expect([...reachableFrom(machine.StartAt)].sort()).toEqual(Object.keys(machine.States).sort());
  const ends = Object.entries(machine.States).filter(([, found]) => successors(found).length === 0);
  expect(ends.map(([name, { Type }]) => `${name}: ${Type}`).toSorted()).toEqual([
    'OrderClosed: Succeed',
    'OrderConfirmed: Succeed',
    'RefuseInput: Fail',
  ]);
});

test('every task of the saga has a timeout', () => {
  expect(tasks.length).toBeGreaterThan(10);
  expect(tasks.filter(([, { TimeoutSeconds }]) => TimeoutSeconds === undefined).map(([name]) => name)).toEqual([]);
});

test('every task of the saga is before the pivot, behind it, compensation, or parking', () => {
  const known = [...BEFORE_THE_PIVOT, ...BEHIND_THE_PIVOT, ...COMPENSATION, 'ParkOrder', 'AwaitRedrive', 'ResumeOrder'];
  expect(tasks.map(([name]) => name).sort()).toEqual([...known].sort());
});

describe.each(BEFORE_THE_PIVOT)('%s, before the pivot,', (name) => {
  test('compensates after every error, and catches States.ALL last', () => {
    const catchers = state(name).Catch ?? [];
    expect(catchers.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    for (const catcher of catchers) {
      if (catcher.Next === 'ResumeOrder') {
        expect(catcher.Assign).toHaveProperty('resume.after', name);
        continue;
      }
      expect(COMPENSATION).toContain(catcher.Next);
      expect(catcher.Assign).toHaveProperty('outcome.status');
      // A parked order goes on where its record stands.
      expect(reachableFrom(catcher.Next, 'ResumeOrder')).not.toContain('CapturePayment');
    }
  });

  test('is itself undone when its outcome is unknown', () => {
    const undo: Readonly<Record<string, string>> = {
      ReserveInventory: 'VoidPayment',
      RecordReservation: 'VoidPayment',
      // Another run of the order may be further: the record decides, and sends this one to VoidPayment where it is not.
      AwaitPayment: 'ResumeOrder',
    };
    expect(state(name).Catch?.at(-1)?.Next).toBe(undo[name] ?? 'VoidPayment');
  });

  test('retries with full jitter and capped back-off', () => {
    const backingOff = (state(name).Retry ?? []).filter(({ MaxAttempts }) => MaxAttempts !== 0);
    expect(backingOff.length).toBeGreaterThan(0);
    for (const retrier of backingOff) {
      expect(retrier).toMatchObject({ JitterStrategy: 'FULL', MaxDelaySeconds: 8 });
    }
  });
});

describe.each([...BEHIND_THE_PIVOT, ...COMPENSATION])('%s, behind the pivot or in compensation,', (name) => {
  test('retries every error for minutes, then parks the order', () => {
    expect(state(name).Retry?.at(-1)).toMatchObject({
      ErrorEquals: ['States.ALL'],
      MaxAttempts: 12,
      JitterStrategy: 'FULL',
    });
    const last = state(name).Catch?.at(-1);
    expect(last).toMatchObject({ ErrorEquals: ['States.ALL'], Next: 'ParkOrder', Assign: { parked_step: name } });
  });

  test('is resumed by a redrive', () => {
    const { Choices = [] } = state('ResumeAtStep');
    expect(Choices.find(({ Condition }) => Condition.includes(`'${name}'`))?.Next).toBe(name);
  });

  test('has words of its own in the reason that operators read', () => {
    const reason = state('ParkOrder').Arguments?.ExpressionAttributeValues?.[':reason']?.S;
    expect(reason).toMatch(new RegExp(`'${name}':\\s+'`));
  });
});

test('a refused parking, a wait that fails and a redrive ask the record where the saga goes on', () => {
  expect(state('ParkOrder').Catch?.map(({ Next }) => Next)).toEqual(['ResumeOrder']);
  expect(state('AwaitRedrive').Next).toBe('ResumeOrder');
  expect(state('ResumeOrder').Next).toBe('ResumeAtStep');
});

test('the saga has a way to every step at which an order can be resumed, and ends for an order that is over', () => {
  const { Choices = [], Default } = state('ResumeAtStep');
  const ways = Choices.map(({ Condition, Next }) => [/'(\w+)'/.exec(Condition)?.[1], Next]);
  expect(ways.map(([step]) => step)).toEqual(RESUME_STEPS.filter((step) => step !== 'OrderClosed'));
  expect(ways.every(([step, next]) => step === next)).toBe(true);
  expect(Default).toBe('OrderClosed');
});

test('every write of an open order says by when its saga must have written again; the last ones take that away', () => {
  const writes = tasks.flatMap(([name, { Arguments }]) => {
    const { UpdateExpression: update } = Arguments ?? {};
    if (update === undefined) {
      return [];
    }
    const [set = '', remove = ''] = update.split('REMOVE');
    return [{ name, due: set.includes('saga_due_at = :due'), none: remove.includes('saga_due_at') }];
  });
  const last = writes.filter(({ none }) => none).map(({ name }) => name);
  expect(last.toSorted()).toEqual(['CloseCancelledOrder', 'CloseOrder', 'ConfirmOrder', 'ParkOrder']);
  const due = writes.filter((write) => write.due).map(({ name }) => name);
  expect(due.toSorted()).toEqual(['RecordAuthorization', 'RecordFreeOrder', 'RecordPayment', 'RecordReservation']);
  expect(writes).toHaveLength(last.length + due.length);
});

test('every Lambda task retries crashes and transient Lambda errors', () => {
  const transient = [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
    'Lambda.Unknown',
    'Runtime.ExitError',
    'Sandbox.Timedout',
  ];
  const before: string[] = [];
  for (const [name, { Retry = [] }] of tasks) {
    const repeated = Retry.filter(({ MaxAttempts }) => MaxAttempts !== 0).flatMap(({ ErrorEquals }) => ErrorEquals);
    if (!repeated.includes('States.ALL')) {
      before.push(name);
      expect({ name, repeated }).toEqual({ name, repeated: expect.arrayContaining(transient) });
    }
  }
  // The other tasks retry every error.
  expect(before).toEqual([
    'ReserveInventory',
    'AuthorizePayment',
    'AwaitPayment',
    'ExtendReservation',
    'CapturePayment',
    'AwaitRedrive',
  ]);
});

test('every Lambda task but AwaitPayment, whose timeout is the end of the payment window, retries a timeout', () => {
  const retried = tasks
    .filter(([, { Retry = [] }]) => Retry.some(({ ErrorEquals }) => /States\.(?:Timeout|ALL)/.test(ErrorEquals.join())))
    .map(([name]) => name);
  expect(tasks.map(([name]) => name).filter((name) => !retried.includes(name))).toEqual(['AwaitPayment']);
});

test.each([
  ['CommitInventory', ['ReservationExpiredError', 'ReservationReleasedError']],
  ['ReleaseInventory', ['ReservationCommittedError']],
  ...tasks
    .filter(([, { Resource }]) => Resource?.endsWith(':dynamodb:updateItem'))
    .map(([name]) => [name, ['DynamoDB.ConditionalCheckFailedException']] as const),
] as const)('%s does not ask again after %j, which no time cures', (name, errors) => {
  expect(state(name).Retry?.[0]).toEqual({ ErrorEquals: errors, MaxAttempts: 0 });
});

test('parking is tried for more than an hour: until it succeeds nobody sees that the order needs attention', () => {
  const { Retry = [] } = state('ParkOrder');
  expect(retryBudget(Retry.at(-1) ?? {}, 10).longest).toBeGreaterThan(3600);
});

describe('an expression of the saga', () => {
  test('holds the stock for the payment window and half an hour: a method, too, may wait for its customer', async () => {
    const holdSeconds = state('ReserveInventory').Arguments?.Payload?.hold_seconds;
    const input = { payment: { method: 'tok_3ds' }, payment_window_seconds: 900 };
    expect(await evaluate(holdSeconds, { Execution: { Input: input } })).toBe(900 + 1800);
  });

  test('lets an order wait where its customer has to confirm the payment, and record an authorized one', async () => {
    const condition = state('IsCustomerAsked').Choices?.[0]?.Condition;
    const actionUrl = state('AwaitPayment').Arguments?.Payload?.action_url;
    const evaluated = (payment: object) =>
      Promise.all([evaluate(condition, {}, { payment }), evaluate(actionUrl, {}, { payment })]);
    expect(await evaluated({ payment_id: 'p', action_url: '/payment/action?x' })).toEqual([true, '/payment/action?x']);
    expect(await evaluated({ payment_id: 'p', provider_reference: 'r' })).toEqual([false, null]);
    expect(await evaluated({ payment_id: 'p', action_url: null })).toEqual([false, null]);
  });

  test('extends a hold by more than the steps up to the commit can take', () => {
    const required = Number(/> (\d+) %\}/.exec(state('IsHoldLongEnough').Choices?.[0]?.Condition ?? '')?.[1]) / 1000;
    expect(required).toBeGreaterThan(0);
    expect(state('ExtendReservation').Arguments?.Payload?.hold_seconds).toBeGreaterThan(required);
  });

  test('numbers the tries of AwaitPayment so that every try after a redrive is later than all before it', async () => {
    const attempt = state('AwaitPayment').Arguments?.Payload?.attempt;
    const numbered = (RedriveCount: number | undefined, RetryCount: number | undefined) =>
      evaluate(attempt, { Execution: { RedriveCount }, State: { RetryCount } });
    const tries = [
      await numbered(undefined, undefined),
      await numbered(0, 1),
      await numbered(0, 6),
      await numbered(1, 0),
    ];
    expect(tries).toEqual([0, 1, 6, 1000]);
  });
});

test.each([
  ['ConfirmOrder', 'CONFIRMED'],
  ['CloseCancelledOrder', 'CANCELLED'],
])('the output of %s is the status that it writes', (name, status) => {
  expect(state(name).Arguments?.ExpressionAttributeValues?.[':to']).toEqual({ S: status });
  expect(state(name).Output).toMatchObject({ status });
});

function evaluate(expression: unknown, context: object, variables: object = {}): Promise<unknown> {
  return jsonata(String(expression).slice('{%'.length, -'%}'.length)).evaluate(
    {},
    { states: { context }, ...variables },
  );
}

test.each([
  [
    'lines: the items are priced in EUR and USD; order them apart',
    'the items are priced in EUR and USD; order them apart',
  ],
  ['ReserveInventory got an input it cannot work with: lines.0.count: Too small', 'the order cannot be taken as it is'],
])('the error "%s" of ReserveInventory gives the customer the reason "%s"', async (errorMessage, expected) => {
  const caught = state('ReserveInventory').Catch?.find(({ ErrorEquals }) =>
    ErrorEquals.includes('InvalidTaskInputError'),
  );
  const outcome = caught?.Assign?.outcome;
  const { reason = '' } = (outcome ?? {}) as { readonly reason?: string };
  const Cause = JSON.stringify({ errorType: 'InvalidTaskInputError', errorMessage, trace: ['at work'] });
  const expression = jsonata(reason.slice('{%'.length, -'%}'.length));
  expect(await expression.evaluate({}, { states: { errorOutput: { Cause } } })).toBe(expected);
});

test('steps behind the pivot never lead into compensation', () => {
  const next = (names: readonly string[]) =>
    names.flatMap((name) => successors(state(name))).filter((name) => name !== 'ParkOrder');
  // No money is taken for a free order: where its record refuses, the customer may have cancelled, and ResumeOrder looks.
  expect(next(['RecordFreeOrder'])).toEqual(['CommitInventory', 'ResumeOrder']);
  // The money may go back already, by a late compensation of another run: the record decides.
  expect(next(['RecordPayment'])).toEqual(['CommitInventory', 'ResumeOrder']);
  expect(next(['CommitInventory', 'ConfirmOrder'])).toEqual(['ConfirmOrder', 'OrderConfirmed']);
});

test('compensation runs in reverse order: the payment is voided before the stock is released', () => {
  expect(state('VoidPayment').Next).toBe('ReleaseInventory');
});

test('a hold that passes the pivot outlasts all retries up to the commit', () => {
  const longest = (name: string) => {
    const { Retry = [], TimeoutSeconds } = state(name);
    const lastRetrier = Retry.at(-1);
    if (lastRetrier === undefined || typeof TimeoutSeconds !== 'number') {
      throw new Error(`${name} has no fixed retry budget`);
    }
    return retryBudget(lastRetrier, TimeoutSeconds).longest;
  };
  const needed = ['CapturePayment', 'RecordPayment', 'CommitInventory'].reduce((sum, name) => sum + longest(name), 0);
  const required = /> (\d+) %\}/.exec(state('IsHoldLongEnough').Choices?.[0]?.Condition ?? '')?.[1];
  expect(needed).toBe(943);
  expect(Number(required) / 1000).toBeGreaterThan(needed);
});

test('the reason of a technical failure is a fixed sentence, never a cause with a stack trace', () => {
  const technical = tasks.flatMap(([, { Catch = [] }]) =>
    Catch.filter(({ ErrorEquals }) => ErrorEquals.includes('States.ALL')).flatMap(
      ({ Assign }) => Assign?.outcome ?? [],
    ),
  );
  // AwaitPayment hands its own to ResumeOrder.
  expect(technical).toHaveLength(BEFORE_THE_PIVOT.length - 1);
  for (const outcome of technical) {
    expect(JSON.stringify(outcome)).not.toContain('errorOutput');
    // States.ALL may be a defect as well as an outage.
    expect(JSON.stringify(outcome)).not.toMatch(/in time|reached/);
  }
});
