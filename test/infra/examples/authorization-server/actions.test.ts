import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { application } from '../../../../infra/examples/authorization-server/application.ts'
import { authorizationServer } from '../../../../infra/examples/authorization-server/authorization-server.ts'
import type { WebApiAnswer } from '../../../../infra/examples/authorization-server/web-api-client.ts'
import { listen } from '../../../../infra/connections/listen.ts'
import { arrive, csrfOf, logIn, userAgent } from './user-agent.ts'

const USER = {
  ...{ subject: 'somebody', password: 'x' },
  claims: { name: 'Some Body', email: 's@example.org' },
}
const INTERACTION = { action: 'INTERACTION', ticket: 'ticket-1', client: { clientId: 1 } }

/** A Web API that gives prepared answers, for actions that certbound itself does not use yet. */
async function frontEndOf(answers: Record<string, WebApiAnswer>) {
  const calls: [string, object][] = []
  const webApi = (path: string, call: object) => {
    calls.push([path, call])
    const answer = answers[path]
    return answer === undefined ? Promise.reject(new Error('secret detail')) : Promise.resolve(answer)
  }
  const server = createServer(application((app) => app.use(authorizationServer(webApi, USER))))
  const { port, close } = await listen(server)
  onTestFinished(close)
  return { ...userAgent(`http://127.0.0.1:${port}`), answers, lastCall: () => calls.at(-1) }
}

const DONE = { action: 'LOCATION', responseContent: 'https://client.example/cb?error=done' }
const DECIDED = { '/auth/authorization/issue': DONE, '/auth/authorization/fail': DONE }

describe('NO_INTERACTION', () => {
  const alone = (more = {}) => ({ ...INTERACTION, ...more, action: 'NO_INTERACTION', ticket: 'ticket-2' })

  async function loggedIn(decision: 'allow' | 'deny') {
    const front = await frontEndOf({ ...DECIDED, '/auth/authorization': INTERACTION })
    const consent = await logIn(front, await arrive(front, ''), USER)
    await front.go('/consent', { csrf: csrfOf(consent), decision })
    return front
  }

  async function decision({ go, answers, lastCall }: Awaited<ReturnType<typeof loggedIn>>, more = {}) {
    answers['/auth/authorization'] = alone(more)
    expect((await go('/authorize')).location).toBe(DONE.responseContent)
    return lastCall()
  }

  const failed = (reason: string) => ['/auth/authorization/fail', { ticket: 'ticket-2', reason }]

  test('NO_INTERACTION without a login fails as NOT_LOGGED_IN', async () => {
    expect(await decision(await frontEndOf(DECIDED))).toEqual(failed('NOT_LOGGED_IN'))
  })

  test('NO_INTERACTION fails as CONSENT_REQUIRED when the end-user has not agreed to all scopes', async () => {
    expect(await decision(await loggedIn('deny'))).toEqual(failed('CONSENT_REQUIRED'))
    const more = { scopes: [{ name: 'more' }] }
    expect(await decision(await loggedIn('allow'), more)).toEqual(failed('CONSENT_REQUIRED'))
    const other = { client: { clientId: 2 } }
    expect(await decision(await loggedIn('allow'), other)).toEqual(failed('CONSENT_REQUIRED'))
  })

  test('NO_INTERACTION fails for another end-user, and for a login that is too old', async () => {
    const front = await loggedIn('allow')
    expect(await decision(front, { subject: 'other' })).toEqual(failed('DIFFERENT_SUBJECT'))
    const day = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 86_400_000)
    onTestFinished(() => day.mockRestore())
    expect(await decision(front, { maxAge: 3600 })).toEqual(failed('EXCEEDS_MAX_AGE'))
  })

  test('NO_INTERACTION issues when the end-user has agreed to the same before', async () => {
    expect(await decision(await loggedIn('allow'), { maxAge: 3600 })).toEqual([
      '/auth/authorization/issue',
      { ticket: 'ticket-2', subject: 'somebody', authTime: expect.any(Number) as number },
    ])
  })
})

