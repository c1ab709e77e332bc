import { expect, test } from 'vitest'
import { DEVELOPMENT_USER } from '../../../../infra/examples/authorization-server/start.ts'
import { authorizationQuery, siteOfFile } from './local-site.ts'
import { arrive, csrfOf, logIn, userAgent } from './user-agent.ts'

const site = await siteOfFile()

const query = (more = {}) => authorizationQuery(site, { state: 'a/b', scope: 'accounts:read', ...more })
const newAgent = () => userAgent(site.examples.frontEndUrl)

/** A new browser at the login page. */
async function atLogin() {
  const agent = newAgent()
  return { agent, page: await arrive(agent, query()) }
}

async function atConsent() {
  const { agent, page } = await atLogin()
  return { agent, page: await logIn(agent, page, DEVELOPMENT_USER) }
}

test('the login page asks who the end-user is, and names the client', async () => {
  const { page } = await atLogin()
  expect(page.status).toBe(200)
  expect(page.text).toContain('<html lang="en">')
  expect(page.text).toContain('Public client')
  expect(page.text).toContain(DEVELOPMENT_USER.password)
  expect(page.text).not.toContain('<script')
})

test('an authorization request can be posted as a form, and keeps the session of the end-user', async () => {
  const { agent } = await atConsent()
  const { status, location } = await agent.go('/authorize', Object.fromEntries(new URLSearchParams(query())))
  expect([status, location]).toEqual([303, `/authorize?${query()}`])
  const { location: next } = await agent.go(location)
  expect((await agent.go(next)).text).toContain('Allow access?')
})

test('login refuses a wrong password and lets the end-user try again', async () => {
  const { agent, page } = await atLogin()
  const wrong = await agent.go('/login', { csrf: csrfOf(page), username: 'testuser01', password: 'x' })
  expect(wrong.status).toBe(403)
  expect(wrong.text).toContain('role="alert"')
  expect((await logIn(agent, wrong, DEVELOPMENT_USER)).text).toContain('Allow access?')
})

test('login gives the session a new name, and the old name is worthless', async () => {
  const { agent, page } = await atLogin()
  const before = new Map(agent.cookies)
  await logIn(agent, page, DEVELOPMENT_USER)
  expect(agent.cookies).not.toEqual(before)
  const planted = newAgent()
  before.forEach((value, name) => planted.cookies.set(name, value))
  expect((await planted.go('/interaction')).status).toBe(403)
})

test('the end-user logs in once in a session', async () => {
  const { agent } = await atConsent()
  expect((await arrive(agent, query())).text).toContain('Allow access?')
})

test('the consent page names the client, the end-user and the scopes', async () => {
  const { text } = (await atConsent()).page
  for (const part of ['Public client', 'testuser01', 'Read accounts (<code>accounts:read</code>)']) {
    expect(text).toContain(part)
  }
})

test('consent sends the browser to the client with code, state and iss', async () => {
  const { agent, page } = await atConsent()
  const { status, location } = await agent.go('/consent', { csrf: csrfOf(page), decision: 'allow' })
  expect(status).toBe(302)
  const url = new URL(location)
  expect(`${url.origin}${url.pathname}`).toBe('https://client.example.org/cb/example.com')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    code: expect.stringMatching(/./) as string,
    state: 'a/b',
    iss: site.plainUrl,
  })
})

test('denial sends the browser to the client with access_denied, state and iss', async () => {
  const { agent, page } = await atConsent()
  const csrf = csrfOf(page)
  const { status, location } = await agent.go('/consent', { csrf, decision: 'deny' })
  expect(status).toBe(302)
  const { searchParams } = new URL(location)
  expect(Object.fromEntries(searchParams)).toMatchObject({
    error: 'access_denied',
    state: 'a/b',
    iss: site.plainUrl,
  })
  expect(searchParams.has('code')).toBe(false)
})

test('consent is given once: the form is refused when it is sent again', async () => {
  const { agent, page } = await atConsent()
  const csrf = csrfOf(page)
  await agent.go('/consent', { csrf, decision: 'allow' })
  expect((await agent.go('/consent', { csrf, decision: 'allow' })).status).toBe(403)
})

test('a form without a decision neither gives nor denies consent', async () => {
  const { agent, page } = await atConsent()
  const csrf = csrfOf(page)
  expect((await agent.go('/consent', { csrf, decision: 'perhaps' })).status).toBe(403)
  expect((await agent.go('/consent', { csrf })).status).toBe(403)
  expect((await agent.go('/consent', { csrf, decision: 'allow' })).status).toBe(302)
})

test('a login form that another site makes the browser send is refused', async () => {
  const { subject: username, password } = DEVELOPMENT_USER
  const { agent } = await atLogin()
  expect((await agent.go('/login', { username, password })).status).toBe(403)
  expect((await agent.go('/login', { username, password, csrf: '' })).status).toBe(403)
  expect((await agent.go('/login', { username, password, csrf: 'A'.repeat(43) })).status).toBe(403)
})

test('a consent form that another site makes the browser send is refused, even with the token of the login form', async () => {
  const { agent, page } = await atLogin()
  await logIn(agent, page, DEVELOPMENT_USER)
  expect((await agent.go('/consent', { decision: 'allow' })).status).toBe(403)
  expect((await agent.go('/consent', { decision: 'allow', csrf: csrfOf(page) })).status).toBe(403)
})

test('a form without a session is refused, and its page leads to the demo client', async () => {
  const csrf = csrfOf((await atConsent()).page)
  const { status, text } = await newAgent().go('/consent', { decision: 'allow', csrf })
  expect(status).toBe(403)
  expect(text).toContain('<a href="/">')
})

test('a session cannot use the ticket of another session', async () => {
  const { agent, page } = await atConsent()
  const theirs = csrfOf(page)
  const other = newAgent()
  await logIn(other, await arrive(other, query()), DEVELOPMENT_USER)
  expect((await other.go('/consent', { csrf: theirs, decision: 'allow' })).status).toBe(403)
  expect((await agent.go('/consent', { csrf: theirs, decision: 'allow' })).status).toBe(302)
})

test('no page is cached, framed or scripted, and neither scripts nor other sites get the session cookie', async () => {
  const { headers } = await newAgent().go(`/authorize?${query()}`)
  expect(headers.getSetCookie()).toEqual([
    expect.stringMatching(/^certbound-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/) as string,
  ])
  const pages = [(await atLogin()).page, (await atConsent()).page, await newAgent().go('/')]
  for (const page of pages) {
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'self';.* frame-ancestors 'none'/,
    )
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
  }
})

test('a request without a known client or redirect URI gets 400 and no redirect', async () => {
  for (const more of [{ client_id: '1' }, { redirect_uri: 'https://evil.example/' }]) {
    const { status, location, headers, text } = await newAgent().go(`/authorize?${query(more)}`)
    expect([status, location]).toEqual([400, ''])
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    expect(JSON.parse(text)).toMatchObject({ error: 'invalid_request' })
  }
})

test('any other fault of the client is redirected to it', async () => {
  const { status, location } = await newAgent().go(`/authorize?${query({ response_type: 'token' })}`)
  expect(status).toBe(302)
  expect(location).toContain('https://client.example.org/cb/example.com?state=a%2Fb&error=')
})
