import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { certificatePem } from '../../support/vectors.ts'
import { change, consoleSite, fieldsOf, logIn, sender } from './console-site.ts'
import { hasChange, relayTo } from './web-api-relay.ts'

const { site, serviceId, credential, failures, open } = await consoleSite()
const relay = await relayTo(site.webApiUrl)
const running = await open({ connection: { baseUrl: relay.baseUrl, credential } })
const { send, csrf } = await logIn(running)
const [{ clientId }] = site.seeded.clients
const { registry } = site.runtime.store
const general = `/${serviceId}/service/general`
const client = `/${serviceId}/clients/${clientId}`

const serviceNow = () => registry.findCurrentService(Number(serviceId))
const clientNow = () => registry.findCurrentClient(Number(serviceId), clientId)

/** The form of a page with changes. */
async function typed(path: string, changes: Readonly<Record<string, string>>) {
  const form = fieldsOf((await send({ path })).text)
  change(form, changes)
  return form
}

test('a form that is sent after the end of its session changes nothing and is not echoed, and the page explains where the input still is', async () => {
  const before = await serviceNow()
  const form = await typed(general, { serviceName: 'Typed for long', step: 'save' })
  const late = await sender(
    running,
    `certbound-console-${running.port}=${'x'.repeat(43)}`,
  )({
    path: general,
    form,
  })
  expect([late.status, late.text.includes('Typed for long'), late.text.includes(csrf)]).toEqual([
    401,
    false,
    false,
  ])
  expect(late.text).toContain('Nothing was changed.')
  expect(late.text).toMatch(/Open it in another tab.*go one page back, and send the form again/s)
  expect(late.text).toContain('consoleUrl')
  expect(await serviceNow()).toEqual(before)
})

test.each([
  ['settings', `${client}/general`, { clientName: 'Typed before', step: 'save' }, 'clientName'],
  [
    'a new client',
    `/${serviceId}/clients/create`,
    {
      clientName: 'Typed before',
      tokenAuthMethod: 'CLIENT_SECRET_BASIC',
      grantTypes: 'CLIENT_CREDENTIALS',
      step: 'create',
    },
    'clientName',
  ],
  ['a deletion', `${client}/danger`, { typed: 'Public client', step: 'delete' }, undefined],
  ['a revocation', `/${serviceId}/tokens`, { subject: 'anna', step: 'revoke' }, 'subject'],
  [
    'a credential',
    `/${serviceId}/service/credentials`,
    { role: 'runtime', days: '30', step: 'make' },
    'days',
  ],
])(
  'a form of an earlier session with %s changes nothing; its input is shown and can be sent again',
  async (_, path, changes, name) => {
    const before = [await clientNow(), await serviceNow(), await registry.listClients(Number(serviceId))]
    relay.sent = ''
    const form = await typed(path, { ...changes, csrf: 'x'.repeat(43) })
    const shown = await send({ path, form })
    expect([shown.status, hasChange(relay)]).toEqual([403, false])
    expect([await clientNow(), await serviceNow(), await registry.listClients(Number(serviceId))]).toEqual(
      before,
    )
    if (name === undefined) return
    expect(shown.text).toContain('This form belongs to an earlier session')
    const again = fieldsOf(shown.text)
    expect([again.get('csrf'), again.get(name)]).toEqual([csrf, form.get(name)])
    change(again, { step: String(form.get('step')) })
    expect((await send({ path, form: again })).status).toBeLessThan(400)
  },
)

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const jwk = privateKey.export({ format: 'jwk' })
const jwks = JSON.stringify({ keys: [{ ...jwk, kid: 'a' }] })
const body = pem.split('\n')[1] ?? ''
const root = certificatePem('ca-root')

