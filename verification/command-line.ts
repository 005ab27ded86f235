import { parseArgs } from 'node:util';
import { ConfigurationError } from '../functions/common/configuration.ts';

/** Thrown where a command line is wrong. The message names the option and what it must be. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

/** One option; `T` is what the command gets, `undefined` included where the option may be left out. */
export interface Option<T> {
  readonly type: 'boolean' | 'string';
  readonly isRepeatable: boolean;
  /** Stands for the value in the help text, such as `N`; empty for a flag. */
  readonly placeholder: string;
  readonly help: string;
  /**
   * Reads the values that were typed, none where the option was left out.
   *
   * @param name the option as typed, for the error
   * @throws {CommandLineError}
   */
  readonly read: (typed: readonly string[], name: string) => T;
}

type Options = Readonly<Record<string, Option<unknown>>>;

/** The values of a table of options. */
export type ValuesOf<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/**
 * A command line. Reading, checks and help text follow from this table.
 *
 *     const COMMAND_LINE = {
 *       command: 'npm run soak --',
 *       description: 'Sends orders until it is stopped.',
 *       options: {
 *         orders: withDefault(6, wholeNumber('customers of each round', { least: 1, most: 100 })),
 *         json: flag('one JSON document instead of text'),
 *       },
 *     };
 *     await runCommand(COMMAND_LINE, async ({ orders, json }) => ((await soak(orders, json)) ? 0 : 1));
 */
export interface CommandLine<O extends Options> {
  /** What to type before the options, such as `npm run chaos --`. */
  readonly command: string;
  /** What the command does, in a sentence or two. */
  readonly description: string;
  readonly options: O;
  /** Shown below the options. */
  readonly epilogue?: string;
}

/** An option without a value. */
export function flag(help: string): Option<boolean> {
  return { type: 'boolean', isRepeatable: false, placeholder: '', help, read: (typed) => typed.length > 0 };
}

/** Any text. */
export function text(placeholder: string, help: string): Option<string | undefined> {
  return valueOption(placeholder, help, 'a text that is not empty', (typed) => (typed === '' ? undefined : typed));
}

/** A whole number, written with digits alone; both bounds are included. */
export function wholeNumber(help: string, { least, most }: Bounds): Option<number | undefined> {
  return valueOption('N', help, `a whole number from ${least} to ${most}`, (typed) => {
    const value = Number(typed);
    return /^\d+$/.test(typed) && value >= least && value <= most ? value : undefined;
  });
}

/** The bounds of a number, both included. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** A number above 0, such as a factor or seconds. */
export function positiveNumber(placeholder: string, help: string): Option<number | undefined> {
  return valueOption(placeholder, help, 'a number above 0', (typed) => {
    const value = Number(typed);
    return Number.isFinite(value) && value > 0 ? value : undefined;
  });
}

/** One of some words. */
export function choice<T extends string>(
  placeholder: string,
  help: string,
  choices: readonly T[],
): Option<T | undefined> {
  return valueOption(placeholder, help, `one of ${choices.join(', ')}`, (typed) =>
    choices.find((known) => known === typed),
  );
}

/** The name of a file that the command makes, without folder and ending. */
export function fileName(help: string): Option<string | undefined> {
  return valueOption('NAME', help, 'a file name of letters, digits, _ and - only', (typed) =>
    /^[\w-]+$/.test(typed) ? typed : undefined,
  );
}

/** A URL of HTTP or HTTPS. */
export function httpUrl(help: string): Option<string | undefined> {
  return valueOption('URL', help, 'a URL such as http://127.0.0.1:3000', (typed) =>
    /^https?:$/.test(URL.parse(typed)?.protocol ?? '') ? typed : undefined,
  );
}

/** The address of a gRPC service. */
export function hostAndPort(help: string): Option<string | undefined> {
  return valueOption('ADDR', help, 'an address such as 127.0.0.1:50051', (typed) =>
    /^[^\s/]+:\d{1,5}$/.test(typed) ? typed : undefined,
  );
}

/** The same option with a value for where it is left out; the help text names it. */
export function withDefault<T>(fallback: T, option: Option<T | undefined>): Option<T> {
  const help = `${option.help} (default ${String(fallback)})`;
  return { ...option, help, read: (typed, name) => option.read(typed, name) ?? fallback };
}

/** The same option, but it must be there. */
export function required<T>(option: Option<T | undefined>): Option<T> {
  return {
    ...option,
    read: (typed, name) => {
      const value = option.read(typed, name);
      if (value === undefined) {
        throw new CommandLineError(`${name} ${option.placeholder} is missing: ${option.help}.`);
      }
      return value;
    },
  };
}

