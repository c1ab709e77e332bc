import { expect, test } from 'vitest'
import { formPage } from '../../../functions/authorization/redirect.ts'
import { outcome } from '../../support/answers.ts'
import type { Received } from '../../support/gateway.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC, REDIRECT_URI } from '../../support/walk.ts'

const FORM = { response_mode: 'form_post', state: `a"'<b>&amp;c` }

const walk = await testWalk()
const client = await walk.addClient(PUBLIC)

const ticketFor = async (parameters: object) =>
  (await walk.authorize(client, { ...parameters })).json['ticket'] as string

/** The parameters that the page posts, and the URL: all that is between its tags, unescaped once. */
function posted({ json }: Received) {
  const page = json['responseContent'] as string
  const inputs = page.matchAll(/<input type="hidden" name="([^"<>]*)" value="([^"<>]*)">/g)
  return {
    page,
    action: unescaped(/<form method="post" action="([^"<>]*)">/.exec(page)?.[1] ?? ''),
    values: Object.fromEntries([...inputs].map(([, name = '', value = '']) => [name, unescaped(value)])),
  }
}
const CHARACTERS: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
const unescaped = (text: string) =>
  text.replaceAll(/&([^;]*);/g, (_, name: string) => CHARACTERS[name] ?? 'unknown')

test('form_post answers issue with a page that posts code, state and iss', async () => {
  const answer = await walk.issue(await ticketFor(FORM))
  expect(outcome(answer)).toBe('FORM A040001')
  const { action, values, page } = posted(answer)
  expect(action).toBe(REDIRECT_URI)
  const { authorizationCode } = answer.json
  expect(values).toEqual({ code: authorizationCode, state: FORM.state, iss: 'https://as.example.com' })
  expect(page).toMatch(/^<!DOCTYPE html>/)
  expect(page).toContain('onload="document.forms[0].submit()"')
  expect(page).toContain('<button>')
  expect(outcome(await walk.redeem(client, authorizationCode as string))).toBe('OK A050001')
})

test('form_post answers fail with a page that posts the error', async () => {
  const ticket = await ticketFor(FORM)
  const answer = await walk.call('/auth/authorization/fail', {
    ticket,
    reason: 'DENIED',
    description: '</form><script>alert(1)</script>',
  })
  expect([answer.json['action'], answer.json['resultCode']]).toEqual(['FORM', 'A060306'])
  const { values, page } = posted(answer)
  expect(values).toEqual({
    state: FORM.state,
    error: 'access_denied',
    error_description: '</form><script>alert(1)</script>',
    error_uri: 'https://docs.authlete.com/#A060306',
    iss: 'https://as.example.com',
  })
  expect(page).not.toContain('<script')
})

test('form_post answers an error that goes to the client with a page', async () => {
  const answer = await walk.authorize(client, { ...FORM, response_type: 'token' })
  expect([answer.json['action'], answer.json['resultCode']]).toEqual(['FORM', 'A009305'])
  expect(posted(answer).values).toMatchObject({ error: 'unsupported_response_type', state: FORM.state })
})

test('form_post posts to the whole redirect URI, including its query', async () => {
  const redirect_uri = `https://client.example.org/cb?a='1'&b=2`
  const other = await walk.addClient(PUBLIC, { redirectUris: [redirect_uri] })
  const { json } = await walk.authorize(other, { ...FORM, redirect_uri })
  expect(posted(await walk.issue(json['ticket'])).action).toBe(redirect_uri)
})

test.each(['javascript:alert(1)//', 'com.example.app:/cb', 'data:text/html,x'])(
  'form_post is refused for the redirect URI %s, which no page should post to',
  async (redirect_uri) => {
    const other = await walk.addClient(PUBLIC, { redirectUris: [redirect_uri] })
    const answer = await walk.authorize(other, { ...FORM, redirect_uri })
    expect(outcome(answer)).toBe('LOCATION A004391 invalid_request')
  },
)

test.each(['query', ''])('response_mode=%j is a redirect', async (response_mode) => {
  expect(outcome(await walk.issue(await ticketFor({ response_mode })))).toBe('LOCATION A040001')
})

test.each(['fragment', 'jwt', 'query.jwt', 'web_message', 'FORM_POST', 'toString'])(
  'response_mode=%s is refused, with state and iss',
  async (response_mode) => {
    const answer = await walk.authorize(client, { response_mode, state: 's' })
    expect(outcome(answer)).toBe('LOCATION A004391 invalid_request')
    const query = new URL(answer.json['responseContent'] as string).searchParams
    expect([query.get('state'), query.get('iss')]).toEqual(['s', 'https://as.example.com'])
  },
)

test('no value in a form_post page can end an attribute', () => {
  const page = formPage(`"><x y='`, { [`"><n'`]: `"><v'&` })
  expect(page).toContain('action="&quot;&gt;&lt;x y=&#39;"')
  expect(page).toContain('name="&quot;&gt;&lt;n&#39;" value="&quot;&gt;&lt;v&#39;&amp;"')
})
