import { expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { FAPI2 } from '../../../shared/store/profile.ts'
import { consoleSite, fieldsOf, filler, logIn } from './console-site.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const { send } = await logIn(running)
const fill = filler(send)
const { registry } = site.runtime.store
const service = `/${serviceId}/service`

const serviceNow = () => registry.findCurrentService(Number(serviceId))

test('scopes can be added, changed and removed, and keep members that the page does not show', async () => {
  const attributes = [{ key: 'access_token.duration', value: '60' }]
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    supportedScopes: [
      { name: 'a', defaultEntry: false, attributes },
      { name: 'b', defaultEntry: true },
    ],
  }))
  const path = `${service}/scopes`
  const changes = {
    'supportedScopes.0.description': 'Read',
    'supportedScopes.1.name': '',
    'supportedScopes.2.name': 'c',
    'supportedScopes.2.defaultEntry': 'on',
    'supportedScopes.2.attributes': 'refresh_token.duration=60\r\n\r\nx=a=b',
  }
  const reviewed = await fill(path, changes, 'review')
  expect(reviewed.answer.text).toContain('c (refresh_token.duration=60, x=a=b; granted by default)')
  expect((await fill(path, changes)).answer.status).toBe(303)
  expect((await serviceNow())?.supportedScopes).toEqual([
    { name: 'a', defaultEntry: false, description: 'Read', attributes },
    {
      ...{ name: 'c', defaultEntry: true },
      attributes: [
        { key: 'refresh_token.duration', value: '60' },
        { key: 'x', value: 'a=b' },
      ],
    },
  ])
})

test('the section of all other settings is sorted, and settings with known values have a choice', async () => {
  const client = `/${serviceId}/clients/${site.seeded.clients[0].clientId}`
  for (const path of [`${service}/general`, `${client}/general`]) {
    const { text } = await send({ path })
    const [, others = ''] = text.split('Settings without effect (')
    const labels = [...others.matchAll(/class="label"[^>]*>([^<]+)</g)].map(([, label = '']) => label)
    expect(labels.length).toBeGreaterThan(10)
    expect(labels).toEqual(labels.toSorted((one, other) => one.localeCompare(other, 'en')))
  }
  const optionsOf = async (path: string, name: string) => {
    const [, select = ''] =
      new RegExp(`<select id="setting-${name}"[^>]*>(.*?)</select>`, 's').exec((await send({ path })).text) ??
      []
    return [...select.matchAll(/value="([^"]*)"/g)].map(([, value]) => value)
  }
  const tokens = `${service}/tokens-and-claims`
  expect(await optionsOf(tokens, 'idTokenSignatureKeyId')).toEqual(['', '1'])
  expect(await optionsOf(tokens, 'accessTokenSignAlg')).toEqual(['', 'ES256'])
  expect(await optionsOf(`${client}/authentication`, 'tokenAuthSignAlg')).toContain('PS256')
})

test('attributes of a scope that cannot be written as lines are kept', async () => {
  const attributes = [{ key: 'a\nb', value: '1' }]
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    supportedScopes: [{ name: 'a', defaultEntry: false, attributes }],
  }))
  expect((await fill(`${service}/scopes`, { 'supportedScopes.0.description': 'Read' })).answer.status).toBe(
    303,
  )
  expect((await serviceNow())?.supportedScopes[0]).toMatchObject({ description: 'Read', attributes })
})

