/** A program that every peer can run: as a state machine, or as a handler of Restate's. */
export type Program =
  /** Ten states that do nothing. */
  | 'passes'
  /** Ten tasks, one after the other, each a call out of the process. */
  | 'tasks'
  /** Sleeps for five seconds. */
  | 'wait'
  /** Sleeps for an hour. */
  | 'long-wait'
  /** A task that fails the first time and is repeated after four seconds. */
  | 'retry'
  /** Waits for somebody's answer. */
  | 'token'
  /** Sleeps for a second for each of five items, one after the other. */
  | 'map'
  /** A task whose failure ends the execution. */
  | 'redrive';

/** How an execution stands. `LOST`: the peer does not know it, or not any more. */
export type ExecutionState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'LOST';

/** A peer that runs, in processes of its own. */
export interface RunningPeer {
  /** Address of its Step Functions API, where it has one. */
  readonly api?: string;
  /** Starts an execution; answers by what it is asked for later. */
  readonly begin: (program: Program) => Promise<string>;
  readonly stateOf: (execution: string) => Promise<ExecutionState>;
  /** Takes the task of an execution; undefined of a program that nobody answers there. */
  readonly takeTask?: (program: Program) => Promise<string | undefined>;
  readonly answerTask?: (token: string, isSuccess: boolean) => Promise<void>;
  /** Redrives a failed execution. Absent where the peer has no such call. */
  readonly redrive?: (execution: string) => Promise<void>;
  /** Resident memory of its processes in bytes; undefined where the platform does not tell. */
  readonly memory: () => Promise<number | undefined>;
  /** `kill -9` of all its processes. */
  readonly kill: () => Promise<void>;
}

/** Something to compare. */
export interface Peer {
  readonly name: string;
  /** Installs it into a folder of its own; answers its version. @throws {Error} it cannot be had here */
  readonly install: () => Promise<string>;
  /** Starts it on its data folder, or starts it again there. */
  readonly start: (dataFolder: string) => Promise<RunningPeer>;
  /** Programs that it cannot run, with the reason. */
  readonly lacks: Readonly<Partial<Record<Program, string>>>;
}
