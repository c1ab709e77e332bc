import { expect, test } from 'vitest'
import { html } from '../../../infra/markup.ts'
import { stepTable } from '../../../infra/console/pages/explain/steps.ts'
import { digest } from '../../../shared/store/digest.ts'
import { certificatePem } from '../../support/vectors.ts'
import { consoleSite, fieldsOf, logIn } from './console-site.ts'
import { holderAndThief, tokenOverMutualTls } from './real-tokens.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const { send, csrf } = await logIn(running)
const path = `/${serviceId}/explain`
const token = await tokenOverMutualTls(site, 'accounts:read')
const { holder, thief } = holderAndThief(site)

type Asked = Readonly<Record<string, string>>

/** The text of the answer without tags, and its rows in the form `name: outcome`. */
async function explain(asked: Asked, by = { send, csrf }) {
  const { status, text } = await by.send({ path, form: { csrf: by.csrf, step: 'explain', token, ...asked } })
  return { status, text, rows: rowsOf(text), words: wordsOf(text) }
}

const wordsOf = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')

function rowsOf(page: string): string[] {
  const rows = page.match(/<tr class="(?:decided|looked|skipped)">.*?<\/tr>/gs) ?? []
  return rows.map((row) => {
    const name = /class="member">([^<]*)</.exec(row)?.[1] ?? ''
    const [, cell = ''] = /<td>(.*?)<\/td>/s.exec(row) ?? []
    return `${name}: ${wordsOf(cell).trim()}`
  })
}

