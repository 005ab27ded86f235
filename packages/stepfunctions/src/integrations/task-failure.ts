/** Thrown by an integration: how the task failed, in the words a Retrier or Catcher sees. */
export class TaskFailure extends Error {
  override readonly name = 'TaskFailure';
  /** Step Functions' error name: `Lambda.TooManyRequestsException`, or the function's own. */
  readonly error: string;
  /** Step Functions' cause: a sentence, or a function's error as JSON text. */
  readonly causeText: string;

  constructor(error: string, causeText: string, options?: ErrorOptions) {
    super(`${error}: ${causeText}`, options);
    this.error = error;
    this.causeText = causeText;
  }
}
