import type { QueryLanguage } from '../language/definition.ts';
import type { JsonObject } from '../language/json.ts';
import type { Random } from '../random.ts';
import { type FailureKind, TASK_ERROR, type TaskPlan } from './faults.ts';

const ALL = ['States.ALL'];
const JSONATA = { QueryLanguage: 'JSONata' };

const RESOURCES = [
  'arn:aws:lambda:us-east-1:000000000000:function:work',
  'arn:aws:states:us-east-1:000000000000:activity:work',
  'arn:aws:states:::lambda:invoke',
  'arn:aws:states:::lambda:invoke.waitForTaskToken',
  'arn:aws:states:::states:startExecution.sync:2',
] as const;

/** Makes single states at random. The input and output of each is an object with a whole number `n` of 0 or more. */
export class StateMaker {
  readonly plans: { [stateName: string]: TaskPlan } = {};
  readonly #random: Random;
  readonly #failureKind: FailureKind;
  readonly #heals: boolean;
  #names = 0;

  constructor(random: Random, failureKind: FailureKind, heals: boolean) {
    this.#random = random;
    this.#failureKind = failureKind;
    this.#heals = heals;
  }

  /** A name that no other state of the machine has. */
  newName(): string {
    this.#names += 1;
    return `S${this.#names}`;
  }

  pass(next: string | undefined): JsonObject {
    const by = this.#random.between(0, 9);
    const base = { Type: 'Pass', ...onwards(next) };
    switch (this.#random.between(0, 3)) {
      case 0:
        return { ...base, Parameters: { 'n.$': `States.MathAdd($.n, ${by})` } };
      case 1:
        return { ...base, Result: by, ResultPath: '$.n' };
      case 2:
        return { ...base, ...JSONATA, Assign: { last: '{% $states.input.n %}' } };
      default:
        return { ...base, ...JSONATA, Output: { n: `{% $states.input.n + ($exists($last) ? $last : ${by}) %}` } };
    }
  }

  succeed(): JsonObject {
    return { Type: 'Succeed' };
  }

  fail(): JsonObject {
    if (this.#failureKind === 'SILENCE') {
      return { Type: 'Fail', Error: 'States.Timeout' };
    }
    return { Type: 'Fail', Error: TASK_ERROR.error, Cause: TASK_ERROR.cause };
  }

