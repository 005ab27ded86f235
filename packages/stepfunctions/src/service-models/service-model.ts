import athena from './athena.json' with { type: 'json' };
import batch from './batch.json' with { type: 'json' };
import bedrockruntime from './bedrockruntime.json' with { type: 'json' };
import cloudwatch from './cloudwatch.json' with { type: 'json' };
import codebuild from './codebuild.json' with { type: 'json' };
import dynamodb from './dynamodb.json' with { type: 'json' };
import ecs from './ecs.json' with { type: 'json' };
import eventbridge from './eventbridge.json' with { type: 'json' };
import firehose from './firehose.json' with { type: 'json' };
import glue from './glue.json' with { type: 'json' };
import kinesis from './kinesis.json' with { type: 'json' };
import kms from './kms.json' with { type: 'json' };
import lambda from './lambda.json' with { type: 'json' };
import { memberName } from './member-name.ts';
import polly from './polly.json' with { type: 'json' };
import redshiftdata from './redshiftdata.json' with { type: 'json' };
import rekognition from './rekognition.json' with { type: 'json' };
import s3 from './s3.json' with { type: 'json' };
import scheduler from './scheduler.json' with { type: 'json' };
import secretsmanager from './secretsmanager.json' with { type: 'json' };
import sesv2 from './sesv2.json' with { type: 'json' };
import sfn from './sfn.json' with { type: 'json' };
import sns from './sns.json' with { type: 'json' };
import sqs from './sqs.json' with { type: 'json' };
import ssm from './ssm.json' with { type: 'json' };
import sts from './sts.json' with { type: 'json' };
import textract from './textract.json' with { type: 'json' };
import transcribe from './transcribe.json' with { type: 'json' };
import translate from './translate.json' with { type: 'json' };

/** Simple types of AWS's API descriptions. */
export type SimpleType = 'string' | 'integer' | 'long' | 'float' | 'double' | 'boolean' | 'timestamp' | 'blob';

/** The type of a member, an element or a whole request or answer. */
export type Shape =
  | ({ readonly kind: 'SIMPLE'; readonly type: SimpleType } & Bounds)
  | { readonly kind: 'ENUM'; readonly values: readonly string[] }
  | ({ readonly kind: 'LIST'; readonly element: () => Shape } & Bounds)
  | { readonly kind: 'MAP'; readonly value: () => Shape }
  | {
      readonly kind: 'STRUCTURE';
      readonly name: string;
      /** By the name that Step Functions gives them. */
      readonly members: ReadonlyMap<string, ShapeMember>;
      readonly required: readonly string[];
    }
  | { readonly kind: 'ANY' };

/** Least and greatest number, or length of a text or a list; absent where there is no such bound. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/** A member of a structure. */
export interface ShapeMember {
  /** Its name in the service's own API. */
  readonly apiName: string;
  readonly shape: () => Shape;
}

/** What an operation takes and answers; absent where that is nothing. */
export interface Operation {
  readonly input?: Shape;
  readonly output?: Shape;
}

interface StoredShape extends Bounds {
  readonly simple?: string;
  readonly members?: { readonly [name: string]: string };
  readonly required?: readonly string[];
  readonly list?: string;
  readonly map?: string;
  readonly enum?: readonly string[];
  readonly any?: boolean;
}

interface StoredModel {
  readonly operations: { readonly [name: string]: readonly (string | null)[] };
  readonly shapes: { readonly [name: string]: StoredShape };
}

const models: { readonly [service: string]: StoredModel } = {
  athena,
  batch,
  bedrockruntime,
  cloudwatch,
  codebuild,
  dynamodb,
  ecs,
  eventbridge,
  firehose,
  glue,
  kinesis,
  kms,
  lambda,
  polly,
  redshiftdata,
  rekognition,
  s3,
  scheduler,
  secretsmanager,
  sesv2,
  sfn,
  sns,
  sqs,
  ssm,
  sts,
  textract,
  transcribe,
  translate,
};

/** Models whose optimized integrations take and answer what the API does, by the service that they name. */
const OPTIMIZED: { readonly [service: string]: StoredModel } = {
  dynamodb,
  events: eventbridge,
  lambda,
  s3,
  sns,
  sqs,
  states: sfn,
};

const known = new Map<string, Shape>();

/**
 * An operation of a service whose API the engine knows, or `undefined`.
 *
 * @param sdk whether it is called as `aws-sdk:service:action`, which spells members as AWS's Java SDK does
 */
export function operationOf(service: string, action: string, sdk: boolean): Operation | undefined {
  const integrated = sdk ? models : OPTIMIZED;
  const model = Object.hasOwn(integrated, service) ? integrated[service] : undefined;
  const found = model !== undefined && Object.hasOwn(model.operations, action) ? model.operations[action] : undefined;
  if (model === undefined || found === undefined) {
    return undefined;
  }
  const [input, output] = found;
  const shape = (type: string) => shapeOf({ service, model, sdk }, type);
  return {
    ...(typeof input === 'string' && { input: shape(input) }),
    ...(typeof output === 'string' && { output: shape(output) }),
  };
}

interface Source {
  readonly service: string;
  readonly model: StoredModel;
  readonly sdk: boolean;
}

function shapeOf(source: Source, type: string): Shape {
  if (!type.startsWith('#')) {
    return { kind: 'SIMPLE', type: type as SimpleType };
  }
  const key = `${source.service} ${source.sdk} ${type}`;
  let shape = known.get(key);
  if (shape === undefined) {
    shape = readShape(source, type.slice(1), source.model.shapes[type.slice(1)] ?? { any: true });
    known.set(key, shape);
  }
  return shape;
}

/** Shapes hold each other, so the inner ones are read when they are asked for. */
function readShape(source: Source, name: string, stored: StoredShape): Shape {
  const later = (type: string) => () => shapeOf(source, type);
  if (stored.members !== undefined) {
    const members = Object.entries(stored.members).map(
      ([apiName, type]) => [memberName(apiName, source.sdk), { apiName, shape: later(type) }] as const,
    );
    const required = (stored.required ?? []).map((member) => memberName(member, source.sdk));
    return { kind: 'STRUCTURE', name, members: new Map(members), required };
  }
  const bounds = {
    ...(stored.min !== undefined && { min: stored.min }),
    ...(stored.max !== undefined && { max: stored.max }),
  };
  if (stored.list !== undefined) {
    return { kind: 'LIST', element: later(stored.list), ...bounds };
  }
  if (stored.map !== undefined) {
    return { kind: 'MAP', value: later(stored.map) };
  }
  if (stored.simple !== undefined) {
    return { kind: 'SIMPLE', type: stored.simple as SimpleType, ...bounds };
  }
  return stored.enum === undefined ? { kind: 'ANY' } : { kind: 'ENUM', values: stored.enum };
}
