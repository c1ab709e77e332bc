import { createPublicKey } from 'node:crypto'
import { endingOf } from '../../../infra/console/pages/endings.ts'
import { expect, test } from 'vitest'
import { readClients } from '../../../infra/console/clients.ts'
import type { ConsoleRequest } from '../../../infra/console/page.ts'
import { addClient } from '../../../infra/emulator/site/seed.ts'
import { certificatePem } from '../../support/vectors.ts'
import { consoleSite, logIn } from './console-site.ts'

const { site, serviceId, credential, failures, open } = await consoleSite()
const running = await open()
const { send } = await logIn(running)
const { registry } = site.runtime.store
const home = `/${serviceId}`

const read = async (path: string) => (await send({ path })).text.replaceAll(/\s+/g, ' ')
const wordsOf = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
const add = (settings: object) => addClient(site.runtime, Number(serviceId), settings)

const SWITCH = 'tlsClientCertificateBoundAccessTokens'
const SECRET = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_BASIC', [SWITCH]: true }

/** The number of clients in the overview, and the numbers in its links, keyed by the query of the list. */
async function counts() {
  const page = await read(home)
  const links = [...page.matchAll(/href="([^"]*\/clients\?[^"]*)"\s*>(\d+) (bound|unbound|locked)/g)]
  return new Map(
    links.map(([, href = '', count]) => [href.replaceAll('&amp;', '&').split('?')[1], Number(count)]),
  )
}

test('the overview counts every client by binding and method, and each number equals that of the linked list', async () => {
  for (let index = 0; index < 210; index++)
    await add({ ...SECRET, clientName: `Client ${index}`, [SWITCH]: index % 3 !== 0, locked: index === 7 })
  await add({ ...SECRET, clientName: 'By key', dpopRequired: true, [SWITCH]: false })
  const seeded = (await registry.listClients(Number(serviceId))).length - 211
  const found = await counts()
  expect(found.get('show=unbound')).toBe(70)
  expect(found.get('show=bound')).toBe(141 + seeded)
  expect(found.get('show=locked')).toBe(1)
  expect(found.get('show=unbound&method=CLIENT_SECRET_BASIC')).toBe(70)
  for (const [query = '', count] of found)
    expect(await read(`${home}/clients?${query}`)).toContain(`${count} of ${211 + seeded} clients.`)
  expect(await read(home)).toContain(`${211 + seeded} clients</a>`)
})

test('the overview and the list report that there are more clients after two thousand', async () => {
  let calls = 0
  const get = () => {
    calls += 1
    const clients = Array.from({ length: 100 }, (_, index) => ({ clientId: calls * 1000 + index }))
    return Promise.resolve({
      status: 200,
      etag: undefined,
      json: { clients, nextPageToken: `after ${calls}` },
    })
  }
  const { list, next } = await readClients({ api: { get } } as unknown as ConsoleRequest, '', 'start')
  expect([list.length, calls, next]).toEqual([2000, 20, 'after 20'])
  const first = await fetch(`${site.webApiUrl}/api/${serviceId}/client/get/list?pageSize=1`, {
    headers: { authorization: `Bearer ${credential.token}` },
  })
  const { nextPageToken } = (await first.json()) as { readonly nextPageToken: string }
  const later = await read(`${home}/clients?pageToken=${nextPageToken}`)
  expect(later).toMatch(/\d+ clients\. The service has more clients/)
  expect(later).toContain(`href="${home}/clients">Back to the first clients`)
})

