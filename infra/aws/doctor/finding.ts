import type { Inspected } from './inspected.ts'

/** `skipped`: it could not be asked here, and nothing is known of it. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped'

/** One thing that is as it should be, or is not. */
export interface Finding {
  readonly status: Status
  /** In plain words. */
  readonly what: string
  /** What is to be done about it. */
  readonly todo?: string
}

export interface Check {
  /** A word or two, the same in every run: scripts know a check by it. */
  readonly name: string
  readonly ask: (inspected: Inspected) => Promise<readonly Finding[]>
}

export const ok = (what: string): Finding => ({ status: 'ok', what })
export const warn = (what: string, todo: string): Finding => ({ status: 'warn', what, todo })
export const fail = (what: string, todo: string): Finding => ({ status: 'fail', what, todo })
export const skipped = (what: string, todo: string): Finding => ({ status: 'skipped', what, todo })

/** What is amiss, or that nothing is. */
export function orElse(amiss: readonly Finding[], fine: string): readonly Finding[] {
  return amiss.length > 0 ? amiss : [ok(fine)]
}
