import { signal } from '@preact/signals';

/** A refusal of the engine, or that it does not answer. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  /** Such as `ExecutionDoesNotExist`. */
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** Whether the last request reached the engine. */
export const isReachable = signal(true);

/** Calls an action of Step Functions at the address of this page. @throws EngineError */
export async function call<Answer>(action: string, input: object, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch('/', {
      method: 'POST',
      cache: 'no-store',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AWSStepFunctions.${action}` },
      body: JSON.stringify(input),
      ...(signal !== undefined && { signal }),
    });
    isReachable.value = true;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') {
      throw error;
    }
    isReachable.value = false;
    throw new EngineError('Unreachable', 'The engine does not answer. The console goes on asking.');
  }
  const answer = (await response.json().catch(() => ({}))) as {
    readonly __type?: string;
    readonly message?: string;
  };
  if (!response.ok) {
    const type = answer.__type?.split('#').at(-1) ?? 'Unknown';
    throw new EngineError(type, answer.message ?? `The engine answered ${response.status}.`);
  }
  return answer as Answer;
}
