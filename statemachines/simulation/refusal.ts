/** A service's terminal "no"; the name is what the saga's Catch branches see. */
export class Refusal extends Error {
  override readonly name: string;
  constructor(errorName: string, message: string) {
    super(message);
    this.name = errorName;
  }
}
