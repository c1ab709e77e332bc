import { beforeEach, expect, test } from 'vitest'
import { FIELDS } from '../../../infra/console/settings/fields.ts'
import { jsonSchemas } from '../../../infra/reference/json-schemas.ts'
import { digest } from '../../../shared/store/digest.ts'
import { FAPI2 } from '../../../shared/store/profile.ts'
import { change, consoleSite, fieldsOf, filler, logIn } from './console-site.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const { send } = await logIn(running)
const [{ clientId }] = site.seeded.clients
const { registry } = site.runtime.store
const service = `/${serviceId}/service`
const client = `/${serviceId}/clients/${clientId}`
const SWITCH = 'tlsClientCertificateBoundAccessTokens'

const [firstService, firstClient] = [
  await registry.findCurrentService(Number(serviceId)),
  await registry.findCurrentClient(Number(serviceId), clientId),
]
beforeEach(async () => {
  await registry.changeService(Number(serviceId), () => firstService ?? never())
  await registry.changeClient(Number(serviceId), Number(clientId), () => firstClient ?? never())
})

function never(): never {
  throw new Error('the site has no such record')
}

const fill = filler(send)

const serviceNow = () => registry.findCurrentService(Number(serviceId))
const clientNow = () => registry.findCurrentClient(Number(serviceId), clientId)

const SERVICE_PAGES =
  'general endpoints authorization tokens-and-claims authentication certificates fapi scopes'
const CLIENT_PAGES = 'general tokens-and-claims authentication certificates'
const PAGES = [
  ...SERVICE_PAGES.split(' ').map((slug) => `${service}/${slug}`),
  ...CLIENT_PAGES.split(' ').map((slug) => `${client}/${slug}`),
]

test.each(PAGES)(
  '%s can be sent without script, and changes nothing if nothing was changed',
  async (path) => {
    const before = [await serviceNow(), await clientNow()]
    const { answer } = await fill(path, {})
    expect([answer.status, answer.headers['location']]).toEqual([303, path])
    expect((await send({ path })).text).toContain('There were no changes to save.')
    expect([await serviceNow(), await clientNow()]).toEqual(before)
  },
)

test('every setting of the Web API is on one page, or has its own page, and the page of FAPI 2.0 repeats those that it requires', async () => {
  const texts = await Promise.all(PAGES.map(async (path) => (await send({ path })).text))
  const shown = texts.flatMap((text, index) =>
    [...text.matchAll(/data-member="([^"]+)"/g)].map(
      ([, name = '']) => `${index < 8 ? 'service' : 'client'} ${name}`,
    ),
  )
  const ofService = ['jwks', 'credentials', 'clientCertificatesNotBefore'].map((name) => `service ${name}`)
  const declared = (['service', 'client'] as const).flatMap((kind) =>
    [...FIELDS[kind].keys()].map((name) => `${kind} ${name}`),
  )
  const twice = Object.keys(FAPI2.service).map((name) => `service ${name}`)
  expect([...shown, ...ofService, 'client locked', 'client extension.tokenExchangePermitted'].sort()).toEqual(
    [...declared, ...twice].sort(),
  )
})

test('help texts equal those of the reference', async () => {
  const { properties = {} } = jsonSchemas()['ServiceSettings'] ?? {}
  const { text } = await send({ path: `${service}/tokens-and-claims` })
  for (const name of ['accessTokenDuration', 'refreshTokenKept', SWITCH])
    expect(text.replaceAll(/\s+/g, ' ')).toContain(properties[name]?.description?.split('`')[0])
  expect(text).toContain('Enable TLS Client Certificate Binding')
})

test('changes are reviewed before they are saved, with old and new values and a curl command without the credential', async () => {
  const { form, answer } = await fill(
    `${client}/tokens-and-claims`,
    { 'extension.accessTokenDuration': '3600' },
    'review',
  )
  expect(answer.status).toBe(200)
  expect(answer.text).toMatch(
    /extension.accessTokenDuration<\/code>\s*<\/th>\s*<td>not set<\/td>\s*<td>3600 \(1 hour\)/,
  )
  expect(answer.text).toContain('Authorization: Bearer $CERTBOUND_TOKEN')
  expect(answer.text).toContain('If-Match: &quot;')
  expect((await clientNow())?.extension?.accessTokenDuration).toBeUndefined()
  // A change that was not shown is shown and not saved.
  const reviewed = fieldsOf(answer.text)
  change(reviewed, { step: 'save', [SWITCH]: undefined })
  expect((await send({ path: `${client}/tokens-and-claims`, form: reviewed })).text).toContain(
    '2 changes to save',
  )
  change(form, { step: 'save' })
  expect((await send({ path: `${client}/tokens-and-claims`, form })).status).toBe(303)
  expect(await clientNow()).toMatchObject({ extension: { accessTokenDuration: 3600 }, [SWITCH]: true })
})

