import { readFileSync } from 'node:fs';
import type { TaskMock } from '../core/effect.ts';
import { parseJson } from '../language/exact-number.ts';
import { isJsonObject, type Json, type JsonObject } from '../language/json.ts';

/** What a mocked task answers at one attempt. */
export type MockedAnswer =
  | { readonly kind: 'RETURN'; readonly output: Json }
  | { readonly kind: 'THROW'; readonly error: string; readonly cause: string };

/** Answers by the attempts for which they count, both included. The first attempt is 0. */
interface MockedResponse {
  readonly from: number;
  readonly to: number;
  readonly answer: MockedAnswer;
}

/** Test cases by name, each with the mocked response of a state by its name. */
type TestCases = ReadonlyMap<string, ReadonlyMap<string, readonly MockedResponse[]>>;

/**
 * `MockConfigFile.json` of AWS's Step Functions Local: an execution that is started as `arn#TestCase` gets the answers of
 * its tasks from there, by the name of the state and the attempt. States that the case does not name call their target.
 */
export class MockConfiguration {
  readonly #machines: ReadonlyMap<string, TestCases>;

  constructor(machines: ReadonlyMap<string, TestCases>) {
    this.#machines = machines;
  }

  /**
   * Reads a file.
   *
   * @throws {Error} it cannot be read, or is no mock configuration; the message says where
   */
  static read(file: string): MockConfiguration {
    return new MockConfiguration(machinesIn(parseJson(readFileSync(file, 'utf8'))));
  }

  /** Whether the file has test cases of a state machine, so that it may call services without an endpoint here. */
  hasMachine(machine: string): boolean {
    return this.#machines.has(machine);
  }

  /** The names of the states that a test case mocks; `undefined` when there is no such case. */
  mockedStates(machine: string, testCase: string): readonly string[] | undefined {
    const states = this.#machines.get(machine)?.get(testCase);
    return states && [...states.keys()];
  }

  /** What a mocked state's task answers at an attempt. */
  answerOf(mock: TaskMock): MockedAnswer {
    const { stateMachine, testCase, state, attempt } = mock;
    const responses = this.#machines.get(stateMachine)?.get(testCase)?.get(state) ?? [];
    return responses.find(({ from, to }) => from <= attempt && attempt <= to)?.answer ?? noMockedAnswer(mock);
  }
}

/** Fails a task for which there is no response. */
export function noMockedAnswer({ testCase, state, attempt }: TaskMock): MockedAnswer {
  return {
    kind: 'THROW',
    error: 'States.Runtime',
    cause: `The test case '${testCase}' has no response for attempt ${attempt} of the state '${state}'.`,
  };
}

function machinesIn(file: Json): ReadonlyMap<string, TestCases> {
  const { StateMachines, MockedResponses = {} } = objectAt(file, 'The file');
  const responses = new Map(
    Object.entries(objectAt(MockedResponses, 'MockedResponses')).map(([name, response]) => [
      name,
      responsesIn(response, `MockedResponses.${name}`),
    ]),
  );
  const machines = Object.entries(objectAt(StateMachines, 'StateMachines')).map(([name, machine]) => {
    const { TestCases } = objectAt(machine, `StateMachines.${name}`);
    return [name, testCasesIn(TestCases, `StateMachines.${name}.TestCases`, responses)] as const;
  });
  return new Map(machines);
}

function testCasesIn(
  cases: Json | undefined,
  path: string,
  responses: ReadonlyMap<string, readonly MockedResponse[]>,
): TestCases {
  const read = Object.entries(objectAt(cases, path)).map(([name, states]) => {
    const mocked = Object.entries(objectAt(states, `${path}.${name}`)).map(([state, response]) => {
      const found = typeof response === 'string' ? responses.get(response) : undefined;
      if (found === undefined) {
        throw new Error(`${path}.${name}.${state} names no mocked response.`);
      }
      return [state, found] as const;
    });
    return [name, new Map(mocked)] as const;
  });
  return new Map(read);
}

function responsesIn(response: Json, path: string): readonly MockedResponse[] {
  return Object.entries(objectAt(response, path)).map(([attempts, answer]) => {
    const range = /^(?<from>\d+)(?:-(?<to>\d+))?$/.exec(attempts)?.groups;
    if (range?.from === undefined) {
      throw new Error(`${path}.${attempts} must be an attempt such as "0" or attempts such as "1-2".`);
    }
    const from = Number(range.from);
    return { from, to: Number(range.to ?? from), answer: answerIn(answer, `${path}.${attempts}`) };
  });
}

function answerIn(answer: Json, path: string): MockedAnswer {
  const { Return, Throw } = objectAt(answer, path);
  if (Return !== undefined && Throw === undefined) {
    return { kind: 'RETURN', output: Return };
  }
  const { Error: error, Cause: cause = '' } = objectAt(Throw, `${path} must have Return or Throw. ${path}.Throw`);
  if (Return !== undefined || typeof error !== 'string' || typeof cause !== 'string') {
    throw new Error(`${path} must have either Return, or Throw with Error and Cause.`);
  }
  return { kind: 'THROW', error, cause };
}

function objectAt(value: Json | undefined, path: string): JsonObject {
  if (isJsonObject(value)) {
    return value;
  }
  throw new Error(`${path} must be an object.`);
}