/** The same option, any number of times; no value where it is left out. */
export function repeatable<T>(option: Option<T | undefined>): Option<readonly T[]> {
  return {
    ...option,
    isRepeatable: true,
    help: `${option.help}; may be repeated`,
    read: (typed, name) => typed.map((one) => option.read([one], name)).filter((value) => value !== undefined),
  };
}

/**
 * Reads a command line.
 *
 * @throws {CommandLineError} naming the option at fault
 */
export function readCommandLine<O extends Options>({ options }: CommandLine<O>, args: readonly string[]): ValuesOf<O> {
  const typed = typedValues(options, args);
  const values = Object.entries(options).map(
    ([name, option]) => [name, option.read(typed(name), `--${name}`)] as const,
  );
  return Object.fromEntries(values) as ValuesOf<O>;
}

/** What `--help` shows. */
export function helpOf({ command, description, options, epilogue }: CommandLine<Options>): string {
  const rows = Object.entries(options).map(([name, { placeholder, help }]) => [
    `--${name} ${placeholder}`.trim(),
    help,
  ]);
  const width = Math.max(...rows.map(([option = '']) => option.length), '--help'.length) + 2;
  const lines = [...rows, ['--help', 'this text']].map(
    ([option = '', help = '']) => `  ${option.padEnd(width)}${wrapped(help, width + 2)}`,
  );
  return [`${command} [options]`, wrapped(description, 0), lines.join('\n'), ...(epilogue ? [epilogue] : [])].join(
    '\n\n',
  );
}

/**
 * Runs a command with this process's arguments. The exit code is what `run` returns, 1 where it throws, and 2 where the
 * command line is wrong.
 *
 * @param run also given the arguments as typed; may throw CommandLineError for options that do not go together
 */
export async function runCommand<O extends Options>(
  commandLine: CommandLine<O>,
  run: (values: ValuesOf<O>, args: readonly string[]) => Promise<number>,
): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpOf(commandLine));
    return;
  }
  try {
    process.exitCode = await run(readCommandLine(commandLine, args), args);
  } catch (error) {
    const isMistyped = error instanceof CommandLineError;
    console.error(isMistyped ? `${error.message}\nSee: ${commandLine.command} --help` : describeFailure(error));
    process.exitCode = isMistyped ? 2 : 1;
  }
}

/** A sentence where a person can act on it; otherwise the error with its stack trace. */
function describeFailure(error: unknown): unknown {
  if (error instanceof ConfigurationError) {
    return error.message;
  }
  const isRefused = error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
  return isRefused && 'address' in error && 'port' in error
    ? `Nothing answers at ${String(error.address)}:${String(error.port)}. Start the stack there: npm start. docs/configuration.md names ` +
        'the variables of its addresses.'
    : error;
}

/** The command as it was typed, to be typed again. */
export function commandAsTyped({ command }: CommandLine<Options>, args: readonly string[]): string {
  const quoted = args.map((argument) => (/[\s"']/.test(argument) ? JSON.stringify(argument) : argument));
  return args.length === 0 ? command.replace(/ --$/, '') : [command, ...quoted].join(' ');
}

/** When Ctrl-C or SIGTERM interrupts the command, cleans up first and then exits with 1. */
export function cleanUpWhenInterrupted(cleanUp: () => Promise<unknown>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUp()
        .catch((error: unknown) => console.error(error))
        .finally(() => process.exit(1));
    });
  }
}

/** Prints one line of progress. */
export function say(line: string): void {
  console.log(line);
}

function valueOption<T>(
  placeholder: string,
  help: string,
  requirement: string,
  parse: (typed: string) => T | undefined,
): Option<T | undefined> {
  return {
    type: 'string',
    isRepeatable: false,
    placeholder,
    help,
    read: (typed, name) => {
      const last = typed.at(-1);
      const value = last === undefined ? undefined : parse(last);
      if (last !== undefined && value === undefined) {
        throw new CommandLineError(`${name} is "${last}"; it must be ${requirement}.`);
      }
      return value;
    },
  };
}

function typedValues(options: Options, args: readonly string[]): (name: string) => readonly string[] {
  const config = Object.entries(options).map(([name, { type }]) => [name, { type, multiple: true }] as const);
  try {
    const { values } = parseArgs({ args: [...args], options: Object.fromEntries(config) });
    return (name) => [values[name] ?? []].flat().map(String);
  } catch (error) {
    throw new CommandLineError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const WIDEST_LINE = 120;

/** Breaks a text into lines; all but the first are indented. */
function wrapped(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDEST_LINE) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
