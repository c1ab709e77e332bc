import { generateKeyPairSync } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { makeIdentity } from '../../../infra/connections/identity.ts'
import { requireCertificate } from '../../../shared/certificate/pem.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { certificatePem, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OWN, RENEWED, type Walk } from '../../support/walk.ts'

const OWN_THUMBPRINT = thumbprintOf('client-ec-p256')
const ISSUER = certificatePem('ca-issuing')
/** The serial number of `OWN`, as OpenSSL prints it. */
const SERIAL = '10:05'

const runtime = await testRuntime()
let walk: Walk
beforeEach(async () => {
  walk = await openWalk(runtime, { clientCertificateIssuers: [ISSUER] })
})

const revoke = (members: object) => walk.call('/certificate/revoke', members)
const release = (members: object) => walk.call('/certificate/release', members)
const REFUSED = 'UNAUTHORIZED A057397 invalid_token'

describe('revocations', () => {
  test('are read by each name, with their sources', async () => {
    const client = await walk.addClient(BASIC)
    const named = { issuerCertificate: ISSUER, serialNumber: SERIAL }
    await revoke({ ...named, reason: 'cACompromise', clientIdentifiers: [client.id] })
    await revoke({ thumbprint: OWN_THUMBPRINT, reason: 'certificateHold' })
    const bySource = (reason: string, clientIds: number[] = []) => [
      { source: 'operator', reason, revokedAt: START * 1000, clientIds },
    ]
    const get = async (members: object) =>
      (await walk.call('/certificate/revocation/get', members)).json['revocations']
    expect(await get({ thumbprint: OWN_THUMBPRINT })).toEqual([
      { thumbprint: OWN_THUMBPRINT, revocations: bySource('certificateHold') },
    ])
    expect(await get(named)).toMatchObject([
      { serialNumber: '1005', revocations: bySource('cACompromise', [client.number]) },
    ])
    expect(await get({ clientCertificate: OWN })).toHaveLength(2)
    expect(await get({ clientCertificate: RENEWED })).toEqual([])
    const byQuery = await walk.v3('GET', `/certificate/revocation/get?thumbprint=${OWN_THUMBPRINT}`)
    expect(byQuery.json['revocations']).toHaveLength(1)
  })

  test('are listed by pages, without those that were lifted', async () => {
    const thumbprints = Array.from({ length: 7 }, (_, i) => `${i}AA`.padStart(43, 'A'))
    for (const thumbprint of thumbprints) await revoke({ thumbprint, reason: 'certificateHold' })
    await release({ thumbprint: thumbprints[0] })
    expect(await pages('/certificate/revocation/get/list', 'revocations', 4)).toEqual(thumbprints.slice(1))
  })
})

/** The thumbprints of a whole list, read by pages. */
async function pages(path: string, member: string, pageSize: number): Promise<unknown[]> {
  const found = []
  for (let token: string | undefined = ''; token !== undefined;) {
    const { json } = await walk.v3('GET', `${path}?pageSize=${pageSize}&pageToken=${token}`)
    found.push(...(json[member] as { thumbprint: string }[]).map(({ thumbprint }) => thumbprint))
    token = json['nextPageToken'] as string | undefined
  }
  return member === 'revocations' ? found.sort() : found
}

describe('certificates in use', () => {
  const NAMES = ['expired', 'client-ec-p256', 'client-ec-p256-renewed', 'self-signed-ec', 'client-rsa-2048']

  test('are listed for a client and for the service, sorted by their end', async () => {
    const [client, other] = [await walk.addClient(BASIC, BOUND), await walk.addClient(BASIC, BOUND)]
    for (const name of NAMES) await walk.credentials(client, certificatePem(name))
    runtime.clock.now = addSeconds(START, 60)
    await walk.credentials(other, OWN)
    const own = await pages(`/client/certificates/get/list/${client.id}`, 'certificates', 2)
    expect([...own].sort()).toEqual(NAMES.map(thumbprintOf).sort())
    expect(own[0]).toBe(thumbprintOf('expired'))
    const all = await pages('/certificate/get/list', 'certificates', 2)
    expect([...all].sort()).toEqual([...NAMES, 'client-ec-p256'].map(thumbprintOf).sort())
    const { json } = await walk.v3('GET', `/client/certificates/get/list/${other.id}`)
    expect(json).toEqual({
      certificates: [
        {
          thumbprint: OWN_THUMBPRINT,
          issuerKey: expect.stringMatching(/^[\w-]{43}$/) as string,
          serialNumber: '1005',
          clientId: other.number,
          subject: 'CN=client.example.org, O=Client1, L=Chiyoda-ku, ST=Tokyo, C=JP',
          subjectAltName: 'DNS:client.example.org',
          validFrom: 1704067200000,
          validUntil: 2524607999000,
          firstSeenAt: (START + 60) * 1000,
          lastSeenAt: (START + 60) * 1000,
        },
      ],
    })
  })

  test('are in the order of their ends over all pages and partitions', async () => {
    const client = await walk.addClient(BASIC, BOUND)
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const ends = new Map<string, number>()
    for (const day of [5, 2, 7, 1, 6, 3, 4]) {
      const notAfter = new Date((START + day * 86_400) * 1000)
      const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter }
      const { cert } = await makeIdentity({
        profile: 'client',
        commonName: 'a',
        key: privateKey,
        ...validity,
      })
      await walk.credentials(client, cert)
      ends.set(thumbprint(requireCertificate(cert)), day)
    }
    for (const path of [`/client/certificates/get/list/${client.id}`, '/certificate/get/list']) {
      const found = await pages(path, 'certificates', 3)
      expect(found.map((each) => ends.get(String(each)))).toEqual([1, 2, 3, 4, 5, 6, 7])
    }
  })

  test('are erased for a client, whose tokens end first, and a revocation still finds the client', async () => {
    const client = await walk.addClient(BASIC, BOUND)
    const { access } = await walk.granted(client, OWN)
    expect((await walk.v3('DELETE', `/client/certificates/delete/${client.id}`)).status).toBe(204)
    expect(outcome(await walk.introspect(access, OWN))).toBe('UNAUTHORIZED A057395 invalid_token')
    expect(await pages('/certificate/get/list', 'certificates', 5)).toEqual([])
    expect(JSON.stringify(await runtime.tables.grants.scan())).not.toContain(`"${client.id}`)
    runtime.clock.now = addSeconds(START, 2)
    const next = await walk.granted(client, OWN)
    await revoke({ thumbprint: OWN_THUMBPRINT })
    expect(outcome(await walk.introspect(next.access, OWN))).toBe(REFUSED)
  })

  test('are erased with their client', async () => {
    const client = await walk.addClient(BASIC, BOUND)
    await walk.credentials(client, OWN)
    await walk.v3('DELETE', `/client/delete/${client.id}`)
    const items = await runtime.tables.grants.scan()
    const notes = items.filter(({ id }) =>
      String(id).startsWith(`${walk.serviceId}.${client.id}.certificate`),
    )
    expect(notes).toEqual([])
  })
})

test('a page token of another list, or a made-up one, is refused or gives an empty page', async () => {
  for (const path of ['/certificate/get/list', '/certificate/revocation/get/list']) {
    expect((await walk.v3('GET', `${path}?pageToken=%00`)).json['resultCode']).toBe('A028292')
    const made = Buffer.from('~').toString('base64url')
    expect((await walk.v3('GET', `${path}?pageToken=${made}`)).status).toBe(200)
  }
})
