import type { parseArgs, ParseArgsOptionsConfig } from 'node:util'

/** An error that the user can mend. Its message is printed line by line, without a stack. */
export class Complaint extends Error {}

/** Collects what is wrong in several places, so that the user can mend all of it at once. */
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

  /** Everything that was collected. */
  all(): Complaint {
    return new Complaint(this.#lines.join('\n'))
  }
}

/** The terminal in which a command runs. Tests bring their own. */
export interface Io {
  /** Prints one line on standard output: the result. */
  readonly out: (line: string) => void
  /** Prints one line on standard error: everything else. */
  readonly err: (line: string) => void
  /**
   * The answer to a question, without its line end. `undefined`: standard input has ended, or the process must end.
   *
   * @param isSecret the terminal does not show what is typed
   */
  readonly ask: (question: string, isSecret?: boolean) => Promise<string | undefined>
  readonly env: Readonly<Record<string, string | undefined>>
  /**
   * Aborted when the process must end (SIGINT, SIGTERM). A command that reads it must end by itself; a signal kills all
   * others.
   */
  readonly stop: AbortSignal
}

/**
 * Asks a question.
 *
 * @param kept what did not happen unless the answer is yes
 * @throws Complaint unless the answer is yes
 */
export async function confirm({ ask }: Io, question = 'Go on?', kept = 'nothing was changed'): Promise<void> {
  const answer = await ask(`${question} (yes/no) `)
  if (answer === undefined) throw new Complaint(`no answer, so ${kept}: --yes goes on without asking`)
  if (!/^y(es)?$/i.test(answer.trim())) throw new Complaint(kept)
}

/** One command of `certbound`. */
export interface Command<Options extends ParseArgsOptionsConfig = ParseArgsOptionsConfig> {
  /** The text of `--help`, which every command has. */
  readonly help: string
  readonly options: Options
  /** Whether the command takes arguments that are not options. */
  readonly allowPositionals?: boolean
  /**
   * @returns the exit code
   * @throws Complaint for the user; any error ends the command with the exit code `failed`
   */
  run(parsed: Parsed<Options>, io: Io): Promise<number>
  /** The exit code when `run` throws or the arguments are wrong; 1 by default. */
  readonly failed?: number
}

export type Parsed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; allowPositionals: true; strict: true }>
>

/** Lets the compiler infer the options of a command. */
export function command<const Options extends ParseArgsOptionsConfig>(
  spec: Command<Options>,
): Command<Options> {
  return spec
}