  choice(later: readonly string[]): JsonObject {
    const Next = this.#oneOf(later);
    const limit = this.#random.between(0, 30);
    const base = { Type: 'Choice', Default: this.#oneOf(later) };
    if (this.#random.chance(0.5)) {
      return { ...base, Choices: [{ Variable: '$.n', NumericLessThan: limit, Next }] };
    }
    return { ...base, ...JSONATA, Choices: [{ Condition: `{% $states.input.n < ${limit} %}`, Next }] };
  }

  wait(next: string | undefined): JsonObject {
    const base = { Type: 'Wait', ...onwards(next) };
    if (this.#random.chance(0.3)) {
      return { ...base, SecondsPath: '$.n' };
    }
    if (this.#random.chance(0.3)) {
      return { ...base, ...JSONATA, Seconds: '{% $states.input.n % 10 %}' };
    }
    return { ...base, Seconds: this.#random.between(0, 100) };
  }

  task(name: string, later: readonly string[]): JsonObject {
    const plan = this.#plan();
    this.plans[name] = plan;
    const Resource = this.#random.pick(RESOURCES);
    const silent = this.#failureKind === 'SILENCE' && plan.failuresBeforeRetry + plan.failuresBeforeRedrive > 0;
    const base = {
      Type: 'Task',
      Resource,
      // Far longer than crashes can delay an answer.
      ...(silent ? { TimeoutSeconds: this.#random.between(10_000, 20_000) } : {}),
    };
    if (this.#random.chance(0.5)) {
      const Parameters = {
        state: name,
        'n.$': '$.n',
        'retry.$': '$$.State.RetryCount',
        'redrive.$': '$$.Execution.RedriveCount',
      };
      const moved = this.#random.chance(0.5) ? { ResultPath: '$.r', OutputPath: '$.r' } : {};
      return { ...base, ...this.#errorHandling(later, 'JSONPath'), Parameters: sent(Resource, Parameters), ...moved };
    }
    const Arguments = {
      state: name,
      n: '{% $states.input.n %}',
      retry: '{% $states.context.State.RetryCount %}',
      redrive: '{% $states.context.Execution.RedriveCount %}',
    };
    const handling = this.#errorHandling(later, 'JSONata');
    return {
      ...base,
      ...JSONATA,
      ...handling,
      Arguments: sent(Resource, Arguments),
      Output: { n: '{% $states.result.n %}' },
    };
  }

  parallel(Branches: readonly JsonObject[], later: readonly string[]): JsonObject {
    const base = { Type: 'Parallel', Branches };
    if (this.#random.chance(0.5)) {
      return { ...base, ...this.#errorHandling(later, 'JSONPath'), ResultSelector: { 'n.$': '$[0].n' } };
    }
    return {
      ...base,
      ...JSONATA,
      ...this.#errorHandling(later, 'JSONata'),
      Output: { n: '{% $sum($states.result.n) %}' },
    };
  }

  map(graph: JsonObject, distributed: boolean, inChild: boolean, later: readonly string[]): JsonObject {
    // A Map Run fails with another error than its tasks. It is caught before it can race with another failure.
    const tolerant = distributed && !this.#heals && later.length > 0;
    const mode = tolerant || (distributed && this.#heals) ? 'DISTRIBUTED' : 'INLINE';
    const base = {
      Type: 'Map',
      ItemProcessor: { ...graph, ProcessorConfig: { Mode: mode } },
      MaxConcurrency: this.#random.between(0, 2),
      ...(tolerant ? { ToleratedFailureCount: this.#random.between(0, 2) } : {}),
    };
    if (this.#random.chance(0.5) && !inChild) {
      const ItemSelector = { 'n.$': '$$.Map.Item.Value' };
      const ResultSelector = { 'n.$': 'States.ArrayLength($)' };
      const handling = this.#errorHandling(later, 'JSONPath', tolerant);
      return { ...base, ...handling, ItemsPath: '$$.Execution.Input.list', ItemSelector, ResultSelector };
    }
    const ItemSelector = { n: '{% $states.context.Map.Item.Value + $states.input.n %}' };
    const Items = `{% [1..${this.#random.between(1, 4)}] %}`;
    const Output = { n: '{% $sum([$states.result.n]) %}' };
    return { ...base, ...JSONATA, ...this.#errorHandling(later, 'JSONata', tolerant), Items, ItemSelector, Output };
  }

  /** A task in a loop of three rounds, counted by a variable. */
  loop(later: readonly string[]): { readonly first: string; readonly states: { readonly [name: string]: JsonObject } } {
    const [first, body, check] = [this.newName(), this.newName(), this.newName()];
    const counter = `i${first}`;
    const again = { Condition: `{% $${counter} < 2 %}`, Assign: { [counter]: `{% $${counter} + 1 %}` }, Next: body };
    return {
      first,
      states: {
        [first]: { Type: 'Pass', ...JSONATA, Assign: { [counter]: 0 }, Next: body },
        [body]: this.task(body, [check]),
        [check]: { Type: 'Choice', ...JSONATA, Choices: [again], Default: this.#oneOf(later) },
      },
    };
  }

  #plan(): TaskPlan {
    const fails = this.#random.chance(0.35);
    const everyNth = this.#random.between(1, 3);
    if (!fails) {
      return { failuresBeforeRetry: 0, failuresBeforeRedrive: 0, everyNth };
    }
    if (this.#heals) {
      return { failuresBeforeRetry: 0, failuresBeforeRedrive: this.#random.between(1, 2), everyNth };
    }
    return { failuresBeforeRetry: this.#random.pick([1, 2, 99]), failuresBeforeRedrive: 0, everyNth };
  }

  /** `Retry`, `Catch` and where to go. A machine that recovers by redrives catches nothing. */
  #errorHandling(later: readonly string[], language: QueryLanguage, always = false): JsonObject {
    const [next] = later;
    const Retry = [
      {
        ErrorEquals: this.#random.chance(0.8) ? ALL : ['Other'],
        IntervalSeconds: this.#random.between(1, 5),
        MaxAttempts: this.#random.between(1, 2),
        ...(this.#random.chance(0.5) ? { JitterStrategy: 'FULL' } : {}),
      },
    ];
    const kept = language === 'JSONPath' ? { ResultPath: '$.error' } : { Output: { n: 5 } };
    const catches = !this.#heals && next !== undefined && (always || this.#random.chance(0.4));
    return {
      ...onwards(next),
      ...(this.#random.chance(0.5) ? { Retry } : {}),
      ...(catches ? { Catch: [{ ErrorEquals: ALL, ...kept, Next: this.#oneOf(later) }] } : {}),
    };
  }

  #oneOf(names: readonly string[]): string {
    const [first = '', ...rest] = names;
    return this.#random.pick([first, ...rest]);
  }
}

function onwards(next: string | undefined): JsonObject {
  return next === undefined ? { End: true } : { Next: next };
}

/** What a task is to be sent, as its service takes it. */
function sent(resource: string, payload: JsonObject): JsonObject {
  if (resource.includes(':lambda:invoke')) {
    return { FunctionName: 'work', Payload: payload };
  }
  return resource.includes(':startExecution') ? { StateMachineArn: 'job', Input: payload } : payload;
}
