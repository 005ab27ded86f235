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

/** What the shell has to do once the step is committed. */
export type Effect =
  | {
      readonly type: 'RunTask';
      /** Unique within the execution, across retries and redrives. */
      readonly taskId: string;
      /** Answers to SendTaskSuccess and its kin name the task by this. */
      readonly token: string;
      readonly target: TaskTarget;
      readonly input: Json;
      /** Latest end of the task as given by `TimeoutSeconds`; the core's own timer enforces it. */
      readonly timeoutSeconds?: number;
      /** Longest pause between heartbeats as given by `HeartbeatSeconds`; enforced by the core's own timer as well. */
      readonly heartbeatSeconds?: number;
      /** Only from `outstandingEffects`: an activity worker took the task before; do not hand it out again. */
      readonly started?: boolean;
      /** Only from `outstandingEffects`: the call was answered with this before; do not call again, wait on. */
      readonly submitted?: { readonly output: Json };
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
