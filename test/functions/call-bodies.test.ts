import { describe, expect, test } from 'vitest'
import { referenceOf } from '../../infra/reference/endpoints.ts'
import { type Call, CALLS, inQuery, sentTo } from '../support/every-call.ts'
import { ROUTES } from '../support/gateway.ts'
import { putOwner } from '../support/management.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BASIC } from '../support/walk.ts'

const walk = await testWalk()
const client = await walk.addClient(BASIC)
await putOwner(walk.runtime)

const about = ({ template }: Call) => referenceOf(ROUTES[template]?.endpoint ?? '')
const POSTS = CALLS.filter((call) => !inQuery(call))

describe.each(POSTS)('$name', (call) => {
  test('the call accepts a form, except where the reference allows only JSON', async () => {
    const sent = sentTo(call, {}, walk, client)
    const headers = { ...sent.headers, 'content-type': 'application/x-www-form-urlencoded' }
    const { json } = await walk.send({ ...sent, headers, body: 'unknownToAll=1' })
    expect(json['resultCode'] === 'A001292').toBe(about(call).jsonOnly === true)
  })
})

const REQUIRING = POSTS.filter((call) => about(call).required !== undefined)

test.each(REQUIRING)('$name refuses a call without a member that it requires', async (call) => {
  const { required = [] } = about(call)
  for (const missing of required) {
    const others = required.filter((name) => name !== missing).map((name) => [name, SAMPLES[name]])
    const { status, json } = await walk.send(
      sentTo(call, Object.fromEntries(others) as Record<string, unknown>, walk, client),
    )
    const isRefused = status === 400 || (status === 200 && json['action'] !== 'OK')
    expect(isRefused, `${missing}: ${JSON.stringify(json)}`).toBe(true)
    expect(String(json['resultMessage'])).toMatch(NAMED[missing] ?? `'${missing}'`)
  }
})

const SAMPLES: Readonly<Record<string, unknown>> = {
  ...{ ticket: 'x', subject: 'x', reason: 'DENIED', info: 'x' },
  ...{ clientIdentifier: '1', thumbprint: 'A'.repeat(43) },
}
/** Messages that are published without the name of the member. */
const NAMED: Readonly<Record<string, string>> = { token: 'a valid access token' }
