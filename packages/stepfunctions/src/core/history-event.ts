/** `truncated` is always false here: the engine keeps every payload whole. */
export interface PayloadDetails {
  readonly truncated: boolean;
}

interface ErrorDetails {
  readonly error?: string;
  readonly cause?: string;
}

type NoDetails = Readonly<Record<never, never>>;

interface StateEntered {
  readonly stateEnteredEventDetails: {
    readonly name: string;
    /** JSON text. */
    readonly input: string;
    readonly inputDetails: PayloadDetails;
  };
}

/** Details of every `…StateExited` event. */
export interface StateExited {
  readonly stateExitedEventDetails: {
    readonly name: string;
    /** JSON text. */
    readonly output: string;
    readonly outputDetails: PayloadDetails;
    /** Variables that the state set, each value as JSON text; absent when it set none. */
    readonly assignedVariables?: { readonly [name: string]: string };
    readonly assignedVariablesDetails?: PayloadDetails;
  };
}

interface Resource {
  /** `invoke`, `startExecution.sync`, `putItem`, ... */
  readonly resource: string;
  /** `lambda`, `states`, `dynamodb`, `aws-sdk:dynamodb`, ... */
  readonly resourceType: string;
}

interface Output {
  /** JSON text. */
  readonly output: string;
  readonly outputDetails: PayloadDetails;
}

interface Scheduled {
  readonly resource: string;
  /** JSON text. */
  readonly input: string;
  readonly inputDetails: PayloadDetails;
  readonly timeoutInSeconds?: number;
}

interface MapIteration {
  /** The Map state's name. */
  readonly name: string;
  readonly index: number;
}

/** Each event type with the one details member that AWS gives it (or none), by event type. */
export interface HistoryEventDetails {
  readonly ExecutionStarted: {
    readonly executionStartedEventDetails: {
      readonly input: string;
      readonly inputDetails: PayloadDetails;
      readonly roleArn: string;
      readonly stateMachineAliasArn?: string;
      readonly stateMachineVersionArn?: string;
    };
  };
  readonly ExecutionSucceeded: { readonly executionSucceededEventDetails: Output };
  readonly ExecutionFailed: { readonly executionFailedEventDetails: ErrorDetails };
  readonly ExecutionTimedOut: { readonly executionTimedOutEventDetails: ErrorDetails };
  readonly ExecutionAborted: { readonly executionAbortedEventDetails: ErrorDetails };
  readonly ExecutionRedriven: { readonly executionRedrivenEventDetails: { readonly redriveCount: number } };

  readonly PassStateEntered: StateEntered;
  readonly PassStateExited: StateExited;
  readonly TaskStateEntered: StateEntered;
  readonly TaskStateExited: StateExited;
  readonly TaskStateAborted: NoDetails;
  readonly ChoiceStateEntered: StateEntered;
  readonly ChoiceStateExited: StateExited;
  readonly WaitStateEntered: StateEntered;
  readonly WaitStateExited: StateExited;
  readonly WaitStateAborted: NoDetails;
  readonly SucceedStateEntered: StateEntered;
  readonly SucceedStateExited: StateExited;
  readonly FailStateEntered: StateEntered;
  readonly ParallelStateEntered: StateEntered;
  readonly ParallelStateExited: StateExited;
  readonly ParallelStateStarted: NoDetails;
  readonly ParallelStateSucceeded: NoDetails;
  readonly ParallelStateFailed: NoDetails;
  readonly ParallelStateAborted: NoDetails;
  readonly MapStateEntered: StateEntered;
  readonly MapStateExited: StateExited;
  readonly MapStateStarted: { readonly mapStateStartedEventDetails: { readonly length: number } };
  readonly MapStateSucceeded: NoDetails;
  readonly MapStateFailed: NoDetails;
  readonly MapStateAborted: NoDetails;

