import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { checkBaseUrl } from '../../../infra/console/web-api.ts'
import { consoleSite, fieldsOf, logIn, originOf, sender } from './console-site.ts'

const { site, serviceId, credential, failures, open } = await consoleSite()
const running = await open()
const stranger = sender(running)
const { send, csrf, cookie } = await logIn(running)
const page = `/${serviceId}/service/general`

test('a link opens the console once, with a cookie that scripts and other sites cannot read', async () => {
  const path = new URL(running.newLink()).pathname
  const { status, headers } = await stranger({ path })
  expect([status, headers['location']]).toEqual([303, '/'])
  expect(String(headers['set-cookie'])).toMatch(
    new RegExp(`^certbound-console-${running.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
  )
  const again = await stranger({ path })
  expect([again.status, again.headers['set-cookie']]).toEqual([403, undefined])
})

test('each console has an unguessable host name, because browsers send cookies to every port of a host', async () => {
  const other = new URL(originOf(await open())).hostname
  for (const name of [hostname, other]) expect(name).toMatch(/^certbound-console-[0-9a-f]{20}\.localhost$/)
  expect(other).not.toBe(hostname)
})

test('without a session no page is shown and changes are refused', async () => {
  expect((await stranger({ path: page })).status).toBe(401)
  const wrong = sender(running, `certbound-console-${running.port}=${'x'.repeat(43)}`)
  expect((await wrong({ path: page, form: { csrf } })).status).toBe(401)
})

const { hostname } = new URL(originOf(running))

const NAMES = ['localhost', '127.0.0.1', 'attacker.example', 'certbound-console.localhost']
test.each([
  ...[...NAMES, `${hostname}.attacker.example`, `x.${hostname}`].map((name) => `${name}:${running.port}`),
  ...['', hostname, `${hostname}:`, hostname.slice(0, -1)],
])(
  'the host %j is refused even with a session, so a name that an attacker points to this machine is useless',
  async (host) => {
    const { status, text } = await send({ path: page, headers: { host } })
    expect(status).toBe(421)
    expect(text).not.toContain(serviceId)
    expect((await send({ path: '/logout', form: { csrf }, headers: { host } })).status).toBe(421)
  },
)

test.each<[string, Record<string, string>, Record<string, string>, number]>([
  ['another origin', { origin: 'https://attacker.example' }, { csrf }, 403],
  ['the same name on another port', { origin: `http://${hostname}:1` }, { csrf }, 403],
  ['no origin', { origin: 'null' }, { csrf }, 403],
  ['another site', { 'sec-fetch-site': 'same-site' }, { csrf }, 403],
  ['no token', {}, {}, 403],
  ['a wrong token', {}, { csrf: 'x'.repeat(43) }, 403],
  ['a form of another type', { 'content-type': 'text/plain' }, { csrf }, 415],
  ['a form that is too large', { 'content-length': '9999999' }, { csrf }, 413],
])('a change with %s is refused', async (_, headers, form, status) => {
  const before = await service()
  expect(
    (await send({ path: page, form: { serviceName: 'Taken', step: 'save', ...form }, headers })).status,
  ).toBe(status)
  expect(await service()).toEqual(before)
})

test('the token of another session is refused', async () => {
  const other = await logIn(running)
  expect((await send({ path: '/logout', form: { csrf: other.csrf } })).status).toBe(403)
})

test('logging out ends the session', async () => {
  const mine = await logIn(running)
  expect((await mine.send({ path: '/logout', form: { csrf: mine.csrf } })).status).toBe(303)
  expect((await mine.send({ path: page })).status).toBe(401)
})

test('sessions end with their console, and are not valid at another console', async () => {
  const first = await open()
  const mine = await logIn(first)
  await first.close()
  const second = await open({ port: first.port })
  expect((await sender(second, mine.cookie)({ path: page })).status).toBe(401)
})

test('every answer has the headers that block scripts, frames, caches and other sites', async () => {
  for (const path of [page, '/nowhere', '/link/x', '/', '/assets/nothing']) {
    const { headers } = await send({ path })
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    )
    expect(headers['content-security-policy']).not.toMatch(/unsafe|http|\*|data:/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    })
  }
})