/** The steps in the answer of the Web API. */
async function answered(body: object) {
  const { serviceAccessToken } = site.seeded
  const answer = await fetch(`${site.webApiUrl}/api/${serviceId}/auth/introspection`, {
    method: 'POST',
    headers: { authorization: `Bearer ${serviceAccessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, explain: true }),
  })
  return (await answer.json()) as { steps: { name: string; outcome: string }[]; resultMessage: string }
}

test('the holder of a token is accepted, and each check of the decision is shown in order', async () => {
  const { status, rows, words } = await explain({ clientCertificate: holder, scopes: 'accounts:read' })
  expect(status).toBe(200)
  const { steps, resultMessage } = await answered({
    token,
    clientCertificate: holder,
    scopes: ['accounts:read'],
  })
  expect(rows.map((row) => row.split(':')[0])).toEqual(steps.map(({ name }) => name))
  expect(rows.slice(0, 4)).toEqual(['token: yes', 'client: yes', 'revocation: yes', 'expiry: yes'])
  expect(rows).toContain('binding: yes')
  expect(rows).toContain('scopes: yes')
  expect(words).toContain('accepted OK')
  expect(words).toContain(resultMessage)
})

test('a thief of a token is refused at the binding, with both thumbprints, and later checks are shown as not checked', async () => {
  const { rows, text, words } = await explain({ clientCertificate: thief, scopes: 'accounts:read' })
  const at = rows.findIndex((row) => row.startsWith('binding'))
  expect(rows[at]).toBe('binding: NO')
  expect(rows.slice(at + 1).every((row) => row.endsWith(': not checked'))).toBe(true)
  expect(words).toContain('refused UNAUTHORIZED')
  expect(words).toMatch(/certificate-differs A065305/)
  const shown = [...text.matchAll(/data-copy="([\w-]{43})"/g)].map(([, whole]) => whole)
  const { steps } = await answered({ token, clientCertificate: thief })
  expect(steps.find(({ name }) => name === 'binding')).toMatchObject({
    tokenThumbprint: shown[0],
    certificateThumbprint: shown[1],
  })
  expect((await explain({})).words).toContain('none was presented')
})

test('checks that the request did not require, and the certificate of an unbound token, are not shown as passed', async () => {
  const { rows } = await explain({ clientCertificate: holder })
  for (const name of ['scopes', 'subject', 'resources', 'acr', 'maxAge'])
    expect(rows).toContain(`${name}: nothing to check`)
  const [{ clientId }] = site.seeded.clients
  const created = await fetch(`${site.webApiUrl}/api/${serviceId}/auth/token/create`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${site.seeded.serviceAccessToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ grantType: 'AUTHORIZATION_CODE', clientId: Number(clientId), subject: 'a' }),
  })
  const { accessToken } = (await created.json()) as { accessToken: string }
  const unbound = await explain({ token: accessToken, clientCertificate: thief })
  expect(unbound.rows).toContain('binding: nothing to check')
  expect(unbound.words).toContain(
    'The token is not bound. Anyone who obtains it can use it. No certificate was compared.',
  )
})

test('an unknown token, missing scopes and an unreadable certificate are shown as the Web API decides them', async () => {
  const unknown = await explain({ token: 'unknown' })
  expect(unknown.rows[0]).toBe('token: NO')
  expect(unknown.rows.slice(1).every((row) => row.endsWith(': not checked'))).toBe(true)
  const scopes = await explain({ clientCertificate: holder, scopes: 'accounts:read payments:write' })
  expect(scopes.rows).toContain('scopes: NO')
  expect(scopes.words).toContain('missing: payments:write')
  expect((await explain({ clientCertificate: 'broken' })).words).toContain('cannot be read')
})

test('an unknown step is shown with the names of its members', () => {
  const around = { serviceId, now: new Date() }
  const step = {
    ...{ name: 'moon', outcome: 'FAILED', reason: 'new-moon', resultCode: 'A000099' },
    ...{ phase: ['<new>'], keyThumbprint: 'k'.repeat(43), seenAt: 0 },
  }
  const text = String(html`${stepTable([step, { name: 'constructor', outcome: 'ELSE' }], around)}`)
  expect(rowsOf(text)).toEqual(['moon: NO', 'constructor: ELSE'])
  expect(wordsOf(text)).toContain('phase: [&quot;&lt;new&gt;&quot;]')
  expect(text).toContain(`data-copy="${'k'.repeat(43)}"`)
  expect(wordsOf(text)).toMatch(/seenAt: 1 Jan 1970, 00:00 UTC .*new-moon A000099/)
  expect(wordsOf(text)).toContain('constructor ELSE')
})

test('the request is shown as a curl command, with token and certificate only on request', async () => {
  const { text } = await explain({ clientCertificate: holder })
  const [, command = ''] = /<pre[^>]*>(.*?)<\/pre>/s.exec(text) ?? []
  expect(command).toContain('(the access token)')
  expect(command).toContain('$CERTBOUND_TOKEN')
  expect(command).not.toContain(token)
  expect(command).not.toContain('BEGIN CERTIFICATE')
  const forms = text.split('<form').find((form) => form.includes('value="whole"')) ?? ''
  const whole = fieldsOf(`<form${forms}`)
  whole.set('step', 'whole')
  const shown = (await send({ path, form: whole })).text
  const [, revealed = ''] = /<pre[^>]*>(.*?)<\/pre>/s.exec(shown) ?? []
  expect(revealed).toContain(token)
  expect(revealed).toContain('BEGIN CERTIFICATE')
  expect(shown).not.toContain(site.seeded.serviceAccessToken)
})

test('a token is never in a URL: the form is sent with POST, no link contains it, and the explainer ignores a token in the query', async () => {
  const { text } = await explain({ clientCertificate: holder })
  expect(text).not.toMatch(/<form(?![^>]*method="post")[^>]*>(?:(?!<\/form>).)*name="token"/s)
  for (const [, address = ''] of text.matchAll(/(?:href|action|src)="([^"]*)"/g))
    expect(address).not.toContain(token)
  expect(/<title>(.*?)<\/title>/.exec(text)?.[1]).toBe('Decision explainer · certbound')
  expect(fieldsOf((await send({ path: `${path}?token=${'x'.repeat(72)}` })).text).get('token')).toBe('')
  expect(failures.join()).not.toContain(token)
})

test('a private key is neither sent to the Web API nor shown again', async () => {
  const key =
    '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----'
  for (const text of [key, `${certificatePem('client-other')}${key}`]) {
    const refused = await explain({ clientCertificate: text })
    expect([refused.status, refused.rows]).toEqual([400, []])
    expect(refused.words).toContain('There was a private key in “Client certificate”. It was not sent')
    expect(refused.text).not.toContain('MIGHAgEAMBMG')
  }
  expect((await explain({ token: '' })).status).toBe(400)
  const id = await explain({ token: 'ZFh8NFiN_tirEkJuAZFh8NFiN_tirE' })
  expect([id.status, id.words.includes('This is the ID of a token')]).toEqual([400, true])
})

test('a smaller role gets the decision without steps and the reason; the organization’s token is refused', async () => {
  const secret = 'i'.repeat(43)
  await site.runtime.store.registry.changeService(Number(serviceId), (record) => ({
    ...record,
    credentials: [...record.credentials, { digest: digest(secret), role: 'introspect' as const }],
  }))
  const credential = { kind: 'service', serviceId, token: secret } as const
  const reader = await logIn(await open({ connection: { baseUrl: site.webApiUrl, credential } }))
  const { rows, words } = await explain({ clientCertificate: thief }, reader)
  expect(rows).toEqual([])
  expect(words).toContain('refused UNAUTHORIZED')
  expect(words).toContain('the Web API returns them only to the role manage')
  const owner = { kind: 'organization', token: site.seeded.organizationAccessToken } as const
  const owned = await logIn(await open({ connection: { baseUrl: site.webApiUrl, credential: owner } }))
  expect((await explain({}, owned)).status).toBe(403)
  expect(failures).toEqual([])
})
