import { createPublicKey } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ConsoleRequest } from '../../../infra/console/page.ts'
import { askAboutAll } from '../../../infra/console/pages/certificate/clients.ts'
import { certificateFacts } from '../../../infra/console/pages/certificate/facts.ts'
import { addClient } from '../../../infra/emulator/site/seed.ts'
import { html } from '../../../infra/markup.ts'
import { digest } from '../../../shared/store/digest.ts'
import { certificatePem, thumbprintOf } from '../../support/vectors.ts'
import { consoleSite, fieldsOf, logIn } from './console-site.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const { send, csrf } = await logIn(running)
const path = `/${serviceId}/certificate`
const { registry } = site.runtime.store

const wordsOf = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

async function ask(form: Readonly<Record<string, string>>, by = { send, csrf }) {
  const { status, text } = await by.send({ path, form: { csrf: by.csrf, ...form } })
  return { status, text, words: wordsOf(text) }
}

/** The number and the names of the clients that would be authenticated. */
async function authenticated(certificate: string, more: Readonly<Record<string, string>> = {}) {
  const { text, words } = await ask({ certificate, step: 'all', ...more })
  const [, number] = /would authenticate (\d+) clients?/.exec(words) ?? []
  const [, list = ''] =
    /<ul>(.*?)<\/ul>/s.exec(text.split('id="answer"')[1]?.split('<details>')[0] ?? '') ?? []
  const names = [...list.matchAll(/\/authentication"[^>]*>([^<]*)</g)].map(([, name]) => name)
  return { number: Number(number), names, text, words }
}

const client = (settings: object) =>
  addClient(site.runtime, Number(serviceId), { clientType: 'CONFIDENTIAL', ...settings })

const byName = (clientName: string, more: object) =>
  client({ clientName, tokenAuthMethod: 'TLS_CLIENT_AUTH', ...more })

const EC = certificatePem('client-ec-p256')
const DN = 'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP'
const { client: byDn } = await byName('By DN', { tlsClientAuthSubjectDn: DN })
await byName('By DNS', { tlsClientAuthSanDns: 'CLIENT.example.org' })
await byName('Another', { tlsClientAuthSanDns: 'other.example.org' })
function jwkOf(name: string) {
  const pem = certificatePem(name)
  const x5c = [pem.replaceAll(/-----[^-]+-----|\s/g, '')]
  return { ...createPublicKey(pem).export({ format: 'jwk' }), x5c }
}
await client({
  ...{ clientName: 'Registered', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
  jwks: JSON.stringify({ keys: [jwkOf('self-signed-ec')] }),
})
const { client: remote } = await client({
  ...{ clientName: 'Behind a URI', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
  jwksUri: 'https://keys.example.org/jwks',
})

test('the facts of a certificate in any spelling are shown, with the thumbprint to copy', async () => {
  const der = EC.replaceAll(/-----[^-]+-----|\s/g, '')
  for (const certificate of [EC, der, encodeURIComponent(EC), EC.replaceAll('\n', '\\n')]) {
    const { status, text, words } = await ask({ certificate, step: 'read' })
    expect([status, text.includes(`data-copy="${thumbprintOf('client-ec-p256')}"`)]).toEqual([200, true])
    expect(words).toContain(`Subject ${DN} Alternative names DNS name: client.example.org`)
    expect(words).toMatch(
      /Serial number 10:05 Valid from 1 Jan 2024, 00:00 UTC \(\d+ days ago\) Valid to 31 Dec 2049, 23:59 UTC \(in \d+ days\)/,
    )
    expect(words).toContain('Key EC, P-256 Extended key usage client authentication')
    expect(words).not.toContain('It would authenticate')
  }
  expect((await ask({ certificate: certificatePem('expired'), step: 'read' })).words).toContain('expired')
  const fault = await ask({ certificate: 'CN=nothing', step: 'read' })
  expect([fault.status, fault.words.includes('neither PEM nor a certificate in base64')]).toEqual([400, true])
})

test('a private key is recognized and is not in the page', async () => {
  const certificate = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END PRIVATE KEY-----'
  const { status, text, words } = await ask({ certificate, step: 'read' })
  expect([status, text.includes('MIGHAgEAMBMG')]).toEqual([400, false])
  expect(words).toContain('There was a private key in “Certificate”')
})

test('the clients that a certificate would authenticate are found with the rules of the token endpoint, and only on request', async () => {
  expect(await authenticated(EC)).toMatchObject({
    number: 2,
    names: expect.arrayContaining(['By DN', 'By DNS']) as unknown,
  })
  expect(await authenticated(certificatePem('self-signed-ec'))).toMatchObject({ names: ['Registered'] })
  expect(await authenticated(certificatePem('client-other'))).toMatchObject({ names: ['Another'] })
  const { words, number } = await authenticated(EC, { search: 'by dns' })
  expect([number, words.includes('the 1 examined')]).toEqual([1, true])
  const all = await authenticated(EC)
  expect(all.words).toMatch(
    /1 client: tls-san-dns-differs \[A157346\] The subject alternative name DNS entry/,
  )
  expect(all.words).toContain('2 clients: they do not authenticate with a certificate')
  expect(all.words).toContain('Unknown for 1 client Behind a URI')
})

test('for one client the rule that refuses is shown: names, dates, keys, issuers, methods, locks', async () => {
  const one = async (certificate: string, named = String(byDn.clientId)) =>
    (await ask({ certificate, client: named, step: 'one' })).words
  expect(await one(EC)).toContain('yes It would authenticate this client.')
  expect(await one(certificatePem('client-other'))).toContain('tls-subject-differs [A157343]')
  expect(await one(EC, site.seeded.clients[0].clientId)).toContain(
    'not authenticate with a certificate but with NONE',
  )
  expect(await one(EC, String(remote.clientId))).toContain('Unknown. Its keys are published at jwksUri')
  expect(await one(EC, '4711')).toContain('no client with that number or alias')
  const change = (settings: object) =>
    registry.changeService(Number(serviceId), (record) => ({ ...record, ...settings }))
  const before = await registry.findCurrentService(Number(serviceId))
  await change({ clientCertificateIssuers: [certificatePem('ca-other-root')] })
  expect(await one(EC)).toContain('tls-issuer-unknown [A157395]')
  await change({ clientCertificateIssuers: [certificatePem('ca-issuing')] })
  expect(await one(EC)).toContain('yes It would authenticate this client.')
  await change({ supportedTokenAuthMethods: ['NONE'] })
  expect(await one(EC)).toContain('method-unsupported [A157344]')
  await registry.changeService(Number(serviceId), (record) => before ?? record)
  await registry.changeClient(Number(serviceId), byDn.clientId, (record) => ({ ...record, locked: true }))
  expect(await one(EC)).toContain('client-locked [A048307]')
  await registry.changeClient(Number(serviceId), byDn.clientId, (record) => ({ ...record, locked: false }))
})

test('10,000 clients are examined in parts, and each part shows the progress', async () => {
  const facts = await certificateFacts(EC)
  if ('fault' in facts) throw new Error(facts.fault)
  const total = 10_050
  let calls = 0
  const post = (_: string, { pageSize, pageToken = '0' }: { pageSize: number; pageToken?: string }) => {
    calls += 1
    const end = Math.min(Number(pageToken) + pageSize, total)
    const clients = Array.from({ length: end - Number(pageToken) }, (_, index) => ({
      ...{ clientId: Number(pageToken) + index + 1, clientName: `<b>${index}` },
      ...{ tokenAuthMethod: 'TLS_CLIENT_AUTH', outcome: 'PASSED' },
    }))
    const json = { clients, ...(end < total && { nextPageToken: String(end) }) }
    return Promise.resolve({ status: 200, etag: undefined, json })
  }
  const request = { params: { serviceId }, csrf: html``, api: { post } }
  let form = new URLSearchParams()
  const parts: string[] = []
  do {
    const text = String(await askAboutAll({ ...request, form } as unknown as ConsoleRequest, facts))
    expect(text).not.toContain('<b>')
    parts.push(wordsOf(text))
    form = text.includes('name="pageToken"')
      ? fieldsOf(text.replace('<form method="post">', '<form name="csrf">'))
      : new URLSearchParams()
  } while (form.size > 0)
  expect(calls).toBe(101)
  expect(parts.length).toBe(11)
  expect(parts[0]).toContain('authenticate 1000 clients of the 1000 examined. There are more.')
  expect(parts[10]).toContain('authenticate 50 clients of the 50 examined (10050 in all). There are no more.')
})

test('the pages of certificates show the expiry of each, and name what is unknown', async () => {
  const read = async (place: string) => (await send({ path: `/${serviceId}/${place}` })).text
  const roots = { trustedRootCertificates: [certificatePem('ca-root'), certificatePem('expired')] }
  await registry.changeService(Number(serviceId), (record) => ({ ...record, ...roots }))
  const expired = /CN=expired\.example\.org[^<]*<\/code>,\s*<strong>expired\s*<time[^>]*>1 Jan 2021/
  expect(await read('service/certificates')).toMatch(expired)
  expect(wordsOf(await read(`clients/${byDn.clientId}/certificates`))).toContain('registered with its name')
  expect(wordsOf(await read(`clients/${remote.clientId}/certificates`))).toContain('registered with its URL')
  const ended = await client({
    ...{ clientName: 'Old', tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' },
    jwks: JSON.stringify({ keys: [jwkOf('expired')] }),
  })
  expect(await read(`clients/${ended.client.clientId}/certificates`)).toMatch(expired)
})

test('a smaller role can read certificates, and the page names the role that the question about clients requires', async () => {
  const secret = 'i'.repeat(43)
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    credentials: [...record.credentials, { digest: digest(secret), role: 'introspect' as const }],
  }))
  const credential = { kind: 'service', serviceId, token: secret } as const
  const reader = await logIn(await open({ connection: { baseUrl: site.webApiUrl, credential } }))
  const { status, words } = await ask({ certificate: EC, step: 'read' }, reader)
  expect([status, words.includes('requires a credential with the role manage')]).toEqual([200, true])
  expect((await ask({ certificate: EC, step: 'all' }, reader)).status).toBe(403)
  expect(failures).toEqual([])
})
