import * as z from 'zod';
import type { Order } from '../../functions/orders/order.ts';
import { readOrderSaga } from '../../statemachines/read-order-saga.ts';
import type { AwsCalls } from './aws-calls.ts';

/** The steps of an order that succeeds. */
const STEPS = [
  'ReserveInventory',
  'RecordReservation',
  'AuthorizePayment',
  'RecordAuthorization',
  'CapturePayment',
  'RecordPayment',
  'CommitInventory',
  'ConfirmOrder',
] as const;

const invocation = z.object({
  Resource: z.literal('arn:aws:states:::lambda:invoke'),
  Arguments: z.object({ FunctionName: z.string(), Payload: z.record(z.string(), z.unknown()) }),
});
const update = z.object({
  Resource: z.literal('arn:aws:states:::dynamodb:updateItem'),
  Arguments: z.record(z.string(), z.unknown()),
});

const reservationResult = z.object({
  amount_minor: z.int(),
  currency: z.string(),
  lines: z.array(z.object({ item_id: z.string(), name: z.string(), count: z.int(), unit_price_minor: z.int() })),
});
const paymentResult = z.object({ payment_id: z.string() });

type Step = z.infer<typeof invocation> | z.infer<typeof update>;
type Values = Readonly<Record<string, unknown>>;

/** The endpoints that the plain loop calls. */
export interface PlainSagaPlace {
  readonly lambda: Pick<AwsCalls, 'invoke'>;
  readonly dynamodb: Pick<AwsCalls, 'call'>;
  readonly stage: string;
}

/** Carries out one step, and answers its result. A durable loop keeps the result, and does not repeat the step. */
export type CarryOut = (step: string, work: () => Promise<unknown>) => Promise<unknown>;

function atOnce(_step: string, work: () => Promise<unknown>): Promise<unknown> {
  return work();
}

/**
 * A plain loop that makes the saga's calls: the same Lambda functions, payloads and conditional updates, in the same order.
 * It has no journal, history, retry, timeout or JSONata. So it costs what the work costs, without any guarantee that the
 * work is finished.
 *
 * The arguments are read from the state machine's definition, its expressions replaced by their values.
 */
export class PlainSaga {
  readonly #steps: readonly (readonly [string, Step])[];
  readonly #place: PlainSagaPlace;

  constructor(place: PlainSagaPlace) {
    const { States } = readOrderSaga().definition;
    this.#steps = STEPS.map((name) => [name, z.union([invocation, update]).parse(States[name])]);
    this.#place = place;
  }

  /** Takes an order that has been written to its end. Throws what the first call that fails throws. */
  async run(order: Order, carryOut: CarryOut = atOnce): Promise<void> {
    let values: Values = { ...fixedValues(this.#place.stage), ...orderValues(order) };
    for (const [name, step] of this.#steps) {
      const enteredAt = new Date().toISOString();
      const now = {
        "{% $replace($states.context.State.EnteredTime, '+00:00', 'Z') %}": enteredAt,
        '{% $states.context.State %}': { Name: name, EnteredTime: enteredAt },
      };
      const filled = fill(step.Arguments, { ...values, ...now }) as Record<string, unknown>;
      if (step.Resource === 'arn:aws:states:::dynamodb:updateItem') {
        await carryOut(name, async () => {
          await this.#place.dynamodb.call('dynamodb', 'UpdateItem', filled);
        });
        continue;
      }
      const result = await carryOut(name, () => this.#place.lambda.invoke(String(filled.FunctionName), filled.Payload));
      if (name === 'ReserveInventory') {
        values = { ...values, ...reservationValues(reservationResult.parse(result)) };
      }
      if (name === 'AuthorizePayment') {
        values = { ...values, '{% $payment.payment_id %}': paymentResult.parse(result).payment_id };
      }
    }
  }
}

function fixedValues(stage: string): Values {
  const functionName = (key: string) => `orders-${stage}-${key}`;
  return {
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of the definition
    '${OrdersTable}': `orders-${stage}`,
    '${ReserveInventoryFunctionArn}': functionName('reserveInventory'),
    '${AuthorizePaymentFunctionArn}': functionName('authorizePayment'),
    '${CapturePaymentFunctionArn}': functionName('capturePayment'),
    '${CommitInventoryFunctionArn}': functionName('commitInventory'),
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of the definition
    '{% $string($exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0) %}': '0',
  };
}

function orderValues({ order_id, traceparent, lines, payment_method, payment_window_seconds }: Order): Values {
  return {
    '{% $states.context.Execution.Input.order_id %}': order_id,
    '{% $states.context.Execution.Name %}': order_id,
    '{% $substring($states.context.Execution.Input.order_id, -1) %}': order_id.slice(-1),
    '{% [$states.context.Execution.RedriveCount] %}': [],
    '{% $states.context.Execution.Input.traceparent %}': traceparent,
    '{% $states.context.Execution.Input.lines %}': lines,
    '{% $states.context.Execution.Input.payment.method %}': payment_method,
    '{% $states.context.Execution.Input.payment_window_seconds + 1800 %}': payment_window_seconds + 1800,
    // The plain loop has one run and no redrive.
    '{% $string(10000 * ($exists($states.context.Execution.Input.run) ? $states.context.Execution.Input.run : 0) + ($exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0)) %}':
      '0',
  };
}

function reservationValues({ amount_minor, currency, lines }: z.infer<typeof reservationResult>): Values {
  return {
    '{% $reservation.amount_minor %}': amount_minor,
    '{% $string($reservation.amount_minor) %}': String(amount_minor),
    '{% $reservation.currency %}': currency,
    "{% [$reservation.lines.{'M': {'item_id': {'S': item_id}, 'name': {'S': name}, 'count': {'N': $string(count)}, 'unit_price_minor': {'N': $string(unit_price_minor)}}}] %}":
      lines.map(({ item_id, name, count, unit_price_minor }) => ({
        M: {
          item_id: { S: item_id },
          name: { S: name },
          count: { N: String(count) },
          unit_price_minor: { N: String(unit_price_minor) },
        },
      })),
  };
}

/** @throws {Error} the definition has an expression that has no value here */
function fill(template: unknown, values: Values): unknown {
  if (typeof template === 'string') {
    if (!template.startsWith('{%') && !template.startsWith('$' + '{')) {
      return template;
    }
    if (template in values) {
      return values[template];
    }
    const [, laterMs] = /^\{% \$fromMillis\(\$millis\(\) \+ (\d+)\) %\}$/.exec(template) ?? [];
    if (laterMs !== undefined) {
      return new Date(Date.now() + Number(laterMs)).toISOString();
    }
    throw new Error(`verification/bench/plain-saga.ts does not know the state machine's expression ${template}`);
  }
  if (Array.isArray(template)) {
    return template.map((member) => fill(member, values));
  }
  if (typeof template !== 'object' || template === null) {
    return template;
  }
  return Object.fromEntries(Object.entries(template).map(([key, member]) => [key, fill(member, values)]));
}
