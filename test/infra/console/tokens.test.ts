import { expect, test } from 'vitest'
import { thumbprintOf } from '../../support/vectors.ts'
import { consoleSite, fieldsOf, logIn } from './console-site.ts'

const { site, serviceId, failures, open } = await consoleSite()
const running = await open()
const { send, csrf } = await logIn(running)
const [{ clientId }, { clientId: otherId }] = site.seeded.clients
const ofClient = `/${serviceId}/clients/${clientId}/tokens`
const ofSubject = `/${serviceId}/tokens`
const { registry } = site.runtime.store
const BOUND = thumbprintOf('client-ec-p256') ?? ''

const wordsOf = (page: string) => page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ')
const read = async (path: string) => (await send({ path })).text
const act = (path: string, form: Readonly<Record<string, string>>) => send({ path, form: { csrf, ...form } })

async function call(path: string, body: object) {
  const headers = {
    authorization: `Bearer ${site.seeded.serviceAccessToken}`,
    'content-type': 'application/json',
  }
  const url = `${site.webApiUrl}/api/${serviceId}${path}`
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as Record<string, string>
}

async function create(subject: string, more: object = {}) {
  const grant = { grantType: 'AUTHORIZATION_CODE', clientId: Number(clientId), subject }
  const { accessToken = '' } = await call('/auth/token/create', {
    ...grant,
    scopes: ['accounts:read'],
    ...more,
  })
  return accessToken
}

const isAlive = async (token: string) => {
  const { resultCode } = await call('/auth/introspection', { token })
  // A valid bound token is refused only because the certificate is missing.
  return resultCode === 'A056001' || resultCode === 'A065304'
}

/** The identifiers of tokens on a page, in order. */
const listed = (page: string) => [...page.matchAll(/name="token" value="([^"]+)"/g)].map(([, id = '']) => id)

test('the tokens of a client are listed with scopes, binding, issue and expiry, and the token itself is never shown', async () => {
  const bound = await create('anna', { certificateThumbprint: BOUND })
  const unbound = await create('bert')
  const text = await read(ofClient)
  expect(listed(text).length).toBe(2)
  expect(text).toContain(`data-copy="${BOUND}"`)
  const words = wordsOf(text)
  expect(words).toContain('not bound')
  expect(words).toMatch(
    /accounts:read certificate .*UTC \((?:now|\d+ seconds? ago)\).*UTC \(in (?:1 day|23 hours)\)/,
  )
  expect(words).toContain('refresh token:')
  expect(words).toContain('new access tokens are opaque')
  for (const token of [bound, unbound]) expect(text).not.toContain(token)
  expect(listed(await read(`${ofClient}?subject=anna`)).length).toBe(1)
  expect(listed(await read(`/${serviceId}/clients/${otherId}/tokens`))).toEqual([])
})

test('revoking one token requires confirmation, which names the effect, and revokes only this token', async () => {
  const [first, second] = [await create('carl'), await create('carl')]
  const [id = ''] = listed(await read(`${ofClient}?subject=carl`))
  const asked = await act(`${ofClient}?subject=carl`, { step: 'ask-token', token: id })
  expect(wordsOf(asked.text)).toMatch(
    /The access token \S+ and its refresh token are revoked\..*from the next request on/,
  )
  expect([await isAlive(first), await isAlive(second)]).toEqual([true, true])
  const confirmed = fieldsOf(asked.text)
  confirmed.set('step', 'revoke')
  const { status, headers } = await send({ path: `${ofClient}?subject=carl`, form: confirmed })
  expect([status, headers['location']]).toEqual([303, `${ofClient}?subject=carl`])
  expect(wordsOf(await read(ofClient))).toContain('Revoked: 1 grant has ended')
  expect([await isAlive(first), await isAlive(second)].toSorted()).toEqual([false, true])
})

test('all tokens of a subject are revoked at one client, or at all clients', async () => {
  const grant = { clientId: Number(otherId) }
  const [here, there, stranger] = [await create('dora'), await create('dora', grant), await create('emil')]
  const path = `${ofClient}?subject=dora`
  const asked = await act(path, { step: 'ask-subject', subject: 'dora' })
  expect(wordsOf(asked.text)).toContain(
    'All access and refresh tokens of dora at the client Public client are revoked',
  )
  const form = fieldsOf(asked.text)
  form.set('step', 'revoke')
  expect((await send({ path, form })).status).toBe(303)
  expect([await isAlive(here), await isAlive(there), await isAlive(stranger)]).toEqual([false, true, true])
  const everywhere = `${ofSubject}?subject=dora`
  expect(listed(await read(everywhere)).length).toBe(1)
  const all = fieldsOf((await act(everywhere, { step: 'ask-subject', subject: 'dora' })).text)
  all.set('step', 'revoke')
  expect((await send({ path: everywhere, form: all })).status).toBe(303)
  expect([await isAlive(there), await isAlive(stranger)]).toEqual([false, true])
})

test('a revocation without a token and without a subject revokes nothing', async () => {
  const token = await create('fritz')
  for (const form of [{ step: 'revoke' }, { step: 'revoke', subject: '', token: '' }]) {
    expect((await act(ofClient, form)).status).toBe(404)
    expect((await act(ofSubject, form)).status).toBe(404)
  }
  expect(await isAlive(token)).toBe(true)
})

test('a list of many tokens has pages with URLs', async () => {
  for (let index = 0; index < 21; index++) await create('many')
  const path = `${ofSubject}?subject=many`
  const first = await read(path)
  expect(wordsOf(first)).toContain('Tokens 1 to 20 of 21.')
  const [, next = ''] = /href="([^"]*page=2[^"]*)"/.exec(first) ?? []
  const second = await read(next.replaceAll('&amp;', '&'))
  expect(wordsOf(second)).toContain('Tokens 21 to 21 of 21.')
  expect(new Set([...listed(first), ...listed(second)]).size).toBe(21)
  expect(wordsOf(await read(`${path}&page=9`))).toContain('There are no tokens on this page.')
  expect((await send({ path: `${path}&page=x` })).status).toBe(200)
})

test('if a switch leaves new tokens unbound, the page of tokens warns about it', async () => {
  const note = async () =>
    /New tokens of this client are NOT bound to a certificate \(([^)]*)\)/.exec(
      wordsOf(await read(ofClient)),
    )?.[1]
  expect(await note()).toBeUndefined()
  const off = { tlsClientCertificateBoundAccessTokens: false }
  await registry.changeClient(Number(serviceId), Number(clientId), (record) => ({ ...record, ...off }))
  expect(await note()).toBe('off for the client')
  await registry.changeService(Number(serviceId), (record) => ({ ...record, ...off }))
  expect(await note()).toBe('off for service and client')
})

test('the organization’s token cannot see tokens', async () => {
  const credential = { kind: 'organization', token: site.seeded.organizationAccessToken } as const
  const owner = await logIn(await open({ connection: { baseUrl: site.webApiUrl, credential } }))
  for (const path of [ofClient, ofSubject]) {
    expect((await owner.send({ path })).status).toBe(403)
    expect(
      (await owner.send({ path, form: { csrf: owner.csrf, step: 'revoke', subject: 'a' } })).status,
    ).toBe(403)
  }
  expect(failures).toEqual([])
})
