/** Thrown by the parsers of paths and intrinsic functions. */
export class SyntaxFault extends Error {
  override readonly name = 'SyntaxFault';
  /** Where in the text, counted from 0. */
  readonly position: number;

  constructor(message: string, text: string, position: number) {
    super(`${message} at position ${position} of '${text}'`);
    this.position = position;
  }
}

/** Reads a text from left to right. */
export class TextCursor {
  readonly text: string;
  position = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.position >= this.text.length;
  }

  /** The character under the cursor; empty at the end. */
  get character(): string {
    return this.text[this.position] ?? '';
  }

  /** Moves past a token if it is next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.position)) {
      return false;
    }
    this.position += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) {
      throw this.fault(`Expected '${token}'`);
    }
  }

  /** Moves past what a sticky (`y`) pattern matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) {
      this.position += found.length;
    }
    return found;
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  fault(message: string): SyntaxFault {
    return new SyntaxFault(message, this.text, this.position);
  }
}
