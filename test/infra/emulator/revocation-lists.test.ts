import { createServer } from 'node:http'
import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest'
import { opensslLists } from '../../../infra/bench/openssl-lists.ts'
import { listen } from '../../../infra/connections/listen.ts'
import { listFetcher } from '../../../shared/certificate-lists/fetch.ts'
import { refreshSource } from '../../../shared/certificate-lists/refresh.ts'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import { available, runs } from '../../support/page-code.ts'
import { type FixedRuntime, fixedRuntime } from '../../support/fixed-runtime.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { BASIC, BOUND, openWalk, type TestClient, type Walk } from '../../support/walk.ts'
import { openDomain, type Pair } from './renewal-domain.ts'
import { type Authority, makeAuthority, makeIdentity } from './tls-client.ts'

const NAMED = {
  ...BASIC,
  ...BOUND,
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: 'CN=listed.example,O=Certbound Development',
} as const
const SECRET = { ...BASIC, ...BOUND, tokenAuthMethod: 'CLIENT_SECRET_POST' } as const
const OPENSSL = available('openssl', runs('openssl', 'version') ? undefined : 'openssl')

/** The process behind the domain, and another one that reads lists. They share only the tables. */
let runtime: FixedRuntime
let job: FixedRuntime
let walk: Walk
let ca: Authority

beforeAll(async () => {
  runtime = await fixedRuntime()
  job = await fixedRuntime(runtime.settings, { ...runtime, close: () => Promise.resolve() })
  ca = await makeAuthority('Lists CA')
})
beforeEach(async () => {
  // TLS has no other clock than the machine's.
  runtime.clock.now = job.clock.now = Math.floor(Date.now() / 1000) as EpochSeconds
  walk = await openWalk(runtime, {
    apiKey: runtime.settings.serviceId ?? 0,
    supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS],
  })
})
afterAll(async () => {
  await job.close()
  await runtime.close()
})

/** The lists of the CA at an address of this machine, which the job reads. */
async function openSource() {
  const lists = opensslLists(await temporaryFolder(), { cert: ca.certificate.toString(), key: ca.key })
  const { port, close } = await listen(createServer((_, response) => response.end(lists.list())))
  onTestFinished(close)
  const { sources } = job.store.lists
  await sources.changeSources(() => [
    {
      ...{ name: 'clients', issuers: [ca.certificate.raw.toString('base64')] },
      ...{ address: `http://127.0.0.1:${port}/ca.crl`, lists: [], knownFrom: job.now() },
    },
  ])
  const read = () => refreshSource('clients', { ...job, ...listFetcher(), pause: () => Promise.resolve() })
  return { revoke: lists.revoke, read }
}

const certificateOf = (pair: Pair) => new X509Certificate(pair.cert).toString()

test.each(OPENSSL)(
  'when a certificate is in a list that %s made, the next call over mutual TLS is refused in a process with a warm cache',
  async () => {
    const { revoke, read } = await openSource()
    expect((await read()).source.problem).toBeUndefined()
    const named: TestClient = await walk.addClient(NAMED)
    const basic: TestClient = await walk.addClient(SECRET)
    const pair = await makeIdentity(ca, { commonName: 'listed.example' })
    const at = await openDomain(walk, [ca.certificate])
    const first = await at.signIn(pair, named)
    const second = await at.signIn(pair, basic)
    for (const { access } of [first, second]) expect(await at.uses(pair, access)).toBe('200')

    const unseen = await makeIdentity(ca, { commonName: 'listed.example' })
    for (const each of [pair, unseen]) revoke(certificateOf(each), 'keyCompromise')
    expect((await read()).notes).toEqual({ revoked: 1, lifted: 0, ended: 0 })

    for (const { access } of [first, second]) expect(await at.uses(pair, access)).toBe('401 invalid_token')
    expect((await at.refresh(pair, basic, second.refresh)).short).toBe('400 invalid_grant')
    // This process has read the revocations of the certificate just now. A token that it issues from them is dead.
    const late = await at.credentials(pair, basic)
    if (late.access !== '') expect(await at.uses(pair, late.access)).toBe('401 invalid_token')
    expect((await at.credentials(unseen, named)).short).toBe('401 invalid_client')
    expect((await at.credentials(unseen, basic)).short).toBe('400 invalid_request')
    runtime.clock.now = (runtime.now() + 11) as EpochSeconds
    expect((await at.refresh(pair, named, first.refresh)).short).toBe('401 invalid_client')
    expect((await at.credentials(pair, basic)).short).toBe('400 invalid_request')
  },
)
