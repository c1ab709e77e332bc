import type { EndingCertificate } from '../../../shared/store/certificates/ending.ts'
import type { StoredClient } from '../../../shared/store/client.ts'
import type { ListSource } from '../../../shared/store/lists/sources.ts'
import type { StoredService } from '../../../shared/store/service.ts'
import type { Truststore } from '../../truststore/truststore.ts'
import type { Aws } from '../deployment/aws.ts'
import type { StackState } from '../deployment/stack.ts'
import type { DeploymentSettings } from '../settings/settings.ts'

/** The data of a deployment that the checks need. */
export interface InspectedDeployment {
  /** The base URL of each domain, without a slash at the end. */
  readonly mtlsUrl: string
  readonly plainUrl: string
  /** The CA of the server certificates as PEM; `undefined` for the CAs of the system. */
  readonly ca: string | undefined
  readonly visitor: Visitor | undefined
  /** The certificates that the operator trusts. */
  readonly truststore: Truststore
  readonly service: StoredService | undefined
  readonly clients: readonly StoredClient[]
  /** Certificates of clients that end soon. */
  readonly ending: readonly EndingCertificate[]
  /** The sources of certificate lists in the registry. */
  readonly lists: readonly ListSource[]
  /** The names of the sources in the settings. */
  readonly listNames: readonly string[]
  /** Why a source could not be read. Its data is then empty. */
  readonly unread: Readonly<Partial<Record<CheckSource, string>>>
  readonly now: () => Date
}

/** The data that a check needs. The service and the clients are in the registry. */
export type CheckSource = 'registry' | 'service' | 'truststore'

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
  readonly settings: Pick<
    DeploymentSettings,
    'stage' | 'mtlsDomain' | 'plainDomain' | 'resourceServers' | 'crl'
  >
  /** The main stack. */
  readonly stack: Pick<StackState, 'id' | 'outputs'>
  /** The registry, the grants, the audit records. */
  readonly tables: readonly string[]
}

export interface Check<Subject = InspectedDeployment> {
  /** A name of one to three words. It never changes, because scripts use it. */
  readonly name: string
  /** The sources without which the check is skipped. */
  readonly needs?: readonly CheckSource[]
  readonly ask: (subject: Subject) => readonly Finding[] | Promise<readonly Finding[]>
}

/** The status of a finding. `skipped`: the check could not run, so its result is unknown. */
export type Status = 'ok' | 'warn' | 'fail' | 'skipped'

export interface Finding {
  readonly status: Status
  /** The finding as a sentence. */
  readonly what: string
  readonly todo?: string
}

export const ok = (what: string): Finding => ({ status: 'ok', what })
export const warn = (what: string, todo: string): Finding => ({ status: 'warn', what, todo })
export const fail = (what: string, todo: string): Finding => ({ status: 'fail', what, todo })
export const skipped = (what: string, todo: string): Finding => ({ status: 'skipped', what, todo })

/** Returns the problems, or one finding of success. */
export function orElse(problems: readonly (Finding | false)[], fine: string): readonly Finding[] {
  const found = problems.filter((problem) => problem !== false)
  return found.length > 0 ? found : [ok(fine)]
}
