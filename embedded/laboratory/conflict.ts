/** What the laboratory cannot do at this moment. The API of the shop knows none of these. */
export type ConflictCode = 'PROCESS_RESTARTING';

/** Thrown when the laboratory can do what was asked, but not now. The same request may succeed later. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
  readonly code: ConflictCode;

  constructor(code: ConflictCode, message: string) {
    super(message);
    this.code = code;
  }
}
