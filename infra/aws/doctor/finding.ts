import type { Inspected } from './inspected.ts'

/** `skipped`: the check could not be made here, so its result is unknown. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  readonly status: Status
  /** What was found, in plain words. */
  readonly what: string
  /** What to do about it. */
  readonly todo?: string
}

export interface Check {
  /** One to three words that never change: scripts know a check by them. */
  readonly name: string
  readonly ask: (inspected: Inspected) => readonly Finding[] | Promise<readonly Finding[]>
}

export const ok = (what: string): Finding => ({ status: 'ok', what })
export const warn = (what: string, todo: string): Finding => ({ status: 'warn', what, todo })
export const fail = (what: string, todo: string): Finding => ({ status: 'fail', what, todo })
export const skipped = (what: string, todo: string): Finding => ({ status: 'skipped', what, todo })

/** What is wrong, or else that nothing is. */
export function orElse(problems: readonly (Finding | false)[], fine: string): readonly Finding[] {
  const found = problems.filter((problem) => problem !== false)
  return found.length > 0 ? found : [ok(fine)]
}