test.each<[string, string, string, string]>([
  ['the trusted roots', `/${serviceId}/service/certificates`, 'trustedRootCertificates', `${root}\n${pem}`],
  ['the issuers', `/${serviceId}/service/certificates`, 'clientCertificateIssuers', pem],
  ['the JWK Set of a client', `${client}/certificates`, 'jwks', jwks],
  ['metadata of a client', `${client}/general`, 'customMetadata', jwks],
  ['the certificate of a new client', `/${serviceId}/clients/create`, 'certificate', pem],
  ['the JWK Set of a new client', `/${serviceId}/clients/create`, 'jwks', jwks],
  ['the certificate reader', `/${serviceId}/certificate`, 'certificate', pem],
  ['the explainer', `/${serviceId}/explain`, 'clientCertificate', `${root}${pem}`],
])(
  'a private key in %s is neither sent to the Web API nor shown again, and changes nothing',
  async (_, path, name, text) => {
    const before = [await clientNow(), await serviceNow()]
    relay.sent = ''
    const form = await typed(path, {
      [name]: text,
      'clientCertificateIssuers?': 'on',
      token: 'x',
      step: 'save',
    })
    const { status, text: page } = await send({ path, form })
    expect([status, page.includes('There was a private key in “')]).toEqual([400, true])
    for (const secret of [body, String(jwk.d)]) expect([page, relay.sent].join().includes(secret)).toBe(false)
    expect(hasChange(relay)).toBe(false)
    expect([await clientNow(), await serviceNow()]).toEqual(before)
  },
)

test('text around a private key is kept, and so is the public half of a private JWK', async () => {
  const path = `/${serviceId}/service/certificates`
  const roots = await typed(path, { trustedRootCertificates: `${root}\n${pem}`, step: 'save' })
  expect(
    fieldsOf((await send({ path, form: roots })).text)
      .get('trustedRootCertificates')
      ?.trim(),
  ).toBe(root.trim())
  const set = await typed(`${client}/certificates`, { jwks, step: 'save' })
  const kept = fieldsOf((await send({ path: `${client}/certificates`, form: set })).text).get('jwks') ?? ''
  const { d: _, ...half } = { ...jwk, kid: 'a' }
  expect(JSON.parse(kept)).toEqual({ keys: [half] })
})

test.each(['GET', 'POST'])(
  'if the Web API does not answer %s, the page keeps the form and reports what is known, and the form can be sent again',
  async (method) => {
    const form = await typed(general, { serviceName: `Kept ${method}`, step: 'save' })
    relay.away = method
    const away = await send({ path: general, form })
    relay.away = undefined
    expect(away.status).toBe(502)
    expect(away.text).toContain(
      method === 'GET' ? 'Nothing was changed.' : 'It is not known whether the change was made.',
    )
    const kept = fieldsOf(away.text)
    expect([kept.get('serviceName'), kept.get('step')]).toEqual([`Kept ${method}`, 'save'])
    expect((await send({ path: general, form: kept })).status).toBe(303)
    expect((await serviceNow())?.serviceName).toBe(`Kept ${method}`)
  },
)

test('a script can keep a session alive, and gets the secret of forms only with a session', async () => {
  const { status, text } = await send({ path: '/session' })
  expect([status, JSON.parse(text)]).toEqual([200, { csrf }])
  const without = await sender(running)({ path: '/session' })
  expect([without.status, without.text.includes(csrf)]).toEqual([401, false])
})

test('the pages of a client show its name in title and heading, and whether it is locked', async () => {
  const bare = await send({ path: client })
  expect([bare.status, bare.headers['location']]).toEqual([303, `${client}/general`])
  await registry.changeClient(Number(serviceId), Number(clientId), (record) => ({
    ...record,
    clientName: 'Till <1>',
  }))
  for (const isLocked of [false, true]) {
    await registry.changeClient(Number(serviceId), Number(clientId), (record) => ({
      ...record,
      locked: isLocked,
    }))
    for (const slug of [
      'general',
      'tokens-and-claims',
      'authentication',
      'certificates',
      'tokens',
      'danger',
    ]) {
      const { text } = await send({ path: `${client}/${slug}` })
      expect(text).toMatch(/<title>[^<]+ · Till &lt;1&gt; · certbound<\/title>/)
      expect(text).toMatch(/<h1>\s*[^<]+<span class="place"> Till &lt;1&gt;<\/span>/)
      expect([slug, text.includes('This client is locked.</strong> It gets no tokens')]).toEqual([
        slug,
        isLocked,
      ])
    }
  }
  const { text } = await send({ path: `${client}/danger`, form: { csrf, step: 'delete', typed: 'x' } })
  expect(text).toContain('<title>Error: Danger · Till')
  expect(failures).toEqual([])
})