test('a denial by the end-user is a failure with the reason DENIED', async () => {
  const front = await frontEndOf({ ...DECIDED, '/auth/authorization': INTERACTION })
  const csrf = csrfOf(await logIn(front, await arrive(front, ''), USER))
  expect((await front.go('/consent', { csrf, decision: 'deny' })).location).toBe(DONE.responseContent)
  expect(front.lastCall()).toEqual(['/auth/authorization/fail', { ticket: 'ticket-1', reason: 'DENIED' }])
})

test('the end-user must log in again when the request asks for it, and cannot avoid it', async () => {
  const front = await frontEndOf({ ...DECIDED, '/auth/authorization': INTERACTION })
  await logIn(front, await arrive(front, ''), USER)
  front.answers['/auth/authorization'] = { ...INTERACTION, prompts: ['LOGIN'] }
  const page = await arrive(front, '')
  expect(page.text).toContain('Log in')
  expect((await front.go('/consent', { csrf: csrfOf(page), decision: 'allow' })).status).toBe(403)
})

test('the name of the client is shown as text, never as markup', async () => {
  const client = { clientId: 1, clientName: '<script>"&\'</script>' }
  const front = await frontEndOf({ '/auth/authorization': { ...INTERACTION, client } })
  const { text } = await arrive(front, '')
  expect(text).toContain('&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;')
  expect(text).not.toContain('<script>')
})

test('the query goes to the Web API unchanged', async () => {
  const front = await frontEndOf({ '/auth/authorization': DONE })
  await front.go('/authorize?a=%zz&a=?+b')
  expect(front.lastCall()).toEqual(['/auth/authorization', { parameters: 'a=%zz&a=?+b' }])
})

test('for FORM the browser gets the page of the Web API, which may run its script', async () => {
  const responseContent = '<html><script>submit()</script></html>'
  const front = await frontEndOf({ '/auth/authorization': { action: 'FORM', responseContent } })
  const { status, headers, text } = await front.go('/authorize')
  expect([status, text]).toEqual([200, responseContent])
  expect(headers.get('content-type')).toMatch(/^text\/html; ?charset=utf-8$/i)
  expect(headers.get('content-security-policy')).toBeNull()
})

test('INTERNAL_SERVER_ERROR is 500 with the response content of the Web API', async () => {
  const content = { action: 'INTERNAL_SERVER_ERROR', responseContent: '{"error":"server_error"}' }
  const front = await frontEndOf({ '/auth/authorization': content })
  const { status, text } = await front.go('/authorize')
  expect([status, text]).toEqual([500, content.responseContent])
})

test('an unknown action, or a failing Web API, is 500 without a reason, which only the log shows', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue()
  onTestFinished(() => log.mockRestore())
  for (const answers of [{}, { '/auth/authorization': { action: 'SURPRISE' } }]) {
    const { status, text } = await (await frontEndOf(answers)).go('/authorize')
    expect([status, text]).toEqual([500, '{"error":"server_error"}'])
  }
  expect(log.mock.calls).toEqual([
    ['front end: secret detail'],
    ['front end: the Web API answered with the action SURPRISE'],
  ])
})

test.each([
  ['another end-user', { subject: 'somebody else' }, 'DIFFERENT_SUBJECT'],
  ['an essential authentication context class', { acrEssential: true, acrs: ['gold'] }, 'ACR_NOT_SATISFIED'],
])('a request for %s fails even after consent', async (_what, demanded, reason) => {
  const front = await frontEndOf({ ...DECIDED, '/auth/authorization': { ...INTERACTION, ...demanded } })
  const consent = await logIn(front, await arrive(front, ''), USER)
  await front.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
  expect(front.lastCall()).toEqual(['/auth/authorization/fail', { ticket: 'ticket-1', reason }])
})

test('the client gets those claims of the end-user that it asks for', async () => {
  const asking = { ...INTERACTION, claims: ['email', 'picture'] }
  const front = await frontEndOf({ ...DECIDED, '/auth/authorization': asking })
  const consent = await logIn(front, await arrive(front, ''), USER)
  await front.go('/consent', { csrf: csrfOf(consent), decision: 'allow' })
  expect(front.lastCall()).toMatchObject([
    '/auth/authorization/issue',
    { claims: '{"email":"s@example.org"}' },
  ])
})
