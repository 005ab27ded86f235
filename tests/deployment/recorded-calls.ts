import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { isCalled } from './aws-own-actions.ts';
import type { Template } from './packaged-template.ts';
import { permissionsOf } from './permissions.ts';

/** What IAM decides on: `CALLER ACTION RESOURCE`, such as `pay dynamodb:GetItem table/orders-dev`. */
export type Use = string;

const recordedCall = z.object({
  caller: z.string(),
  target: z.string().transform((target) => target.split('.')[1] ?? ''),
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  batch: z.array(z.string()).optional(),
  transaction: z.array(z.tuple([z.string(), z.string()])).optional(),
  stateMachineArn: z.string().optional(),
  stateMachine: z.string().optional(),
  /** The bus of EventBridge. */
  bus: z.string().optional(),
  /** The function that was invoked. */
  invoked: z.string().optional(),
  /** The gRPC service that was called. */
  rpc: z.string().optional(),
});
type RecordedCall = z.output<typeof recordedCall>;

/** Each write of a transaction needs the action of that write. */
const ACTION_OF_WRITE: Readonly<Record<string, string>> = {
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/** The request names no state machine: its token does. */
const BY_TOKEN: ReadonlySet<string> = new Set(['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat']);

/** What the functions and the services of a stack have called, by the file that aws-call-recorder.mjs wrote. */
export function recordedUses(file: string): ReadonlySet<Use> {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return new Set(
    lines
      .map((line) => recordedCall.parse(JSON.parse(line)))
      .flatMap((call) => {
        const caller = callerOf(call);
        return caller === undefined ? [] : needsOf(call).map((need) => `${caller} ${need}`);
      }),
  );
}

/** Step Functions itself, with the roles of the state machines. */
const STEP_FUNCTIONS = 'Step Functions';

/**
 * The key of a function, the name of a service, or Step Functions. Undefined: programs that are no part of a deployment, such as
 * the command that makes tables and the schedules of a laptop.
 */
function callerOf({ caller }: RecordedCall): string | undefined {
  if (/packages\/stepfunctions\//.test(caller)) {
    return STEP_FUNCTIONS;
  }
  return caller.match(/^orders-dev-(\w+)$/)?.[1] ?? caller.match(/grpc-services\/(\w+)\/main\.ts$/)?.[1];
}

function needsOf(call: RecordedCall): readonly string[] {
  const { target, TableName, IndexName, batch, transaction, stateMachineArn, stateMachine, bus, invoked, rpc } = call;
  if (rpc !== undefined) {
    // Mutual TLS by the certificates of the functions' secret (functions/clients/secret-certificates.test.ts).
    return ['secretsmanager:GetSecretValue secret/orders/dev/grpc/functions'];
  }
  if (invoked !== undefined) {
    return [`lambda:InvokeFunction function/${invoked}`];
  }
  if (bus !== undefined) {
    return [`events:${target} event-bus/${bus}`];
  }
  if (transaction !== undefined) {
    return transaction.map(([kind, table]) => `dynamodb:${ACTION_OF_WRITE[kind] ?? kind} table/${table}`);
  }
  const tables = batch ?? (TableName === undefined ? [] : [TableName]);
  if (tables.length > 0) {
    return tables.map(
      (table) => `dynamodb:${target} table/${table}${IndexName === undefined ? '' : `/index/${IndexName}`}`,
    );
  }
  if (BY_TOKEN.has(target)) {
    return [`states:${target} stateMachine/order-saga-dev`];
  }
  // An alias is covered by the permission for its state machine.
  const [, machine] = stateMachineArn?.match(/:stateMachine:([\w-]+)/) ?? [];
  return [
    machine === undefined
      ? `states:${target} execution/${stateMachine ?? 'unknown'}`
      : `states:${target} stateMachine/${machine}`,
  ];
}

/** What the roles of functions, services and state machines allow. */
export function allowedUses(template: Template): ReadonlySet<Use> {
  const callers = callersByRole(template);
  return new Set(
    permissionsOf(template).flatMap(({ holder, effect, actions, resources }) => {
      const caller = callers.get(holder);
      return caller === undefined || effect !== 'Allow'
        ? []
        : actions
            .filter(isCalled)
            .flatMap((action) => resources.map((each) => `${caller} ${action} ${resourceNamed(template, each)}`));
    }),
  );
}

function callersByRole({ Resources }: Template): ReadonlyMap<string, string> {
  const roleOf = z.object({ FunctionName: z.string(), Role: z.object({ 'Fn::GetAtt': z.array(z.string()) }) });
  const functions = Object.values(Resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties }) => roleOf.safeParse(Properties).data)
    .flatMap((each) =>
      each === undefined
        ? []
        : [[each.Role['Fn::GetAtt'][0] ?? '', each.FunctionName.replace(/^orders-dev-/, '')] as const],
    );
  const machines = Object.keys(Resources)
    .filter((id) => Resources[id]?.Type === 'AWS::StepFunctions::StateMachine')
    .map((id) => [`${id}Role`, STEP_FUNCTIONS] as const);
  return new Map([
    ...functions,
    ...machines,
    ['InventoryTaskRole', 'inventory'],
    ['InventoryCertificatesPolicy', 'inventory'],
    ['PaymentTaskRole', 'payment'],
    ['PaymentCertificatesPolicy', 'payment'],
  ]);
}

/** `OrdersTable.Arn`, `${OrdersTable.Arn}/index/NAME`, `OrderSaga` or an ARN, by the names of what they stand for. */
function resourceNamed({ Resources }: Template, resource: string): string {
  const [, id = '', index = ''] = resource.match(/^(?:\$\{)?(\w+)(?:\.Arn\}?)?(\/index\/[\w-]+)?$/) ?? [];
  const { Type, Properties: { TableName, StateMachineName, FunctionName, Name } = {} } = Resources[id] ?? {};
  if (TableName !== undefined) {
    return `table/${String(TableName)}${index}`;
  }
  if (StateMachineName !== undefined) {
    return `stateMachine/${String(StateMachineName)}`;
  }
  if (FunctionName !== undefined) {
    return `function/${String(FunctionName)}`;
  }
  if (Type === 'AWS::Events::EventBus') {
    return `event-bus/${String(Name)}`;
  }
  const [, secret] = resource.match(/:secret:([\w/-]+)-\?{6}$/) ?? [];
  if (secret !== undefined) {
    return `secret/${secret}`;
  }
  const [, machine] = resource.match(/:execution:([\w-]+):\*$/) ?? [];
  return machine === undefined ? resource : `execution/${machine}`;
}