  readonly MapIterationStarted: { readonly mapIterationStartedEventDetails: MapIteration };
  readonly MapIterationSucceeded: { readonly mapIterationSucceededEventDetails: MapIteration };
  readonly MapIterationFailed: { readonly mapIterationFailedEventDetails: MapIteration };
  readonly MapIterationAborted: { readonly mapIterationAbortedEventDetails: MapIteration };
  readonly MapRunStarted: { readonly mapRunStartedEventDetails: { readonly mapRunArn: string } };
  readonly MapRunSucceeded: NoDetails;
  readonly MapRunFailed: { readonly mapRunFailedEventDetails: ErrorDetails };
  readonly MapRunAborted: NoDetails;
  readonly MapRunRedriven: {
    readonly mapRunRedrivenEventDetails: { readonly mapRunArn: string; readonly redriveCount: number };
  };

  readonly EvaluationFailed: {
    readonly evaluationFailedEventDetails: ErrorDetails & { readonly location?: string; readonly state: string };
  };

  readonly LambdaFunctionScheduled: { readonly lambdaFunctionScheduledEventDetails: Scheduled };
  readonly LambdaFunctionStarted: NoDetails;
  readonly LambdaFunctionSucceeded: { readonly lambdaFunctionSucceededEventDetails: Output };
  readonly LambdaFunctionFailed: { readonly lambdaFunctionFailedEventDetails: ErrorDetails };
  readonly LambdaFunctionTimedOut: { readonly lambdaFunctionTimedOutEventDetails: ErrorDetails };

  readonly ActivityScheduled: {
    readonly activityScheduledEventDetails: Scheduled & { readonly heartbeatInSeconds?: number };
  };
  readonly ActivityStarted: { readonly activityStartedEventDetails: { readonly workerName?: string } };
  readonly ActivitySucceeded: { readonly activitySucceededEventDetails: Output };
  readonly ActivityFailed: { readonly activityFailedEventDetails: ErrorDetails };
  readonly ActivityTimedOut: { readonly activityTimedOutEventDetails: ErrorDetails };

  readonly TaskScheduled: {
    readonly taskScheduledEventDetails: Resource & {
      readonly region: string;
      /** JSON text. */
      readonly parameters: string;
      readonly timeoutInSeconds?: number;
      readonly heartbeatInSeconds?: number;
    };
  };
  readonly TaskStarted: { readonly taskStartedEventDetails: Resource };
  readonly TaskSubmitted: { readonly taskSubmittedEventDetails: Resource & Output };
  readonly TaskSubmitFailed: { readonly taskSubmitFailedEventDetails: Resource & ErrorDetails };
  readonly TaskSucceeded: { readonly taskSucceededEventDetails: Resource & Output };
  readonly TaskFailed: { readonly taskFailedEventDetails: Resource & ErrorDetails };
  readonly TaskTimedOut: { readonly taskTimedOutEventDetails: Resource & ErrorDetails };
}

/** The names of the events, spelt as AWS spells them. */
export type HistoryEventType = keyof HistoryEventDetails;

/** What every event of a history has. */
export interface HistoryEventHead {
  /** 1 for the first event, without gaps. */
  readonly id: number;
  /** The event that led to this one; 0 for none. */
  readonly previousEventId: number;
  /** Milliseconds since the epoch; AWS's API gives seconds. */
  readonly timestamp: number;
}

/** An event of an execution's history, in the shape that GetExecutionHistory answers (but for the timestamp's unit). */
export type HistoryEvent = {
  readonly [type in HistoryEventType]: HistoryEventHead & { readonly type: type } & HistoryEventDetails[type];
}[HistoryEventType];

/** A Standard execution fails with the event of this number. */
export const MAX_HISTORY_EVENTS = 25_000;

/** Thrown when an event would exceed the limit of a history. */
export class HistoryFull extends Error {
  /** The execution's own frame, or the child execution's. */
  readonly frameId: string;
  readonly lastEventId = MAX_HISTORY_EVENTS - 1;

  constructor(frameId: string) {
    super(`The execution reached the maximum number of history events (${MAX_HISTORY_EVENTS}).`);
    this.frameId = frameId;
  }
}
