import { afterAll, expect, test } from 'vitest'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { isAudited } from '../../../shared/lambda/route.ts'
import { credentialId, digest } from '../../../shared/store/digest.ts'
import { allRecords } from '../../support/audit.ts'
import { fixedRuntime } from '../../support/fixed-runtime.ts'
import { type Received, ROUTES } from '../../support/gateway.ts'
import { bearer, ORGANIZATION, OWNER_KEY, putOwner } from '../../support/management.ts'
import { thumbprintOf } from '../../support/vectors.ts'
import { BASIC, openWalk, OWN, SUBJECT, UNBOUND } from '../../support/walk.ts'

// The management functions are deployed with the AWS SDK.
const runtime = await fixedRuntime({ dynamodbClient: 'sdk' })
afterAll(() => runtime.close())
await putOwner(runtime)
const walk = await openWalk(runtime, UNBOUND)
const asOwner = (method: string, path: string, body?: unknown) =>
  walk.api(method, `/api${path}`, body, bearer(ORGANIZATION))
const SETTINGS = { issuer: 'https://as.example.com', supportedGrantTypes: ['CLIENT_CREDENTIALS'] }

const client = await walk.addClient(BASIC)
const token = await walk.granted(client)
const ofClient = (path: string) => `${path}/${client.id}`

/** Open renewals, one for each call that changes one. */
const [FIRST, SECOND, THIRD] = await Promise.all(
  ['1', '2', '3'].map(async (digit) => {
    const [from, to] = [digit.repeat(43), 'n'.repeat(43)] as [Thumbprint, Thumbprint]
    const now = runtime.clock.now
    const { renewals } = runtime.store.certificates
    const times = { announcedAt: now, effectiveAt: addSeconds(now, 60), endsAt: addSeconds(now, 120) }
    const of = { service: walk.number, client: client.number, from, to }
    const proposed = await renewals.propose({ ...of, ...times, fromValidUntil: 0 })
    if (typeof proposed === 'object') await renewals.confirm(walk.number, proposed)
    return { clientIdentifier: client.id, thumbprint: from }
  }),
)

const HELD = { clientCertificate: OWN, reason: 'certificateHold', clientIdentifiers: [client.id] }

/** One call of each route that writes, in this order. */
const CHANGES: Readonly<Record<string, () => Promise<Received>>> = {
  '/client/create': () => walk.v3('POST', '/client/create', { clientIdAlias: 'payments' }),
  '/client/update': () => walk.v3('POST', ofClient('/client/update'), { ...BASIC, clientName: 'New' }),
  '/client/secret/refresh': () => walk.v3('GET', ofClient('/client/secret/refresh')),
  '/client/secret/update': () =>
    walk.v3('POST', ofClient('/client/secret/update'), { clientSecret: 's'.repeat(43) }),
  '/client/extension/requestable_scopes/update': () =>
    walk.v3('PUT', ofClient('/client/extension/requestable_scopes/update'), { requestableScopes: ['read'] }),
  '/client/extension/requestable_scopes/delete': () =>
    walk.v3('DELETE', ofClient('/client/extension/requestable_scopes/delete')),
  '/auth/token/create': () =>
    walk.call('/auth/token/create', {
      grantType: 'AUTHORIZATION_CODE',
      clientId: client.id,
      subject: SUBJECT,
      certificateThumbprint: thumbprintOf('client-ec-p256'),
    }),
  '/auth/token/update': () =>
    walk.call('/auth/token/update', { accessToken: token.access, scopes: ['read'] }),
  '/client/authorization/update': () =>
    walk.call(ofClient('/client/authorization/update'), { subject: SUBJECT, scopes: ['write'] }),
  '/client/granted_scopes/delete': () =>
    walk.v3('DELETE', `${ofClient('/client/granted_scopes/delete')}/${SUBJECT}`),
  '/auth/token/delete': () => walk.v3('DELETE', `/auth/token/delete/${token.access}`),
  '/client/authorization/delete': () =>
    walk.v3('DELETE', `${ofClient('/client/authorization/delete')}/${SUBJECT}`),
  '/auth/token/revoke': () => walk.call('/auth/token/revoke', { clientIdentifier: client.id }),
  '/certificate/revoke': () => walk.call('/certificate/revoke', HELD),
  '/certificate/release': () => walk.call('/certificate/release', HELD),
  '/certificate/renewal/approve': () => walk.call('/certificate/renewal/approve', { ...FIRST }),
  '/certificate/renewal/end': () => walk.call('/certificate/renewal/end', { ...SECOND }),
  '/certificate/renewal/veto': () => walk.call('/certificate/renewal/veto', { ...THIRD }),
  '/client/certificates/delete': () => walk.v3('DELETE', ofClient('/client/certificates/delete')),
  '/client/lock_flag/update': () =>
    walk.v3('POST', ofClient('/client/lock_flag/update'), { clientLocked: true }),
  '/client/delete': () => walk.v3('DELETE', ofClient('/client/delete')),
  '/service/create': () => asOwner('POST', '/service/create', SETTINGS),
  '/service/update': () => walk.v3('POST', '/service/update', { serviceName: 'New' }),
  '/service/delete': () => asOwner('DELETE', `/service/delete/${walk.serviceId}`),
}