const names = async (query: string) => {
  const page = await read(`${home}/clients?${query}`)
  return [...page.matchAll(/\/general">([^<]*)</g)].map(([, name]) => name)
}

test('the list can be filtered by search, binding, lock and method, and sorted, and the URL of each page contains the filter', async () => {
  await add({ ...SECRET, clientName: 'Zürich locked', locked: true })
  await add({ ...SECRET, clientName: 'Zürich open' })
  await add({ clientName: 'Zurich public', clientType: 'PUBLIC', tokenAuthMethod: 'NONE', [SWITCH]: false })
  expect(await names('search=zurich')).toEqual(['Zürich locked', 'Zürich open', 'Zurich public'])
  expect(await names('search=Z%C3%BCrich&show=locked')).toEqual(['Zürich locked'])
  expect(await names('search=zurich&show=unlocked&method=CLIENT_SECRET_BASIC')).toEqual(['Zürich open'])
  expect(await names('search=zurich&show=unbound')).toEqual(['Zurich public'])
  expect(await names('search=zurich&show=none&method=x&sort=y&page=-3')).toHaveLength(3)
  const second = await read(`${home}/clients?search=client&show=bound&sort=created&page=2`)
  expect(second).toContain('Page 2 of 6')
  const pages = [...second.matchAll(/href="[^"]*\?([^"]*)"[^>]*>(Previous|Next) page/g)]
  expect(pages.map(([, query = '', word]) => [word, query.replaceAll('&amp;', '&')])).toEqual([
    ['Previous', 'search=client&show=bound&sort=created&page=1'],
    ['Next', 'search=client&show=bound&sort=created&page=3'],
  ])
  expect(second).toMatch(/<option value="created" selected/)
})

const jwks = (name: string) => {
  const pem = certificatePem(name)
  const x5c = [pem.replaceAll(/-----[^-]+-----|\s/g, '')]
  return JSON.stringify({ keys: [{ ...createPublicKey(pem).export({ format: 'jwk' }), x5c }] })
}

test('each ending within a year has a mark and a row, with a link to its page', async () => {
  const now = Math.floor(Date.now() / 1000)
  const { client } = await add({ ...SECRET, clientName: 'Old', jwks: jwks('expired') })
  await registry.changeClient(Number(serviceId), client.clientId, (record) => ({
    ...record,
    clientCertificateIssuers: [certificatePem('expired')],
  }))
  await add({ ...SECRET, clientName: 'Long', jwks: jwks('self-signed-ec') })
  const changed = await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    credentials: record.credentials.map((one) => ({ ...one, expiresAt: now + 200 * 86_400 })),
    keyUses: [{ kid: '1', signedUntil: now, tokensEnd: now + 73 * 86_400 }],
  }))
  const page = await read(home)
  expect(page.match(/<circle class="(urgent|mark)" cx="[\d.]+%"/g)).toEqual([
    ...(changed?.credentials ?? []).map(() => '<circle class="mark" cx="54.79%"'),
    '<circle class="urgent" cx="0.00%"',
    '<circle class="mark" cx="20.00%"',
    '<circle class="urgent" cx="0.00%"',
  ])
  expect(wordsOf(page)).toMatch(
    /expired Registered certificate Old: O=Client1, CN=expired.example.org .* expired Issuer of client certificates Old: O=Client1, CN=expired.example.org .* \(in \d+ days\) Last token of a signing key 1 .* \(in \d+ days\) Credential [\w-]{16} \(manage\)/,
  )
  expect(page).toContain(`href="${home}/clients/${client.clientId}/certificates">Old`)
  expect(page).not.toContain('Long: ')
  expect((await names('sort=end')).slice(0, 2)).toEqual(['Old', 'Long'])
})

test('the next steps of the overview follow from its counts', async () => {
  const steps = async () => {
    const [, list = ''] = /<h2>Next<\/h2> <ol>(.*?)<\/ol>/.exec(await read(home)) ?? []
    return [...list.matchAll(/<a href="([^"]*)">([^<]*)</g)].map(([, href = '', words]) => [
      href.slice(home.length),
      words,
    ])
  }
  const unbound = (await counts()).get('show=unbound')
  const [bind, renew, token] = await steps()
  expect(bind).toEqual(['/clients?show=unbound', `Bind ${unbound} clients.`])
  expect([renew?.[1], token]).toEqual(['Renew what expires first:', ['/explain', 'Try a token.']])
  await registry.changeService(Number(serviceId), (record) => ({ ...record, [SWITCH]: false }))
  expect(await steps()).toMatchObject([['/service/tokens-and-claims', 'Turn binding on.'], renew, token])
  expect(await read(home)).toContain('off; no token is bound to a certificate')
})

test('no unexpected failure occurred', () => expect(failures).toEqual([]))

test('the certificate in use of each client that ends last is among what expires', () => {
  const now = new Date(1_000)
  const used = (clientId: number, subject: string, validUntil: number) => ({ clientId, subject, validUntil })
  const inUse = [
    used(2, 'CN=expired', 900),
    used(1, 'CN=old', 2_000),
    used(1, 'CN=new', 3_000),
    { clientId: 3 },
  ]
  expect(endingOf({}, [], inUse, now, 10_000)).toEqual([
    {
      what: 'Certificate in use',
      subject: 'Client 1: CN=new',
      ends: 3_000,
      page: 'clients/1/certificates-in-use',
    },
  ])
})