test('a credential is created with a role, shown once, given an expiry, and withdrawn', async () => {
  const path = `${service}/credentials`
  const act = (changes: Record<string, string>) => fill(path, changes, changes['step'])
  const before = (await serviceNow())?.credentials
  const { answer } = await act({ step: 'make', role: 'runtime', note: 'login <server>', days: '30' })
  const [, secret = ''] =
    /data-copy="([^"]{43,})" aria-label="Copy the secret"/.exec(oneLine(answer.text)) ?? []
  const made = (await serviceNow())?.credentials.at(-1)
  expect(made).toMatchObject({ digest: digest(secret), role: 'runtime', note: 'login <server>' })
  // Only the new credential is marked, and only on this page.
  expect(oneLine(answer.text).split('new, shown above').length).toBe(2)
  expect(oneLine(answer.text)).toMatch(
    /login &lt;server&gt; <code class="detail">[\w-]{16}<\/code>new, shown/,
  )
  expect(oneLine((await send({ path })).text)).toMatch(
    /login &lt;server&gt; (?:(?!<tr).)*UTC<\/time> \((?:now|\d+ seconds? ago)/,
  )
  expect((await send({ path })).text).not.toContain('new, shown above')
  expect((await send({ path })).text).toContain(
    'filter ispresent(credential)\n| stats max(@timestamp) as lastUse',
  )
  expect(made?.expiresAt).toBeGreaterThan(Date.now() / 1000 + 29 * 86400)
  expect(JSON.stringify(answer.headers) + (await send({ path })).text).not.toContain(secret)
  expect(answer.text.match(/(?:href|action)="[^"]*"|<title>[^<]*/g)?.join()).not.toContain(secret)
  const id = digest(digest(secret)).slice(0, 16)
  const expired = await act({ step: 'change', id, note: 'login server', days: '1' })
  expect(expired.answer.status).toBe(303)
  expect((await serviceNow())?.credentials.at(-1)?.expiresAt).toBeLessThan(Date.now() / 1000 + 86401)
  expect((await serviceNow())?.credentials.at(-1)?.note).toBe('login server')
  const wrong = await act({ step: 'change', id, days: '0' })
  expect(wrong.answer.status).toBe(400)
  expect((await act({ step: 'withdraw', id: 'other' })).answer.status).toBe(400)
  expect((await act({ step: 'withdraw', id, version: 'old' })).answer.status).toBe(409)
  const mistyped = await act({ step: 'withdraw', id, typed: 'login <server>' })
  expect([mistyped.answer.status, mistyped.answer.text.includes('nobody can log in')]).toEqual([400, true])
  expect(mistyped.answer.text).toContain(
    `<a href="#typed-${id}">Your input</a> is not <code>login server</code>`,
  )
  expect((await serviceNow())?.credentials.length).toBe((before?.length ?? 0) + 1)
  const gone = await act({ step: 'withdraw', id, typed: 'login server' })
  expect(gone.answer.status).toBe(303)
  expect((await serviceNow())?.credentials).toEqual(before)
  expect(oneLine((await send({ path })).text)).toMatch(/<code class="detail">[\w-]{16}<\/code>this console/)
})

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ')

test('the overview names the settings that have no effect', async () => {
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    carried: { ...record.carried, supportedDisplays: ['PAGE'] },
  }))
  const text = oneLine((await send({ path: `/${serviceId}` })).text)
  expect(text).toMatch(/Settings without effect \(\d+\).*<code>supportedDisplays<\/code>/)
})

test('the page of FAPI 2.0 shows each setting that the profile requires, links to those that violate it, and names refused clients before a save', async () => {
  await registry.changeService(Number(serviceId), (record) => ({
    ...record,
    ...{ fapi2: false, authorizationCodeDuration: 61, issSuppressed: false, pkceRequired: true },
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH', 'NONE'],
  }))
  const path = `${service}/fapi`
  const text = oneLine((await send({ path })).text)
  const rows = [...text.matchAll(/data-member="(\w+)"/g)].map(([, name]) => name)
  expect(rows).toEqual(['fapi2', ...Object.keys(FAPI2.service)])
  const wrong = [...text.matchAll(/<a href="#setting-(\w+)">/g)].map(([, name]) => name)
  expect(wrong).toEqual(expect.arrayContaining(['supportedTokenAuthMethods', 'authorizationCodeDuration']))
  expect(wrong).not.toEqual(expect.arrayContaining(['pkceRequired']))
  expect(wrong).not.toEqual(expect.arrayContaining(['issSuppressed']))
  expect(text).toContain('FAPI 2.0 requires at most 60 (5.3.2.1-11).')
  expect(text).toContain('<li>A pushed request must have <code>redirect_uri</code>. (5.3.2.2-6)</li>')

  // A save without the warning shows it first.
  const set = fieldsOf((await send({ path: `${path}?profile` })).text)
  set.delete('warned')
  set.set('step', 'save')
  const asked = await send({ path, form: set })
  expect([asked.status, oneLine(asked.text)]).toEqual([
    200,
    expect.stringMatching(/\d+ clients? will be refused/),
  ])
  expect((await registry.findCurrentService(Number(serviceId)))?.fapi2).toBe(false)
  const again = fieldsOf(asked.text)
  again.set('step', 'save')
  expect((await send({ path, form: again })).status).toBe(303)
  expect(await registry.findCurrentService(Number(serviceId))).toMatchObject({
    ...{ fapi2: true, authorizationCodeDuration: 60, supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'] },
  })
})

test('no unexpected failure occurred', () => expect(failures).toEqual([]))
