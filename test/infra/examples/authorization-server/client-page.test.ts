import { expect, test } from 'vitest'
import { DEVELOPMENT_USER } from '../../../../infra/examples/authorization-server/start.ts'
import { registerRedirectUri } from '../../../../infra/emulator/site/seed.ts'
import { siteOfFile } from './local-site.ts'
import { csrfOf, logIn, type UserAgent, userAgent } from './user-agent.ts'

const site = await siteOfFile()

/** From the first page to the redirect that leads back to the client. */
async function walk(decision: 'allow' | 'deny'): Promise<{ agent: UserAgent; back: URL }> {
  const agent = userAgent(site.examples.frontEndUrl)
  const { text } = await agent.go('/')
  const link = /href="([^"]+\/authorize[^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
  expect(new URL(link).searchParams.get('code_challenge_method')).toBe('S256')
  const consent = await logIn(agent, await agent.go((await agent.go(link)).location), DEVELOPMENT_USER)
  const { location } = await agent.go('/consent', { csrf: csrfOf(consent), decision })
  return { agent, back: new URL(location) }
}

test('the demo client shows that only the holder of the certificate can use the token', async () => {
  const { agent, back } = await walk('allow')
  const { status, text } = await agent.go(back.href)
  expect(status).toBe(200)
  expect(text).toContain(back.searchParams.get('code'))
  expect(text).toContain('&quot;token_type&quot;:&quot;Bearer&quot;')
  expect(text.match(/(?<=<td>)\d+(?=<\/td>)/g)).toEqual(['200', '401', '401'])
  expect(text.match(/✓ let in|✗ refused/g)).toEqual(['✓ let in', '✗ refused', '✗ refused'])
  expect(text).toContain('A065305')
})

test('the demo client shows the end-user from an ID token that answers its request, and no other', async () => {
  const { agent, back } = await walk('allow')
  expect((await agent.go(back.href)).text).toContain('&quot;sub&quot;: &quot;testuser01&quot;')
  const other = await walk('allow')
  const [state, verifier] = (other.agent.cookies.get('certbound-client') ?? '').split('.')
  other.agent.cookies.set('certbound-client', `${state}.${verifier}.of-another-request`)
  const { text } = await other.agent.go(other.back.href)
  expect(text).toContain('nonce: the ID token belongs to another request.')
  expect(text).not.toContain('&quot;sub&quot;')
})

test('the demo client redeems only an answer to its own request from the server that it asked', async () => {
  const { agent, back } = await walk('allow')
  const { 'certbound-client': kept = '' } = Object.fromEntries(agent.cookies)
  const altered = (name: string, value: string) => {
    const url = new URL(back)
    url.searchParams.set(name, value)
    return url.href
  }
  for (const url of [altered('state', 'x'), altered('iss', 'https://other.example')]) {
    agent.cookies.set('certbound-client', kept)
    const { status, text } = await agent.go(url)
    expect(status).toBe(400)
    expect(text).toContain('No token')
  }
  agent.cookies.set('certbound-client', kept)
  expect((await agent.go(back.href)).status).toBe(200)
})

test('the demo client accepts an answer once, and only from the browser that asked', async () => {
  const { agent, back } = await walk('allow')
  expect((await userAgent(site.examples.frontEndUrl).go(back.href)).status).toBe(400)
  expect((await agent.go(back.href)).status).toBe(200)
  expect((await agent.go(back.href)).status).toBe(400)
})

test('the demo client shows why there is no token when the end-user denies', async () => {
  const { agent, back } = await walk('deny')
  const { status, text } = await agent.go(back.href)
  expect(status).toBe(400)
  expect(text).toContain('access_denied')
})

test('the demo client is registered on the port of this run, besides its other redirect URIs', async () => {
  const { seeded, runtime, examples } = site
  const [{ clientId, redirectUri }] = seeded.clients
  const registered = async () =>
    (await runtime.store.registry.findClientByNumber(seeded.serviceId, Number(clientId)))?.redirectUris
  expect(await registered()).toEqual([redirectUri, examples.redirectUri])
  await registerRedirectUri(runtime.store, seeded, 'http://localhost:1/cb')
  expect(await registered()).toEqual([redirectUri, 'http://localhost:1/cb'])
  await registerRedirectUri(runtime.store, seeded, examples.redirectUri)
})
