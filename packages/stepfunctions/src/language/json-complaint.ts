import { nestingFlaw } from './nesting.ts';

/** Thrown at the first flaw and caught by {@link jsonFlaw}. */
class Flaw extends Error {
  /** How much of the text Jackson has read when it complains. */
  readonly read: number;

  constructor(message: string, read: number) {
    super(message);
    this.read = read;
  }
}

const VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";

/**
 * The message of AWS's JSON reader (Jackson) for a text that is not JSON or nested too deep, or `undefined` for valid
 * JSON. It is the first complaint, without the position, as AWS shows it.
 */
export function jsonComplaint(text: string): string | undefined {
  return jsonFlaw(text)?.message;
}

/** Like {@link jsonComplaint}, with the place as Jackson shows it: `[Source: (String)"{'a'"; line: 1, column: 3]`. */
export function jsonFlaw(text: string): { readonly message: string; readonly place: string } | undefined {
  const flaw = firstFlaw(text);
  return flaw && { message: flaw.message, place: placeIn(text, flaw.read) };
}

function firstFlaw(text: string): { readonly message: string; readonly read: number } | undefined {
  try {
    JSON.parse(text);
    return nestingFlaw(text);
  } catch (error) {
    const tooDeep = nestingFlaw(text);
    if (tooDeep !== undefined) {
      return tooDeep;
    }
    try {
      new Reader(text).read();
    } catch (flaw) {
      if (flaw instanceof Flaw) {
        return flaw;
      }
      throw flaw;
    }
    return { message: error instanceof Error ? error.message : String(error), read: text.length };
  }
}

/** How much of its source Jackson quotes. */
const QUOTED = 500;

function placeIn(text: string, read: number): string {
  const lines = text.slice(0, read).split('\n');
  const quoted = `"${text.slice(0, QUOTED)}"`;
  const cut = text.length > QUOTED ? `[truncated ${text.length - QUOTED} chars]` : '';
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return `[Source: (String)${quoted}${cut}; line: ${lines.length}, column: ${column}]`;
}

/** Reads JSON only to find where Jackson would stop. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) {
      this.#value();
    }
  }

  #value(): void {
    this.#space();
    const char = this.#text[this.#at];
    if (char === undefined) {
      throw new Flaw('No content to map due to end-of-input', this.#at);
    }
    if (char === '{') {
      this.#members();
    } else if (char === '[') {
      this.#items();
    } else if (char === '"') {
      this.#string();
    } else if (/[-0-9]/.test(char)) {
      this.#number();
    } else {
      this.#word(char);
    }
  }

  #members(): void {
    this.#at += 1;
    this.#space();
    if (this.#take('}')) {
      return;
    }
    for (;;) {
      this.#space();
      if (this.#text[this.#at] !== '"') {
        throw this.#unexpected('was expecting double-quote to start field name', 'Object');
      }
      this.#string();
      this.#space();
      if (!this.#take(':')) {
        throw this.#unexpected('was expecting a colon to separate field name and value', 'Object');
      }
      this.#value();
      this.#space();
      if (this.#take('}')) {
        return;
      }
      if (!this.#take(',')) {
        throw this.#unexpected('was expecting comma to separate Object entries', 'Object');
      }
    }
  }

  #items(): void {
    this.#at += 1;
    this.#space();
    if (this.#take(']')) {
      return;
    }
    for (;;) {
      this.#value();
      this.#space();
      if (this.#take(']')) {
        return;
      }
      if (!this.#take(',')) {
        throw this.#unexpected('was expecting comma to separate Array entries', 'Array');
      }
    }
  }

  #string(): void {
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const char = this.#text[this.#at];
      if (char === '"') {
        this.#at += 1;
        return;
      }
      if (char === '\\') {
        this.#at += 1;
      }
      const code = this.#text.charCodeAt(this.#at);
      if (code < 0x20) {
        throw new Flaw(
          `Illegal unquoted character ((CTRL-CHAR, code ${code})): has to be escaped using backslash to be included in string value`,
          this.#at + 1,
        );
      }
    }
    throw new Flaw('Unexpected end-of-input: was expecting closing quote for a string value', this.#text.length);
  }

  #number(): void {
    const match = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(this.#text.slice(this.#at));
    if (!match) {
      throw this.#unexpected(`expected a valid value (${VALUE})`, 'number');
    }
    this.#at += match[0].length;
    const next = this.#text[this.#at];
    if (next !== undefined && !/[\s,\]}]/.test(next)) {
      throw this.#unexpected('Expected space separating root-level values', 'number');
    }
  }

  #word(first: string): void {
    const word = /^[\p{L}\p{N}_$]+/u.exec(this.#text.slice(this.#at))?.[0];
    if (word === undefined) {
      throw this.#unexpected(`expected a valid value (${VALUE})`, first);
    }
    if (!['null', 'true', 'false'].includes(word)) {
      throw new Flaw(`Unrecognized token '${word}': was expecting (${VALUE})`, this.#at + word.length);
    }
    this.#at += word.length;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) {
      this.#at += 1;
    }
  }

  #take(char: string): boolean {
    if (this.#text[this.#at] !== char) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #unexpected(expectation: string, within: string): Flaw {
    const char = this.#text[this.#at];
    if (char === undefined) {
      return new Flaw(`Unexpected end-of-input: expected close marker for ${within}`, this.#at);
    }
    return new Flaw(`Unexpected character ('${char}' (code ${char.codePointAt(0)})): ${expectation}`, this.#at + 1);
  }
}
