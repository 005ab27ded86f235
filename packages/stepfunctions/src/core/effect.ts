import type { Json } from '../language/json.ts';

/** How a service integration waits for the work it starts. */
export type IntegrationPattern = 'REQUEST_RESPONSE' | 'RUN_A_JOB' | 'RUN_A_JOB_V2' | 'WAIT_FOR_TASK_TOKEN';

/** What a Task state calls. */
export type TaskTarget =
  /** `Resource` is a Lambda function's own ARN: the payload is the bare input, the result the bare answer. */
  | { readonly kind: 'LAMBDA_FUNCTION'; readonly functionArn: string }
  | { readonly kind: 'ACTIVITY'; readonly activityArn: string }
  /** `arn:aws:states:::lambda:invoke`, `arn:aws:states:::aws-sdk:dynamodb:getItem` and the like. */
  | {
      readonly kind: 'INTEGRATION';
      readonly resource: string;
      readonly service: string;
      readonly action: string;
      readonly sdk: boolean;
      readonly pattern: IntegrationPattern;
    };

/** What a distributed Map state asks for itself: its next items, or that its results are written. */
export type MapTarget = { readonly kind: 'ITEM_READER' } | { readonly kind: 'RESULT_WRITER' };

/** By which a mock file finds the answer of a task. */
export interface TaskMock {
  readonly stateMachine: string;
  readonly testCase: string;
  readonly state: string;
  /** Counted from 0. */
  readonly attempt: number;
}

/** What the shell has to do once the step is committed. */
export type Effect =
  | {
      readonly type: 'RunTask';
      /** Unique within the execution, across retries and redrives. */
      readonly taskId: string;
      /** SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat name the task by it. Only tasks that wait for one have it. */
      readonly token?: string;
      readonly target: TaskTarget | MapTarget;
      readonly input: Json;
      /** The task's `TimeoutSeconds`. The core's own timer enforces it. */
      readonly timeoutSeconds?: number;
      /** The task's `HeartbeatSeconds`. The core's own timer enforces it. */
      readonly heartbeatSeconds?: number;
      /** Only from `outstandingEffects`: an activity worker has the task already. Do not hand it out again. */
      readonly started?: boolean;
      /** Only from `outstandingEffects`: the call was answered with this output already. Do not call again. */
      readonly submitted?: { readonly output: Json };
      /** The mock file answers the task; its target is not called. */
      readonly mock?: TaskMock;
    }
  /** The core no longer waits for the task; late answers are refused with TaskTimedOut. */
  | { readonly type: 'CancelTask'; readonly taskId: string }
  | {
      readonly type: 'SetTimer';
      readonly timerId: string;
      /** Milliseconds since the epoch. */
      readonly at: number;
    }
  | { readonly type: 'CancelTimer'; readonly timerId: string }
  | { readonly type: 'EndExecution' };
