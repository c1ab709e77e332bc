import { expect, test } from 'vitest'
import { issuerKey } from '../../../shared/certificate/issuer-key.ts'
import { requireCertificate } from '../../../shared/certificate/pem.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds, type EpochSeconds, toSeconds } from '../../../shared/epoch-seconds.ts'
import { certificatePem, thumbprintOf } from '../../support/vectors.ts'
import { consoleSite, fieldsOf, filler, logIn } from './console-site.ts'

const { site, serviceId, credential, open } = await consoleSite()
const running = await open()
const { send, csrf } = await logIn(running)
const fill = filler(send)
const [{ clientId }] = site.seeded.clients
const REVOCATIONS = `/${serviceId}/revocations`
const OF_CLIENT = `/${serviceId}/clients/${clientId}/certificates-in-use`
const BOUND = thumbprintOf('client-ec-p256') ?? ''

const wordsOf = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
const read = async (path: string) => (await send({ path })).text
const act = (path: string, form: Readonly<Record<string, string>>) => send({ path, form: { csrf, ...form } })

async function call(path: string, body: object) {
  const headers = { authorization: `Bearer ${credential.token}`, 'content-type': 'application/json' }
  const url = `${site.webApiUrl}/api/${serviceId}${path}`
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as Record<string, string>
}

async function create(clientCertificate = certificatePem('client-ec-p256')) {
  const grant = { grantType: 'AUTHORIZATION_CODE', clientId: Number(clientId), subject: 'anna' }
  const { accessToken = '' } = await call('/auth/token/create', {
    ...grant,
    certificateThumbprint: thumbprintOf('client-ec-p256'),
  })
  return { token: accessToken, clientCertificate }
}

const isAlive = async ({ token, clientCertificate }: Awaited<ReturnType<typeof create>>) => {
  const { resultCode } = await call('/auth/introspection', { token, clientCertificate })
  return resultCode === 'A056001'
}

test('a certificate in use is listed, and revoked after its clients and tokens were shown', async () => {
  const made = await create()
  expect(await isAlive(made)).toBe(true)
  for (const path of [`/${serviceId}/certificates`, OF_CLIENT]) {
    const text = await read(path)
    expect(text).toContain(`data-copy="${BOUND}"`)
    expect(wordsOf(text)).toContain(`client ${clientId}`)
  }
  const reader = await act(`/${serviceId}/certificate`, {
    step: 'read',
    certificate: made.clientCertificate,
  })
  expect(reader.text).toContain('Which clients use it?')
  const asked = await act(REVOCATIONS, { step: 'ask', thumbprint: BOUND, reason: 'certificateHold' })
  const words = wordsOf(asked.text)
  expect(words).toContain(`Used by client ${clientId}`)
  expect(words).toContain('Tokens that end 1')
  expect(words).toContain('The hold can be lifted.')
  expect(await isAlive(made)).toBe(true)

  const form = fieldsOf(asked.text)
  form.set('step', 'revoke')
  const done = await send({ path: REVOCATIONS, form })
  expect([done.status, wordsOf(done.text)]).toEqual([
    200,
    expect.stringContaining('The certificate is revoked'),
  ])
  expect(await isAlive(made)).toBe(false)
  expect(wordsOf(await read(REVOCATIONS))).toContain('operator: certificateHold')

  const lifted = await act(REVOCATIONS, { step: 'release', thumbprint: BOUND })
  expect(lifted.status).toBe(303)
  expect(await isAlive(made)).toBe(true)
  expect(wordsOf(await read(REVOCATIONS))).toContain('No certificate on this page is revoked.')
})

test('a certificate by its serial number and CA is revoked and lifted by the key of the CA', async () => {
  const issuer = certificatePem('ca-root')
  const named = { step: 'ask', serialNumber: '0A:BC', issuer, reason: 'certificateHold' }
  const form = fieldsOf((await act(REVOCATIONS, named)).text)
  expect(form.get('issuerKey')).toBe(issuerKey(requireCertificate(issuer)))
  form.set('step', 'revoke')
  expect((await send({ path: REVOCATIONS, form })).status).toBe(200)
  const listed = fieldsOf((await read(REVOCATIONS)).split('<h2')[0] ?? '')
  expect(Object.fromEntries(listed)).toMatchObject({ serialNumber: 'abc', issuerKey: form.get('issuerKey') })
  expect((await send({ path: REVOCATIONS, form: listed })).status).toBe(200)
  listed.set('step', 'release')
  expect((await send({ path: REVOCATIONS, form: listed })).status).toBe(303)
  expect(wordsOf(await read(REVOCATIONS))).toContain('No certificate on this page is revoked.')
})

test.each([
  ['no name', {}, 'in one way'],
  ['two names', { thumbprint: BOUND, serialNumber: '1' }, 'in one way'],
  ['a serial number without a CA', { serialNumber: '1' }, 'A serial number needs a certificate of the CA'],
  ['a private key', { certificate: '-----BEGIN PRIVATE KEY-----\nAAAA' }, 'There was a private key in'],
  ['a wrong thumbprint', { thumbprint: 'x' }, 'thumbprint'],
  ['a client that does not exist', { thumbprint: BOUND, clients: 'nobody' }, 'The client does not exist'],
])(
  'a form with %s is refused, and keeps what was typed',
  async (_, named: Record<string, string>, message) => {
    const { status, text } = await act(REVOCATIONS, { step: 'ask', clients: 'someone', ...named })
    expect([status, wordsOf(text)]).toEqual([400, expect.stringContaining(message)])
    expect(text).toContain('Nothing was changed.')
    expect(fieldsOf(text).get('clients')).toBe(named['clients'] ?? 'someone')
  },
)