/** One call of each route of these callers that only reads. */
const READS: Readonly<Record<string, () => Promise<Received>>> = {
  '/client/get': () => walk.v3('GET', ofClient('/client/get')),
  '/client/get/list': () => walk.v3('GET', '/client/get/list'),
  '/audit/get/list': () => walk.v3('GET', '/audit/get/list'),
  '/client/certificate/explain': () =>
    walk.v3('POST', '/client/certificate/explain', { clientCertificate: OWN }),
  '/client/extension/requestable_scopes/get': () =>
    walk.v3('GET', ofClient('/client/extension/requestable_scopes/get')),
  '/client/authorization/get/list': () => walk.v3('GET', `/client/authorization/get/list?subject=${SUBJECT}`),
  '/client/granted_scopes/get': () => walk.v3('GET', `${ofClient('/client/granted_scopes/get')}/${SUBJECT}`),
  '/certificate/get/list': () => walk.v3('GET', '/certificate/get/list'),
  '/certificate/revocation/get': () => walk.call('/certificate/revocation/get', { clientCertificate: OWN }),
  '/certificate/revocation/get/list': () => walk.v3('GET', '/certificate/revocation/get/list'),
  '/certificate/source/get/list': () => walk.v3('GET', '/certificate/source/get/list'),
  '/certificate/renewal/get': () => walk.call('/certificate/renewal/get', { ...FIRST }),
  '/certificate/renewal/get/list': () => walk.v3('GET', '/certificate/renewal/get/list'),
  '/client/certificates/get/list': () => walk.v3('GET', ofClient('/client/certificates/get/list')),
  '/auth/token/get/list': () => walk.v3('GET', '/auth/token/get/list'),
  '/service/get': () => walk.v3('GET', '/service/get'),
  '/service/get/list': () => asOwner('GET', '/service/get/list'),
}

const nameOf = ({ pk, sk, id }: Readonly<Record<string, unknown>>) => [pk, sk, id].join(' ')
const OF_WALK = credentialId({ digest: digest(walk.secrets.manage) })
const OF_OWNER = ['/service/create', '/service/delete']

test('every route of the role manage or of the owner is one that reads or one that leaves a record', () => {
  const audited = Object.values(ROUTES).filter(
    ({ access, methods }) => isAudited(access) && methods.length > 0,
  )
  const endpoints = new Set(audited.map(({ endpoint }) => endpoint))
  expect([...endpoints].sort()).toEqual([...Object.keys(CHANGES), ...Object.keys(READS)].sort())
})

test.each(Object.entries(READS))('%s writes nothing, and so leaves no record', async (_, call) => {
  const before = await runtime.tables.everything()
  expect((await call()).status).toBe(200)
  expect(await runtime.tables.everything()).toEqual(before)
  expect(await allRecords(runtime)).toEqual([])
})

test.each(Object.entries(CHANGES))(
  '%s leaves one record of each item that it writes, with its caller',
  async (operation, call) => {
    const [before, earlier] = [await runtime.tables.everything(), await allRecords(runtime)]
    expect((await call()).status).toBeLessThan(300)
    const after = await runtime.tables.everything()
    const texts = new Set(before.map((item) => JSON.stringify(item)))
    const written = after.filter((item) => !texts.has(JSON.stringify(item)))
    const kept = new Set(after.map(nameOf))
    const removed = before.filter((item) => !kept.has(nameOf(item)))
    const records = (await allRecords(runtime)).filter(({ id }) => !earlier.some((one) => one.id === id))
    expect(records).toMatchObject([
      {
        operation,
        at: runtime.clock.now,
        by: OF_OWNER.includes(operation) ? `organization:${OWNER_KEY}` : OF_WALK,
        address: '203.0.113.10',
        requestId: expect.stringMatching('.') as string,
        settlement: 'DONE',
      },
    ])
    const [record] = records
    const named = new Set(record?.writes.map(({ key }) => nameOf(key)))
    const missing = [...written, ...removed].map(nameOf).filter((name) => !named.has(name))
    expect(missing.length).toBe(record?.outcome?.others)
  },
)