test('a save keeps all other members of the record', async () => {
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    attributes: [{ key: 'a', value: 'b' }],
    carried: { description: 'kept' },
  }))
  const before = await serviceNow()
  await fill(`${service}/tokens-and-claims`, { accessTokenDuration: '600', [SWITCH]: undefined })
  const { modifiedAt: _, ...expected } = { ...before, accessTokenDuration: 600, [SWITCH]: false }
  expect(await serviceNow()).toMatchObject(expected)
  const clientBefore = await clientNow()
  await fill(`${client}/general`, {
    clientName: 'Renamed',
    redirectUris: 'https://a.example/cb\r\n\r\nhttps://b.example/cb\r\n',
  })
  const { modifiedAt: __, ...rest } = clientBefore ?? never()
  const redirectUris = ['https://a.example/cb', 'https://b.example/cb']
  expect(await clientNow()).toMatchObject({ ...rest, clientName: 'Renamed', redirectUris })
})

test('a cleared setting returns to its default', async () => {
  await fill(`${service}/general`, { serviceName: '' })
  expect((await serviceNow())?.serviceName).toBeUndefined()
  await fill(`${service}/tokens-and-claims`, { accessTokenDuration: '' })
  expect((await serviceNow())?.accessTokenDuration).toBe(86400)
  await fill(`${client}/general`, { clientName: '' })
  expect((await clientNow())?.clientName).toBeUndefined()
})

test('an empty list of issuers differs from an absent one', async () => {
  const path = `${service}/certificates`
  await fill(path, { 'clientCertificateIssuers?': 'on' })
  expect((await serviceNow())?.clientCertificateIssuers).toEqual([])
  await fill(path, { 'clientCertificateIssuers?': undefined })
  expect((await serviceNow())?.clientCertificateIssuers).toBeUndefined()
})

test('a stale save changes nothing, shows both versions, and can be applied to the current record', async () => {
  const path = `${client}/tokens-and-claims`
  const form = fieldsOf((await send({ path })).text)
  await fill(path, { [SWITCH]: undefined })
  change(form, { 'extension.accessTokenDuration': '60', step: 'save' })
  const refused = await send({ path, form })
  expect(refused.status).toBe(409)
  expect(refused.text).toContain('Somebody else changed this record')
  expect(refused.text).toMatch(/<td>true<\/td>\s*<td>false<\/td>\s*<td>not changed<\/td>/)
  expect((await clientNow())?.extension?.accessTokenDuration).toBeUndefined()
  const again = fieldsOf(refused.text)
  change(again, { step: 'save' })
  expect((await send({ path, form: again })).status).toBe(303)
  expect(await clientNow()).toMatchObject({ [SWITCH]: false, extension: { accessTokenDuration: 60 } })
})

test('an error is shown at its row and at the top, with the message and code of the Web API, and no input is lost', async () => {
  const { answer } = await fill(`${service}/endpoints`, {
    issuer: 'ftp://x',
    tokenEndpoint: 'https://kept.example',
  })
  expect(answer.status).toBe(400)
  expect(answer.text).toContain('<a href="#setting-issuer">Issuer</a>: [A039292]')
  expect(answer.text).toMatch(/id="error-issuer">\s*\[A039292\]/)
  expect(answer.text).toContain('value="https://kept.example"')
  const number = await fill(`${service}/tokens-and-claims`, { accessTokenDuration: 'soon' })
  expect(number.answer.text).toMatch(/id="error-accessTokenDuration">\s*must be a whole number/)
  expect(fieldsOf(number.answer.text).get('accessTokenDuration')).toBe('soon')
})

