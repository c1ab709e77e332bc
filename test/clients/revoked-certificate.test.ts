import { X509Certificate } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BCP_195 } from '../../infra/connections/mutual-tls.ts'
import { listen, type Listening } from '../../infra/connections/listen.ts'
import { mutualTlsEdge, plainEdge } from '../../infra/emulator/edge/edge.ts'
import { deployedFunctions } from '../../infra/emulator/site/deployed-functions.ts'
import { mutualTlsServer } from '../../infra/examples/authorization-server/mutual-tls.ts'
import { resourceServer } from '../../infra/examples/authorization-server/resource-server.ts'
import { webApiClient } from '../../infra/examples/authorization-server/web-api-client.ts'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { API_IDS, fixedRuntime, MTLS_DOMAIN, runWithMachine } from '../support/fixed-runtime.ts'
import { certificatePem, thumbprintOf } from '../support/vectors.ts'
import { type Deployment, openDeployment } from './deployment.ts'
import { SECRET_BASIC } from './kinds.ts'
import { failure, LIBRARIES } from './libraries.ts'
import { INVALID_TOKEN } from './walk-through.ts'

const deployment = await openDeployment()
const { runtime, walk, fetchAs } = deployment
const [, open] = LIBRARIES[0] ?? []

const CERTIFICATE = SECRET_BASIC.holds
const ISSUER = certificatePem('ca-issuing')

/** Another process of the deployment, with its own mutual-TLS domain, resource server, cache and clock. */
async function secondProcess() {
  const { endpoint, settings } = runtime
  const process = await fixedRuntime(settings, { endpoint, close: () => Promise.resolve() })
  const opened: Listening[] = []
  const port = async (listening: Promise<Listening>) => {
    opened.push(await listening)
    return String(opened.at(-1)?.port)
  }
  const onError = (error: unknown) => {
    throw error
  }
  const site = { routes: deployedFunctions(process), apiId: API_IDS[0] ?? '', onError }
  const truststore = ['ca-root', 'ca-issuing'].map((name) => new X509Certificate(vector(name)))
  const tls = { ...identity('server-localhost', 'ca-issuing'), policy: BCP_195, truststore }
  const mutualTls = await port(mutualTlsEdge({ ...site, ...tls, domainName: MTLS_DOMAIN }))
  const webApi = await port(plainEdge({ ...site, domainName: 'api.example.com' }))
  const access = { serviceApiKey: walk.serviceId, serviceApiSecret: walk.secrets.introspect }
  const resources = resourceServer(
    webApiClient({ webApiUrl: `http://localhost:${webApi}`, ...access }),
    () => `https://localhost:${accounts}/accounts`,
  )
  const accounts: string = await port(listen(mutualTlsServer(tls, resources)))
  const here = (url: string) => url.replace(deployment.mutualTlsUrl, `https://localhost:${mutualTls}`)
  const asSeen: Deployment = {
    ...deployment,
    accounts: new URL(`https://localhost:${accounts}/accounts`),
    fetchAs: (name) => (url, options) => fetchAs(name)(here(url), options),
  }
  const close = async () => {
    for (const each of opened) await each.close()
    await process.close()
  }
  return { process, asSeen, close }
}

let second: Awaited<ReturnType<typeof secondProcess>>
beforeEach(async () => {
  await walk.setService({ clientCertificateIssuers: [ISSUER] })
  second = await secondProcess()
  runWithMachine(second.process.clock)
})
afterEach(() => second.close())

const revoke = (named: object) => walk.call('/certificate/revoke', { ...named, reason: 'certificateHold' })
const release = (named: object) => walk.call('/certificate/release', named)

/** New tokens, and a date, follow within `registryCacheSeconds`. */
function passCache(): void {
  for (const { clock, settings } of [runtime, second.process])
    clock.now = addSeconds(clock.now, settings.registryCacheSeconds)
}

async function setDates(
  clientCertificatesNotBefore: { issuerCertificate: string; notBefore: number }[],
): Promise<void> {
  await walk.setService({ clientCertificatesNotBefore })
  passCache()
}

/** The request is wrong if its own certificate is older than the date, and otherwise its grant. */
const REFUSED = /^400 invalid_(grant|request)$/

const BY_SERIAL = { issuerCertificate: ISSUER, serialNumber: '10:05' }
const DATE = { issuerCertificate: ISSUER, notBefore: Date.now() }

test.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
  [
    'its thumbprint',
    () => revoke({ thumbprint: thumbprintOf(CERTIFICATE) }),
    () => release({ thumbprint: thumbprintOf(CERTIFICATE) }),
  ],
  [
    'itself',
    () => revoke({ clientCertificate: certificatePem(CERTIFICATE) }),
    () => release({ clientCertificate: certificatePem(CERTIFICATE) }),
  ],
  ['its issuer and serial number', () => revoke(BY_SERIAL), () => release(BY_SERIAL)],
  ['its issuer and a date', () => setDates([DATE]), () => setDates([])],
])(
  'after a certificate is revoked by %s, another process refuses every next call of openid-client',
  async (_way, act, undo) => {
    if (open === undefined) throw new Error('no library')
    const client = await walk.addClient(SECRET_BASIC.settings)
    const party = { kind: SECRET_BASIC, client, certificate: CERTIFICATE }
    const [own, elsewhere] = [await open(deployment, party), await open(second.asSeen, party)]
    const tokens = await own.exchange(await own.authorize('accounts:read'))
    const callback = await own.authorize('accounts:read')
    const refresh = tokens.refresh_token ?? ''
    // The caches of the other process are warm.
    expect(await elsewhere.use(tokens.access_token)).toBe(200)
    expect(await elsewhere.introspect(tokens.access_token)).toMatchObject({ active: true })
    expect(await elsewhere.use((await elsewhere.credentials('accounts:read')).access_token)).toBe(200)

    await act()
    expect(await failure(elsewhere.use(tokens.access_token))).toBe(INVALID_TOKEN)
    expect(await elsewhere.introspect(tokens.access_token)).toEqual({ active: false })
    expect(await failure(elsewhere.refresh(refresh))).toMatch(REFUSED)
    expect(await failure(elsewhere.exchange(callback))).toMatch(REFUSED)
    expect(await failure(own.use(tokens.access_token))).toBe(INVALID_TOKEN)
    // Within the cache of the registry a new token is still issued. It is refused where it is presented.
    const late = await elsewhere.credentials('accounts:read').catch(() => undefined)
    if (late !== undefined) expect(await failure(elsewhere.use(late.access_token))).toBe(INVALID_TOKEN)

    await undo()
    passCache()
    expect(await elsewhere.use(tokens.access_token)).toBe(200)
    expect(await failure(elsewhere.exchange(callback))).toBe('success')
  },
)
