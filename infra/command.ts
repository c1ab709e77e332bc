import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'

/** What a person must do something about. It is printed as it is, without a stack. */
export class Complaint extends Error {}

/** What a command has of the terminal that it runs in. Tests bring their own. */
export interface Io {
  /** One line on standard output: what was asked for. */
  readonly out: (line: string) => void
  /** One line on standard error: everything else. */
  readonly err: (line: string) => void
  /** The answer to a question, without its line end. `undefined`: standard input has ended. */
  readonly ask: (question: string) => Promise<string | undefined>
  readonly env: Readonly<Record<string, string | undefined>>
  /** Aborted when the process is to end (SIGINT, SIGTERM). Commands that serve wait for it. */
  readonly stop: AbortSignal
}

/** One command of `certbound`. It imports what it needs when it runs, so that `--help` is quick. */
export interface Command<Options extends ParseArgsOptionsConfig = ParseArgsOptionsConfig> {
  /** The text of `--help`, which is answered for every command. */
  readonly help: string
  readonly options: Options
  /** Whether arguments that are no options may follow. */
  readonly allowPositionals?: boolean
  /** @returns the exit code @throws Complaint and others: one line for a person, and the exit code `failed` */
  readonly run: (parsed: Parsed<Options>, io: Io) => Promise<number>
  /** The exit code when `run` throws; 1 unless said otherwise. */
  readonly failed?: number
}

export type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>

/** Lets the compiler see which options a command has. */
export function command<const Options extends ParseArgsOptionsConfig>(
  spec: Command<Options>,
): Command<Options> {
  return spec
}
