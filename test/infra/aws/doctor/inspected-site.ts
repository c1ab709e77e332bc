import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Check, Finding, InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import { localDeployment } from '../../../../infra/aws/doctor/deployments.ts'
import type { SiteOptions } from '../../../../infra/emulator/site/site.ts'
import { writeLocalFile } from '../../../../infra/emulator/site/local-file.ts'
import { type AnyWalk, openWalk } from '../../../support/walk.ts'
import { type LocalSite, localSite } from '../../examples/authorization-server/local-site.ts'

export interface InspectedSite extends LocalSite {
  readonly directory: string
  /** Reads the deployment again in each call. */
  readonly inspected: () => Promise<InspectedDeployment>
}

/** A good deployment on this machine. */
export async function inspectedSite(options: Partial<SiteOptions> = {}): Promise<InspectedSite> {
  const directory = await mkdtemp(join(tmpdir(), 'certbound-doctor-'))
  const site = await localSite(options)
  await writeLocalFile(site, directory, '')
  const close = async () => {
    await site.close()
    await rm(directory, { recursive: true })
  }
  return { ...site, directory, close, inspected: () => localDeployment(directory) }
}

/** Deletes the clients of a site. @returns a walk over its service */
export async function withoutClients({
  inspected,
  plainUrl,
  runtime,
  seeded,
}: InspectedSite): Promise<AnyWalk> {
  for (const client of (await inspected()).clients)
    await runtime.store.clients.remove(seeded.serviceId, client)
  return openWalk(runtime, { apiKey: seeded.serviceId, issuer: plainUrl })
}

/** `ok`, or a line `status: what` for each finding that is not ok. */
export async function verdict<Subject>({ ask }: Check<Subject>, subject: Subject): Promise<string> {
  const findings = await ask(subject)
  const problems = findings.filter(({ status }) => status !== 'ok')
  return problems.length === 0 && findings.length > 0 ? 'ok' : problems.map(inShort).sort().join('\n')
}

function inShort({ status, what, todo }: Finding): string {
  if (todo === undefined || todo === '') throw new Error(`nothing to do about: ${what}`)
  return `${status}: ${what}`
}
