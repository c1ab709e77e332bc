import { expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { certificatePem, certificates } from '../../support/vectors.ts'
import { consoleSite, fieldsOf, filler, logIn } from './console-site.ts'

const { site, serviceId, credential, failures, open } = await consoleSite()
const running = await open()
const { send, csrf } = await logIn(running)
const fill = filler(send)
const { registry } = site.runtime.store
const [{ clientId }] = site.seeded.clients
const list = `/${serviceId}/clients`
const create = `${list}/create`

const page = async (path: string) => (await send({ path })).text.replaceAll(/\s+/g, ' ')
const api = (path: string, body: object) =>
  fetch(`${site.webApiUrl}/api/${serviceId}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then((answer) => answer.json() as Promise<Record<string, unknown>>)

/** The ID of the client in the links of a page, and its record. */
async function createdIn(text: string) {
  const [, id = ''] = /\/clients\/(\d+)\/general/.exec(text) ?? []
  return registry.findCurrentClient(Number(serviceId), id)
}

test('the list shows the type, method, binding with its reason and lock of each client, and can be searched by name, alias and ID', async () => {
  const made = await api('/client/create', { clientName: 'Ledger <b>', clientIdAlias: 'ledger-1' })
  const all = await page(list)
  expect(all).toContain('Ledger &lt;b&gt;')
  expect(all).toMatch(
    /Public client<\/a> ?<\/th> <td><code class="whole">\d+<\/code><\/td> <td>public<\/td> <td><code class="whole">NONE<\/code>/,
  )
  expect(all).toMatch(/class="yes">yes<\/span><br \/>on for both/)
  expect(all).toMatch(/class="no">no<\/span><br \/>off for the client/)
  await api(`/client/lock_flag/update/${String(made['clientId'])}`, { clientLocked: true })
  for (const search of ['ledger', 'LEDGER-', String(made['clientId'])]) {
    const found = await page(`${list}?search=${search}`)
    expect(found).toContain(`1 client with “${search}”.`)
    expect(found).toContain('<strong>locked</strong>')
    expect(found).not.toContain('Public client')
  }
  expect(await page(`${list}?search=none+such`)).toContain('No client has “none such”')
})

test('a long list has pages with URLs, and every client is on one of them', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `Many ${index}`)
  await Promise.all(names.map((clientName) => api('/client/create', { clientName })))
  const first = await page(`${list}?search=many`)
  expect(first).toContain('30 clients with “many”.')
  const [, next = ''] = /href="([^"]*page=2[^"]*)"/.exec(first) ?? []
  const second = await page(next.replaceAll('&amp;', '&'))
  expect(second).toContain('Page 2 of 2')
  const found = [...(first + second).matchAll(/>(Many \d+)</g)].map(([, name]) => name)
  expect(found.toSorted()).toEqual(names.toSorted())
  expect((await send({ path: `${list}?pageToken=wrong!` })).status).toBe(502)
})

const CERTIFICATE = 'SELF_SIGNED_TLS_CLIENT_AUTH'
const named = certificates.find(({ name }) => name.includes('san')) ?? certificates[0]
const pem = certificatePem(named?.name ?? '')

test('the names of a dropped certificate are offered, and the chosen one is registered', async () => {
  const read = await fill(create, { certificate: pem, tokenAuthMethod: 'TLS_CLIENT_AUTH' }, 'read')
  expect(read.answer.status).toBe(200)
  expect(read.answer.text).toContain('Must the trust store change?')
  expect(read.answer.text).toContain('npm run provision')
  const choices = [...read.answer.text.matchAll(/name="certificateName"\s+value="([^ "]+) ([^"]*)"/g)]
  expect(choices.length).toBeGreaterThan(1)
  const [, setting = '', text = ''] = choices.at(-1) ?? []
  const fields = { certificate: pem, tokenAuthMethod: 'TLS_CLIENT_AUTH', grantTypes: 'CLIENT_CREDENTIALS' }
  const none = await fill(create, fields, 'create')
  expect([none.answer.status, none.answer.text.includes('Choose one of the names')]).toEqual([400, true])
  expect(fieldsOf(none.answer.text).get('certificate')?.trim()).toBe(pem.trim())
  const stale = await fill(
    create,
    { ...fields, certificateName: 'tlsClientAuthSanDns other.example' },
    'create',
  )
  expect(stale.answer.status).toBe(400)
  const done = await fill(
    create,
    { ...fields, clientName: 'By name', certificateName: `${setting} ${text}` },
    'create',
  )
  expect([done.answer.status, done.answer.headers['location']]).toEqual([200, undefined])
  const made = await createdIn(done.answer.text)
  expect(made).toMatchObject({
    ...{
      clientName: 'By name',
      clientType: 'CONFIDENTIAL',
      tokenAuthMethod: 'TLS_CLIENT_AUTH',
      [setting]: text,
    },
    ...{ grantTypes: ['CLIENT_CREDENTIALS'], tlsClientCertificateBoundAccessTokens: true },
  })
  expect(made?.jwks).toBeUndefined()
  expect(done.answer.text).not.toContain('Copy the secret')
  expect(done.answer.text).toContain('--cert client.pem --key client.key')
})

test('a self-signed certificate becomes the JWK Set of its client', async () => {
  const fields = { certificate: pem, tokenAuthMethod: CERTIFICATE, clientName: 'Self' }
  const done = await fill(create, { ...fields, grantTypes: 'CLIENT_CREDENTIALS' }, 'create')
  const problem = /class="problem"[^]*?<\/p>/.exec(done.answer.text)?.[0]
  expect(problem).toBeUndefined()
  const made = await createdIn(done.answer.text)
  expect(made?.jwks?.keys[0]).toMatchObject({
    kid: named?.['x5t#S256'],
    x5c: [pem.replaceAll(/-----.*?-----|\s/g, '')],
  })
})

test('the secret of a new client is shown once, only in the answer to the form', async () => {
  const done = await fill(
    create,
    { clientName: 'Keeper', tokenAuthMethod: 'CLIENT_SECRET_BASIC', grantTypes: 'CLIENT_CREDENTIALS' },
    'create',
  )
  const [, secret = ''] =
    /data-copy="([^"]{43,})" aria-label="Copy the secret"/.exec(done.answer.text.replaceAll(/\s+/g, ' ')) ??
    []
  const made = await createdIn(done.answer.text)
  expect(made?.clientSecretDigest).toBe(digest(secret))
  expect(JSON.stringify(done.answer.headers)).not.toContain(secret)
  expect(/<title>([^<]*)/.exec(done.answer.text)?.[1]).toBe('Client created · Clients · certbound')
  expect(done.answer.text.match(/(?:href|action)="[^"]*"/g)?.join()).not.toContain(secret)
  for (const path of [list, create, `${list}/${made?.clientId}/danger`])
    expect(await page(path)).not.toContain(secret)
})

test('a refused new client is shown with the reason, and no input is lost', async () => {
  const both = await fill(
    create,
    { clientType: 'PUBLIC', tokenAuthMethod: 'TLS_CLIENT_AUTH', clientName: 'Kept' },
    'create',
  )
  expect([both.answer.status, fieldsOf(both.answer.text).get('clientName')]).toEqual([400, 'Kept'])
  expect(both.answer.text).toContain('A public client does not authenticate')
  const refused = await fill(
    create,
    { tokenAuthMethod: 'CLIENT_SECRET_BASIC', redirectUris: 'no uri' },
    'create',
  )
  expect([refused.answer.status, refused.answer.text.includes('[A0')]).toEqual([400, true])
  const key = `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----`
  const wrong = await fill(create, { tokenAuthMethod: 'TLS_CLIENT_AUTH', certificate: key }, 'read')
  expect(wrong.answer.text).toContain('There was a private key in “Certificate”')
})

const now = () => registry.findCurrentClient(Number(serviceId), clientId)

test.each(['cut-off', 'new-secret', 'delete'])(
  '%s of a client is done only after its name is typed',
  async (step) => {
    const { clientId: id } = await api('/client/create', { clientName: 'To type' })
    const path = `${list}/${String(id)}/danger`
    const before = await registry.findCurrentClient(Number(serviceId), String(id))
    for (const typed of ['', 'to type', 'To typ', String(id)]) {
      const { status, text } = await send({ path, form: { csrf, step, typed } })
      const isNamed = text.includes(`<a href="#typed-${step}">Your input</a> is not <code>To type</code>`)
      expect([typed, status, isNamed, text.includes(`value="${typed}"`)]).toEqual([typed, 400, true, true])
    }
    expect(await registry.findCurrentClient(Number(serviceId), String(id))).toEqual(before)
    const done = await send({ path, form: { csrf, step, typed: 'To type' } })
    expect([200, 303]).toContain(done.status)
    const after = await registry.findCurrentClient(Number(serviceId), String(id))
    expect(step === 'delete' ? after : after !== undefined).toBe(step === 'delete' ? undefined : true)
    if (step === 'new-secret') {
      const [, secret = ''] = /data-copy="([^"]{43,})"/.exec(done.text) ?? []
      expect(after?.clientSecretDigest).toBe(digest(secret))
      expect(JSON.stringify(done.headers)).not.toContain(secret)
    }
  },
)

test('cutting off revokes the tokens of a client, and locking refuses them until it is unlocked', async () => {
  const token = async () => {
    const made = await api('/auth/token/create', {
      clientId: Number(clientId),
      grantType: 'CLIENT_CREDENTIALS',
      subject: 'x',
    })
    return String(made['accessToken'])
  }
  const action = async (one: string) => (await api('/auth/introspection', { token: one }))['action']
  await registry.changeClient(Number(serviceId), Number(clientId), (record) => ({
    ...{ ...record, grantTypes: ['CLIENT_CREDENTIALS' as const] },
    tlsClientCertificateBoundAccessTokens: false,
  }))
  const danger = `${list}/${clientId}/danger`
  const first = await token()
  expect(await action(first)).toBe('OK')
  await send({ path: danger, form: { csrf, step: 'lock' } })
  expect([(await now())?.locked, await action(first)]).toEqual([true, 'UNAUTHORIZED'])
  await send({ path: danger, form: { csrf, step: 'unlock' } })
  expect([(await now())?.locked, await action(first)]).toEqual([false, 'OK'])
  await send({ path: danger, form: { csrf, step: 'cut-off', typed: 'Public client' } })
  expect(await action(first)).toBe('UNAUTHORIZED')
})

test('a credential with a smaller role can neither see, create, change nor delete clients and credentials', async () => {
  const token = 'r'.repeat(43)
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    credentials: [...record.credentials, { digest: digest(token), role: 'runtime' as const }],
  }))
  const small = { kind: 'service', serviceId, token } as const
  const reader = await logIn(await open({ connection: { baseUrl: site.webApiUrl, credential: small } }))
  const before = [
    await registry.listClients(Number(serviceId)),
    await registry.findCurrentService(Number(serviceId)),
  ]
  const own = [
    `${list}/${clientId}/danger`,
    `/${serviceId}/service/credentials`,
    `/${serviceId}/service/scopes`,
  ]
  for (const path of [list, create, ...own]) {
    const { status, text } = await reader.send({ path })
    expect([path, status, text.includes('smaller role')]).toEqual([path, 403, true])
  }
  const form = { csrf: reader.csrf, step: 'delete', typed: 'Public client', role: 'manage', clientName: 'x' }
  for (const path of [create, ...own]) expect((await reader.send({ path, form })).status).toBe(403)
  expect([
    await registry.listClients(Number(serviceId)),
    await registry.findCurrentService(Number(serviceId)),
  ]).toEqual(before)
})

test('the organization’s token can create and delete clients, but cannot revoke tokens on the page', async () => {
  const owner = { kind: 'organization', token: site.seeded.organizationAccessToken } as const
  const { send: ask, csrf: own } = await logIn(
    await open({ connection: { baseUrl: site.webApiUrl, credential: owner } }),
  )
  expect((await ask({ path: `${list}?search=Public` })).text).toContain('Public client')
  const fields = { clientName: 'Owned', tokenAuthMethod: 'CLIENT_SECRET_BASIC' }
  const made = await createdIn((await filler(ask)(create, fields, 'create')).answer.text)
  const path = `${list}/${made?.clientId}/danger`
  expect((await ask({ path })).text).toContain('may not revoke tokens')
  const act = (step: string) => ask({ path, form: { csrf: own, step, typed: 'Owned' } })
  expect((await act('cut-off')).status).toBe(502)
  expect((await act('delete')).status).toBe(303)
  expect(await registry.findCurrentClient(Number(serviceId), String(made?.clientId))).toBeUndefined()
})

test('no unexpected failure occurred', () => expect(failures).toEqual([]))
