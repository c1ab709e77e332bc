import type { Example } from './run.ts'
import type { Step } from './steps.ts'

/** The steps that several examples have. */

export const by = (process: 0 | 1, name: string, more: Partial<Step> = {}): Step => ({
  ...{ do: name, by: process, pick: 0, other: 0 },
  ...more,
})

export const runOf = (refresh: Example['mode']['refresh'], ...steps: readonly Step[]): Example => ({
  ...{ mode: { refresh, jwt: false }, seed: 0, steps },
})

/** One of all that a client can hold. The other process has met the client. */
export const HELD = [
  ...[by(0, 'authorize'), by(0, 'issue'), by(0, 'create'), by(1, 'introspect'), by(1, 'refresh')],
  by(0, 'authorize'),
]
export const PRESENTED = [
  by(1, 'introspect'),
  by(1, 'refresh'),
  by(1, 'redeem'),
  by(1, 'issue'),
  by(1, 'credentials'),
]

/** The request has the certificate that `pick` chooses. */
export const CERTIFICATE = 16

/** The client announces its renewed certificate, and management lets the renewal take effect. */
export const RENEWED = [by(0, 'announce'), by(1, 'changeRenewal')]
