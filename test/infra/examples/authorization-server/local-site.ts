import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { DEVELOPMENT_USER } from '../../../../infra/examples/authorization-server/start.ts'
import type { TlsIdentity } from '../../../../infra/connections/mutual-tls-request.ts'
import type { ClientCertificate } from '../../../../infra/emulator/site/seed.ts'
import { type Site, type SiteOptions, startSite, tlsIdentity } from '../../../../infra/emulator/site/site.ts'
import { arrive, csrfOf, logIn, userAgent } from './user-agent.ts'

export interface LocalSite extends Site {
  /** `undefined`: a client without a certificate. */
  readonly identity: (name?: ClientCertificate) => TlsIdentity
}

/** Everything that `npm start` starts, on free ports, silently. */
export async function localSite(options: Partial<SiteOptions> = {}): Promise<LocalSite> {
  const directory = await mkdtemp(join(tmpdir(), 'certbound-front-end-'))
  const site = await startSite({ directory, ...options })
  const identity = (name?: ClientCertificate) => tlsIdentity(site.certificates, name)
  const close = async () => {
    await site.close()
    await rm(directory, { recursive: true })
  }
  return { ...site, identity, close }
}

/** A site for all tests of a file: it closes after the last one. */
export async function siteOfFile(): Promise<LocalSite> {
  const site = await localSite()
  afterAll(() => site.close())
  return site
}

/** A request of the article's public client. */
export function authorizationQuery({ seeded }: Site, more: Readonly<Record<string, string>> = {}): string {
  const [{ clientId, redirectUri }] = seeded.clients
  const asked = { response_type: 'code', client_id: clientId, redirect_uri: redirectUri, ...more }
  return new URLSearchParams(asked).toString()
}

/** The token request for a code that the end-user has just agreed to. */
export async function tokenForm(site: Site, scope = 'accounts:read'): Promise<string> {
  const agent = userAgent(site.examples.frontEndUrl)
  const consent = await logIn(
    agent,
    await arrive(agent, authorizationQuery(site, { scope })),
    DEVELOPMENT_USER,
  )
  const { location } = await agent.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
  const [{ clientId, redirectUri }] = site.seeded.clients
  return new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: clientId,
    redirect_uri: redirectUri,
    code: new URL(location).searchParams.get('code') ?? '',
  }).toString()
}