test('the date of a CA is set and removed, and a form for an older version changes nothing', async () => {
  const path = `/${serviceId}/issuer-dates`
  const old = fieldsOf(await read(path))
  const { answer } = await fill(path, { issuer: certificatePem('ca-root'), date: '2020-01-02T03:04' }, 'set')
  expect(answer.status).toBe(303)
  const page = await read(path)
  expect(wordsOf(page)).toContain('2 Jan 2020, 03:04 UTC')
  old.set('step', 'set')
  expect((await send({ path, form: old })).status).toBe(409)
  const remove = fieldsOf(page.split('<h2')[0] ?? '')
  remove.set('step', 'remove')
  expect((await send({ path, form: remove })).status).toBe(303)
  expect(wordsOf(await read(path))).toContain('No CA has a date.')
  const refused = await fill(path, { issuer: 'no certificate', date: '2020-01-02T03:04' }, 'set')
  expect([refused.answer.status, refused.answer.text]).toEqual([
    400,
    expect.stringContaining('no certificate'),
  ])
})

test('the certificates of a client are erased only after its number was typed', async () => {
  const made = await create()
  expect((await act(OF_CLIENT, { step: 'erase', typed: 'wrong' })).status).toBe(400)
  expect(await isAlive(made)).toBe(true)
  expect((await act(OF_CLIENT, { step: 'erase', typed: clientId })).status).toBe(303)
  expect(await isAlive(made)).toBe(false)
  expect(wordsOf(await read(OF_CLIENT))).toContain('There are no certificates on this page.')
})

test('a renewal is shown, counts at once if the operator lets it, and is vetoed', async () => {
  const path = `/${serviceId}/renewals`
  expect(wordsOf(await read(path))).toContain('No renewal is announced on this page.')
  const service = Number(serviceId)
  const now = toSeconds(Date.now()) as EpochSeconds
  const renewal = {
    client: Number(clientId),
    from: BOUND as Thumbprint,
    to: thumbprintOf('client-ec-p256-renewed') as Thumbprint,
    announcedAt: now,
    effectiveAt: addSeconds(now, 3600),
    endsAt: addSeconds(now, 86_400),
  }
  const { renewals } = site.runtime.store.certificates
  await renewals.propose({ service, fromValidUntil: addSeconds(now, 86_400), ...renewal })
  expect(await renewals.confirm(service, { ...renewal, state: 'open' })).toBe(true)
  const page = await read(path)
  expect(page).toContain(`data-copy="${renewal.to}"`)
  expect(page).toContain('Let it count now')
  const asked = async (more: object) =>
    (await act(REVOCATIONS, { step: 'ask', thumbprint: BOUND, reason: 'superseded', ...more })).text
  const ends = `Renewals that end client ${clientId}`
  expect(wordsOf(await asked({}))).toContain(`${ends} Revoked as well, because it was announced`)
  expect(await asked({})).toContain(`data-copy="${renewal.to}"`)
  const kept = await asked({ keepAnnounced: 'on' })
  expect(wordsOf(kept)).toMatch(new RegExp(`${ends} (?!Revoked)`))
  expect(fieldsOf(kept).get('keepAnnounced')).toBe('on')
  const form = fieldsOf(page)
  for (const [step, shown] of [
    ['approve', /counts at once/],
    ['veto', /refused for good/],
  ] as const) {
    form.set('step', step)
    const { status, headers } = await send({ path, form })
    expect([status, headers['location']]).toEqual([303, path])
    expect(wordsOf(await read(path))).toMatch(shown)
  }
  const vetoed = await read(path)
  expect([wordsOf(vetoed).includes('vetoed'), vetoed.includes('value="veto"')]).toEqual([true, false])
  form.set('step', 'end')
  const { status, text } = await send({ path, form })
  expect([status, text]).toEqual([400, expect.stringContaining('Nothing was changed.')])
})

test('the lists of CAs that the deployment reads are shown, and a late one is marked', async () => {
  const path = `/${serviceId}/certificate-lists`
  expect(wordsOf(await read(path))).toContain('The deployment has no source of lists.')
  const now = toSeconds(Date.now()) as EpochSeconds
  const dates = { thisUpdate: addSeconds(now, -86_400), nextUpdate: addSeconds(now, -1) }
  const list = { key: 'a', number: '7', count: 3, digest: 'x', userCertificatesOnly: false, ...dates }
  const source = {
    name: 'bank',
    issuers: [],
    address: 'http://secret.internal/a.crl',
    knownFrom: now,
    lists: [list],
  }
  await site.runtime.store.lists.sources.changeSources(() => [source])
  const words = wordsOf(await read(path))
  expect(words).toMatch(/bank Late\..*the list 7 3 /)
  expect(words).not.toContain('secret.internal')
})
