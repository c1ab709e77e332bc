import type { StoredClient } from '../../../shared/store/client.ts'
import type { StoredService } from '../../../shared/store/service.ts'
import type { Truststore } from '../../truststore/truststore.ts'
import type { Aws } from '../deployment/aws.ts'
import type { StackState } from '../deployment/stack.ts'
import type { DeploymentSettings } from '../settings/settings.ts'

/** A deployment as the checks see it. */
export interface Inspected {
  /** Without a slash at the end. */
  readonly mtlsUrl: string
  readonly plainUrl: string
  /** PEM of the CA of the server certificates; `undefined` for the CAs of the system. */
  readonly ca: string | undefined
  readonly visitor: Visitor | undefined
  /** The certificates that the operator trusts. */
  readonly truststore: Truststore
  readonly service: StoredService | undefined
  readonly clients: readonly StoredClient[]
  /** Why one of these could not be read, and is empty here. */
  readonly unread: Readonly<Partial<Record<Source, string>>>
  readonly now: () => Date
}

/** What checks read before they ask. The service and the clients are in the registry. */
export type Source = 'registry' | 'service' | 'truststore'

/** A certificate that the trust store accepts and, if known, the client that owns it. */
export interface Visitor {
  /** PEM. */
  readonly cert: string
  readonly key: string
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
}

/** A deployment as AWS describes it, for checks that need AWS. */
export interface Account {
  readonly aws: Aws
  readonly settings: Pick<DeploymentSettings, 'stage' | 'mtlsDomain' | 'plainDomain' | 'resourceServers'>
  /** The main stack. */
  readonly stack: Pick<StackState, 'id' | 'outputs'>
  /** The registry, then the grants. */
  readonly tables: readonly string[]
}

export interface Check<Subject = Inspected> {
  /** One to three words that never change: scripts know a check by them. */
  readonly name: string
  /** Without one of these the check is skipped. */
  readonly needs?: readonly Source[]
  readonly ask: (subject: Subject) => readonly Finding[] | Promise<readonly Finding[]>
}

/** `skipped`: the check could not be made here, so its result is unknown. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  readonly status: Status
  /** The finding in plain words. */
  readonly what: string
  readonly todo?: string
}

export const ok = (what: string): Finding => ({ status: 'ok', what })
export const warn = (what: string, todo: string): Finding => ({ status: 'warn', what, todo })
export const fail = (what: string, todo: string): Finding => ({ status: 'fail', what, todo })
export const skipped = (what: string, todo: string): Finding => ({ status: 'skipped', what, todo })

/** The problems; without any, one finding that all is well. */
export function orElse(problems: readonly (Finding | false)[], fine: string): readonly Finding[] {
  const found = problems.filter((problem) => problem !== false)
  return found.length > 0 ? found : [ok(fine)]
}
