/** Thrown where an evaluation goes too far; the code is the one JSONata has for it: depth, work, memory. */
export class EvaluationLimitError extends Error {
  readonly code: 'D1011' | 'D1012' | 'D2014';

  constructor(code: 'D1011' | 'D1012' | 'D2014') {
    super(`The evaluation went too far (${code})`);
    this.code = code;
  }
}