test('pages have no inline script and no inline style, and load nothing from other sites', async () => {
  for (const slug of ['', '/service/general', '/service/keys', '/reference']) {
    const { text } = await send({ path: `/${serviceId}${slug}` })
    expect(text).not.toMatch(
      /<script(?![^>]*\ssrc="\/assets\/)|<style|\sstyle=|\son\w+=|javascript:|<iframe|<base/,
    )
    expect(text.match(/(?:src|<link[^>]*href)="[^"]*"/g)?.every((one) => one.includes('="/assets/'))).toBe(
      true,
    )
  }
})

test('text of a record is never markup', async () => {
  await site.runtime.store.registry.changeService(Number(serviceId), (record) => ({
    ...record,
    serviceName: '"><script>alert(1)</script>',
  }))
  for (const path of [page, `/${serviceId}`]) expect((await send({ path })).text).not.toContain('<script>')
})

test.each(['', 'unknown', '__proto__', 'constructor', 'toString'])(
  'the step %j does not change a client, even if its name is typed, and one page shows a notice',
  async (step) => {
    const [{ clientId }] = site.seeded.clients
    const path = `/${serviceId}/clients/${clientId}/danger`
    const { status, headers } = await send({ path, form: { csrf, step, typed: 'Public client' } })
    expect([status, headers['location']]).toEqual([303, path])
    for (const isNoticed of [true, false])
      expect((await send({ path })).text.includes('Nothing was done.')).toBe(isNoticed)
  },
)

test('a quotation mark in the alias of a client is escaped in the shown command', async () => {
  const [{ clientId }] = site.seeded.clients
  const { registry } = site.runtime.store
  const [number, clientIdAlias] = [Number(clientId), "a'b"]
  await registry.putAlias(Number(serviceId), clientIdAlias, number)
  await registry.changeClient(Number(serviceId), number, (record) => ({ ...record, clientIdAlias }))
  const path = `/${serviceId}/clients/${clientIdAlias}/general`
  const form = fieldsOf((await send({ path })).text)
  form.set('clientName', 'New')
  form.set('step', 'review')
  const { text } = await send({ path, form })
  expect(text).toContain(String.raw`/client/update/a&#39;\&#39;&#39;b&#39; -H`)
})

test('no page and no header contains the credential of the operator', async () => {
  for (const slug of ['', '/service/general', '/service/keys', '/service/tokens-and-claims']) {
    const { text, headers } = await send({ path: `/${serviceId}${slug}` })
    expect(text + JSON.stringify(headers)).not.toContain(credential.token)
  }
})

test('no redirect leads a browser away from the console', async () => {
  for (const back of [
    ...['https://attacker.example', '//attacker.example', '/\\attacker.example', 'x'],
    // Browsers remove tabs from URLs.
    ...['/\t/attacker.example', '/\t\\attacker.example', '/é€'],
  ]) {
    const { headers } = await send({ path: '/theme', form: { csrf, theme: 'dark', back } })
    expect(headers['location']).toBe('/')
  }
})

test.each([
  ['GET', '//attacker.example/x'],
  ['GET', '/%'],
  ['GET', 'http://attacker.example/'],
  ['GET', 'http://['],
  ['GET', '/1/clients/%ff/general'],
  ['GET', `/${'9'.repeat(16)}/service/general`],
  ['GET', '/assets/../console.ts'],
  ['GET', '/assets/constructor'],
  ['PUT', '/'],
  ['DELETE', page],
])('%s %s is refused, and the console keeps running', async (method, path) => {
  const { status } = await send({ path, method })
  expect([400, 404, 405]).toContain(status)
})

test('a Web API on another machine must use TLS', () => {
  for (const url of ['http://api.example.com', 'ftp://localhost', 'https://a:b@api.example.com', 'x'])
    expect(() => checkBaseUrl(url)).toThrow('https URL')
  expect(checkBaseUrl('https://api.example.com/')).toBe('https://api.example.com')
})

test('a port that another process uses on ::1 is refused, because a browser could connect to that process', async () => {
  const other = createServer()
  other.listen(0, '::1')
  const [reached] = await Promise.race([
    once(other, 'listening').then(() => [true]),
    once(other, 'error').then(() => [false]),
  ])
  if (reached !== true) return
  const { port } = other.address() as { port: number }
  await expect(open({ port })).rejects.toThrow(`port ${port} of ::1 is in use`)
  other.close()
})

test('a console of one service does not show another service, and no unexpected failure occurred', async () => {
  expect((await send({ path: '/123/service/general' })).status).toBe(404)
  expect((await stranger({ path: '/', headers: { cookie } })).headers['location']).toBe(`/${serviceId}`)
  expect(failures).toEqual([])
  expect(fieldsOf((await send({ path: page })).text).get('csrf')).toBe(csrf)
})

async function service() {
  return site.runtime.store.registry.findCurrentService(Number(serviceId))
}
