import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { application } from '../../../../infra/examples/authorization-server/application.ts'
import { userinfoEndpoint } from '../../../../infra/examples/authorization-server/userinfo.ts'
import type { WebApiAnswer } from '../../../../infra/examples/authorization-server/web-api-client.ts'
import { listen } from '../../../../infra/connections/listen.ts'

const USER = { subject: 'somebody', password: 'x' }

test.each<[status: number, WebApiAnswer]>([
  [401, { action: 'UNAUTHORIZED', responseContent: 'DPoP error="use_dpop_nonce"', dpopNonce: 'next' }],
  [200, { action: 'OK', subject: USER.subject, dpopNonce: 'next' }],
])('the userinfo endpoint gives the nonce of the Web API with the status %i', async (status, judged) => {
  const issued = { action: 'JSON', responseContent: '{}' }
  const webApi = (path: string) => Promise.resolve(path === '/auth/userinfo' ? judged : issued)
  const server = createServer(application((app) => app.use(userinfoEndpoint(webApi, USER))))
  const { port, close } = await listen(server)
  onTestFinished(close)
  const headers = { authorization: 'DPoP token', dpop: 'a.b.c' }
  const answer = await fetch(`http://127.0.0.1:${port}/userinfo`, { headers })
  expect([answer.status, answer.headers.get('dpop-nonce')]).toEqual([status, 'next'])
})