test('if one switch of binding is off, the page warns that tokens are not bound', async () => {
  const path = `${client}/tokens-and-claims`
  expect((await send({ path })).text).not.toContain('NOT bound')
  await fill(path, { [SWITCH]: undefined })
  expect((await send({ path })).text).toContain(
    'On for the service, off here: tokens of this client are NOT bound.',
  )
  await fill(`${service}/tokens-and-claims`, { [SWITCH]: undefined })
  expect((await send({ path })).text).toContain(
    'Off for the service: tokens of this client are currently NOT bound.',
  )
  expect((await send({ path: `/${serviceId}` })).text).toContain('off; no token is bound to a certificate')
})

test('a key is published, signs and is withdrawn, each with one step', async () => {
  const path = `${service}/keys`
  const act = (changes: Record<string, string>) => fill(path, changes, changes['step'])
  await act({ kid: '2', alg: 'ES256', step: 'publish' })
  expect((await serviceNow())?.jwks.map(({ kid }) => kid)).toEqual(['1', '2'])
  await act({ kid: '2', step: 'sign' })
  expect(await serviceNow()).toMatchObject({ accessTokenSignAlg: 'ES256', accessTokenSignatureKeyId: '2' })
  expect((await send({ path })).text).toContain('Before it can be withdrawn, another key must sign.')
  const mistyped = await act({ kid: '1', typed: '2', step: 'withdraw' })
  expect(mistyped.answer.status).toBe(400)
  expect((await serviceNow())?.jwks.map(({ kid }) => kid)).toEqual(['1', '2'])
  await act({ kid: '1', typed: '1', step: 'withdraw' })
  expect((await serviceNow())?.jwks.map(({ kid }) => kid)).toEqual(['2'])
  const { answer } = await act({ kid: '2', typed: '2', step: 'withdraw' })
  expect(answer.status).toBe(400)
  const stale = await fill(path, { version: 'old', kid: '3', step: 'publish' }, 'publish')
  expect(stale.answer.status).toBe(409)
})

test('a credential with a smaller role gets a read-only console', async () => {
  const token = 'i'.repeat(43)
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    credentials: [...record.credentials, { digest: digest(token), role: 'introspect' as const }],
  }))
  const connection = { baseUrl: site.webApiUrl, credential: { kind: 'service', serviceId, token } as const }
  const reader = await logIn(await open({ connection }))
  const read = async (path: string) => (await reader.send({ path })).status
  expect([
    await read(`/${serviceId}`),
    await read(`${service}/keys`),
    await read(`${service}/general`),
  ]).toEqual([200, 200, 403])
  expect(await read(`${client}/general`)).toBe(403)
  const form = { csrf: reader.csrf, step: 'publish', kid: '9', alg: 'ES256' }
  expect((await reader.send({ path: `${service}/keys`, form })).status).toBe(403)
})

test('with the organization’s token the user first chooses a service, and can manage it and its clients', async () => {
  const credential = { kind: 'organization', token: site.seeded.organizationAccessToken } as const
  const owner = await logIn(await open({ connection: { baseUrl: site.webApiUrl, credential } }))
  expect((await owner.send({ path: '/' })).headers['location']).toBe('/services')
  expect((await owner.send({ path: '/services' })).text).toContain(`href="/${serviceId}"`)
  expect((await owner.send({ path: `/${serviceId}` })).status).toBe(200)
  const saved = await filler(owner.send)(`${service}/general`, { serviceName: 'Owned' })
  expect([saved.answer.status, (await serviceNow())?.serviceName]).toEqual([303, 'Owned'])
  const named = await filler(owner.send)(`${client}/general`, { clientName: 'Owned too' })
  expect([named.answer.status, (await clientNow())?.clientName]).toEqual([303, 'Owned too'])
})

test('a page reports a Web API that does not answer or refuses the credential', async () => {
  const connection = {
    baseUrl: 'http://localhost:9',
    credential: { kind: 'service', serviceId, token: 'x' } as const,
  }
  const lost = await logIn(await open({ connection }))
  const { status, text } = await lost.send({ path: `/${serviceId}` })
  expect([status, text.includes('does not answer')]).toEqual([502, true])
  const wrong = await logIn(await open({ connection: { ...connection, baseUrl: site.webApiUrl } }))
  expect((await wrong.send({ path: `/${serviceId}` })).text).toContain('was withdrawn or has expired')
  expect((await send({ path: `/${serviceId}/clients/4711/general` })).status).toBe(404)
  expect(failures).toEqual([])
})
