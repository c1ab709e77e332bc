import type { parseArgs, ParseArgsOptionsConfig } from 'node:util'

/** An error that the user can fix. Its message is printed without a stack. */
export class Complaint extends Error {}

/** Collects several complaints, so that the user can fix all of them at once. */
export class Complaints {
  readonly #lines: string[] = []

  get isEmpty(): boolean {
    return this.#lines.length === 0
  }

  add(...lines: readonly string[]): void {
    this.#lines.push(...lines)
  }

  /** @returns the result of an action; `undefined` if it ended with a complaint, which is collected */
  async of<Result>(action: Promise<Result>): Promise<Result | undefined> {
    try {
      return await action
    } catch (error) {
      if (!(error instanceof Complaint)) throw error
      this.add(error.message)
      return undefined
    }
  }

  /** Combines the collected complaints. */
  all(): Complaint {
    return new Complaint(this.#lines.join('\n'))
  }
}

/** The terminal in which a command runs. Tests use their own. */
export interface Io {
  /** Prints a line of the result on standard output. */
  readonly out: (line: string) => void
  /** Prints any other line on standard error. */
  readonly err: (line: string) => void
  /**
   * Asks a question. @returns the answer without its line end; `undefined` if standard input has ended or the process must end
   *
   * @param isSecret whether the terminal hides the input
   */
  readonly ask: (question: string, isSecret?: boolean) => Promise<string | undefined>
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Aborted when the process must end (SIGINT, SIGTERM). A command that uses it must end by itself; a signal kills all other commands.
   */
  readonly stop: AbortSignal
}

/**
 * Asks a question.
 *
 * @param kept the outcome of any other answer than yes, for the message
 * @throws Complaint unless the answer is yes
 */
export async function confirm(
  { ask }: Io,
  question = 'Continue?',
  kept = 'nothing was changed',
): Promise<void> {
  const answer = await ask(`${question} (yes/no) `)
  if (answer === undefined) throw new Complaint(`no answer, so ${kept}: use --yes to continue without asking`)
  if (!/^y(es)?$/i.test(answer.trim())) throw new Complaint(kept)
}

/** One command of `certbound`. */
export interface Command<Options extends ParseArgsOptionsConfig = ParseArgsOptionsConfig> {
  /** The output of `--help`. */
  readonly help: string
  readonly options: Options
  /** Whether the command takes arguments that are not options. */
  readonly allowPositionals?: boolean
  /**
   * @returns the exit code
   * @throws Complaint; any error ends the command with the exit code `failed`
   */
  run(parsed: Parsed<Options>, io: Io): Promise<number>
  /** The exit code if `run` throws or the arguments are wrong; 1 by default. */
  readonly failed?: number
}

export type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>

/** Returns its argument, so that the compiler infers the options of a command. */
export function command<const Options extends ParseArgsOptionsConfig>(
  spec: Command<Options>,
): Command<Options> {
  return spec
}
