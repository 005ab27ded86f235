/** An attribute in DynamoDB's own JSON, such as `{"S":"PENDING"}`. */
export type Attribute = Readonly<Record<string, unknown>>;

/** A stored item: attribute name to attribute. */
export type Item = Readonly<Record<string, Attribute>>;

/** Values of an expression's placeholders: `#name` and `:value`. */
export interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, Attribute>>;
}

const ABSENT = '(absent)';
const TOKEN = /\s*([#:]?[A-Za-z_][\w]*|<>|[=<(),])/y;

/**
 * Evaluates the subset of DynamoDB's expression language that the order saga uses:
 *
 * - conditions: `AND`, `OR`, `NOT`, `IN`, `=`, `<>`, `<` of numbers or strings, `size` of a list, `attribute_exists`,
 *   `attribute_not_exists`
 * - updates: `SET` (with `list_append` and `if_not_exists`) and `REMOVE`
 *
 * Anything else is an error, so that new operators in the saga are noticed.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
class ExpressionReader {
  readonly #tokens: readonly string[];
  readonly #item: Item;
  readonly #placeholders: Placeholders;
  #at = 0;

  constructor(text: string, item: Item, placeholders: Placeholders) {
    this.#tokens = tokens(text);
    this.#item = item;
    this.#placeholders = placeholders;
  }

  condition(): boolean {
    const holds = this.#or();
    if (this.#at < this.#tokens.length) {
      throw new Error(`unexpected ${this.#tokens[this.#at]} in a condition`);
    }
    return holds;
  }

  update(): Item {
    const item: Record<string, Attribute> = { ...this.#item };
    while (this.#at < this.#tokens.length) {
      const clause = this.#next();
      if (clause !== 'SET' && clause !== 'REMOVE') {
        throw new Error(`unexpected ${clause} in an update`);
      }
      do {
        const name = this.#name(this.#next());
        if (clause === 'REMOVE') {
          delete item[name];
        } else {
          this.#take('=');
          item[name] = this.#value();
        }
      } while (this.#skip(','));
    }
    return item;
  }

  #or(): boolean {
    let holds = this.#and();
    while (this.#skip('OR')) {
      holds = this.#and() || holds;
    }
    return holds;
  }

  #and(): boolean {
    let holds = this.#not();
    while (this.#skip('AND')) {
      holds = this.#not() && holds;
    }
    return holds;
  }

  #not(): boolean {
    if (this.#skip('NOT')) {
      return !this.#not();
    }
    if (this.#skip('(')) {
      const holds = this.#or();
      this.#take(')');
      return holds;
    }
    for (const [name, wanted] of [['attribute_exists', true] as const, ['attribute_not_exists', false] as const]) {
      if (!this.#skip(name)) {
        continue;
      }
      this.#take('(');
      const exists = this.#item[this.#name(this.#next())] !== undefined;
      this.#take(')');
      return exists === wanted;
    }
    return this.#comparison();
  }

  #comparison(): boolean {
    const left = this.#comparable();
    if (this.#skip('=')) {
      return this.#comparable() === left && left !== ABSENT;
    }
    if (this.#skip('<>')) {
      return left !== this.#comparable();
    }
    if (this.#skip('<')) {
      return isBelow(left, this.#comparable());
    }
    this.#take('IN');
    this.#take('(');
    const choices: string[] = [];
    do {
      choices.push(this.#comparable());
    } while (this.#skip(','));
    this.#take(')');
    return left !== ABSENT && choices.includes(left);
  }

  #value(): Attribute {
    if (this.#skip('if_not_exists')) {
      this.#take('(');
      const present = this.#read(this.#next());
      this.#take(',');
      const otherwise = this.#operand();
      this.#take(')');
      return present ?? otherwise;
    }
    if (!this.#skip('list_append')) {
      return this.#operand();
    }
    this.#take('(');
    const head = listOf(this.#operand());
    this.#take(',');
    const tail = listOf(this.#operand());
    this.#take(')');
    return { L: [...head, ...tail] };
  }

  #operand(): Attribute {
    const token = this.#next();
    const attribute = this.#read(token);
    if (attribute === undefined) {
      throw new Error(`${token} has no value`);
    }
    return attribute;
  }

  /** A missing attribute equals no other, as in DynamoDB. */
  #comparable(): string {
    const token = this.#next();
    if (token === 'size') {
      return this.#size();
    }
    const attribute = this.#read(token);
    if (attribute === undefined && token.startsWith(':')) {
      throw new Error(`${token} has no value`);
    }
    return attribute === undefined ? ABSENT : JSON.stringify(attribute);
  }

  #size(): string {
    this.#take('(');
    const list = this.#read(this.#next())?.L;
    this.#take(')');
    return Array.isArray(list) ? JSON.stringify({ N: String(list.length) }) : ABSENT;
  }

  #read(token: string): Attribute | undefined {
    return token.startsWith(':') ? this.#placeholders.values[token] : this.#item[this.#name(token)];
  }

  #name(token: string): string {
    const name = token.startsWith('#') ? this.#placeholders.names[token] : token;
    if (name === undefined) {
      throw new Error(`${token} has no name`);
    }
    return name;
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) {
      throw new Error('the expression ends too early');
    }
    this.#at += 1;
    return token;
  }

  #skip(token: string): boolean {
    if (this.#tokens[this.#at] !== token) {
      return false;
    }
    this.#at += 1;
    return true;
  }

  #take(token: string): void {
    const found = this.#next();
    if (found !== token) {
      throw new Error(`expected ${token} but found ${found}`);
    }
  }
}

/** Whether an item meets a ConditionExpression. */
export function conditionHolds(text: string, item: Item, placeholders: Placeholders): boolean {
  return new ExpressionReader(text, item, placeholders).condition();
}

/** Returns the item after an UpdateExpression. */
export function applyUpdate(text: string, item: Item, placeholders: Placeholders): Item {
  return new ExpressionReader(text, item, placeholders).update();
}

/** A cache: the saga and the functions evaluate a few dozen expressions again and again. */
const tokensByText = new Map<string, readonly string[]>();

function tokens(text: string): readonly string[] {
  const known = tokensByText.get(text);
  if (known !== undefined) {
    return known;
  }
  const found: string[] = [];
  TOKEN.lastIndex = 0;
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match?.[1] === undefined) {
      throw new Error(`cannot read the expression at ${text.slice(at)}`);
    }
    found.push(match[1]);
  }
  tokensByText.set(text, found);
  return found;
}

function listOf(attribute: Attribute): readonly unknown[] {
  const list = attribute.L;
  if (!Array.isArray(list)) {
    throw new Error('list_append takes lists');
  }
  return list;
}

/** Compares two numbers or two strings; false where one is missing or their types differ. */
function isBelow(left: string, right: string): boolean {
  if (left === ABSENT || right === ABSENT) {
    return false;
  }
  const one: Attribute = JSON.parse(left);
  const other: Attribute = JSON.parse(right);
  if (typeof one.S === 'string' && typeof other.S === 'string') {
    return one.S < other.S;
  }
  return Number(one.N) < Number(other.N);
}
