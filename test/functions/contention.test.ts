import { isDeepStrictEqual } from 'node:util'
import { beforeEach, expect, test } from 'vitest'
import { type Fate, fault, pass } from '../support/cutting-proxy.ts'
import type { Received } from '../support/gateway.ts'
import { proxiedRuntime } from '../support/test-runtime.ts'
import { basic, BASIC, openWalk, REDIRECT_URI } from '../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime)
let client = await walk.addClient(BASIC)
beforeEach(async () => {
  client = await walk.addClient(BASIC)
})

let losses = 0
/** Another writer is faster than each conditional write of this kind, and leaves the item as it was. */
function losing(operation: string, table: 'registry' | 'grants'): Fate {
  const lost = fault(400, 'ConditionalCheckFailedException')
  return (passing, forward) => {
    const { TableName, ConditionExpression } = passing.body
    if (passing.operation !== operation || TableName !== table || ConditionExpression === undefined)
      return forward()
    losses += 1
    return lost(passing, forward)
  }
}

/** Another writer changes the item between two reads, each time. */
function flipping(key: object, flip: (body: string) => string): Fate {
  return async ({ operation, body }, forward) => {
    const reply = await forward()
    if (operation !== 'GetItem' || !isDeepStrictEqual(body['Key'], key)) return reply
    losses += 1
    return { ...reply, body: flip(reply.body) }
  }
}

/** The lock of the state is never the one that the call has written to the record. */
function flippingLock(): Fate {
  let isLocked = false
  return flipping({ id: { S: `${walk.serviceId}.${client.id}` } }, (body) => {
    isLocked = !isLocked
    return body.replace(/"locked":{"BOOL":\w+}/, `"locked":{"BOOL":${isLocked}}`)
  })
}

/** At every other read the record, which has been deleted, is there again. */
function returningRecord(): Fate {
  let [record, isThere] = ['', false]
  return flipping({ pk: { S: `client#${walk.serviceId}` }, sk: { S: client.id } }, (body) => {
    if (body.includes('"record"')) return (record = body)
    isThere = !isThere
    return isThere ? record : body
  })
}

const change = { clientName: 'Renamed', clientType: 'CONFIDENTIAL', redirectUris: [REDIRECT_URI] }
const update = (members = {}) => walk.v3('POST', `/client/update/${client.id}`, { ...change, ...members })
const lock = () => walk.call(`/client/lock_flag/update/${client.id}`, { clientLocked: true })
const remove = () => walk.v3('DELETE', `/client/delete/${client.id}`)
const updateToken = async (members: object) => {
  const { access } = await walk.granted(client)
  return () => walk.call('/auth/token/update', { accessToken: access, ...members })
}
const refreshing = async () => {
  const { refresh } = await walk.granted(client)
  return { grant_type: 'refresh_token', refresh_token: refresh }
}
const soon = (runtime.clock.now + 600) * 1000

type Ask = () => Promise<Received>
const LOOPS: Readonly<
  Record<
    string,
    { readonly fate: () => Fate; readonly prepare: () => Ask | Promise<Ask>; readonly later?: number }
  >
> = {
  'a change of a record of the registry': {
    fate: () => losing('UpdateItem', 'registry'),
    prepare: () => update,
  },
  'the deletion of a record of the registry': {
    fate: () => losing('DeleteItem', 'registry'),
    prepare: () => remove,
  },
  'the state of a client that is locked': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: () => lock,
  },
  'the record of a client that follows its state': { fate: flippingLock, prepare: () => lock },
  'the cut-off of a client': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: () => () => walk.call('/auth/token/revoke', { clientIdentifier: client.id }),
  },
  'an alias that is taken': {
    fate: () => losing('PutItem', 'registry'),
    prepare: () => () => update({ clientIdAlias: `alias-${client.id}` }),
  },
  'an alias that follows the record of its client': {
    fate: returningRecord,
    prepare: async () => {
      client = await walk.addClient(BASIC, { clientIdAlias: 'an-alias' })
      return remove
    },
    // The record is gone.
    later: 404,
  },
  'the number of a new client': {
    fate: () => losing('PutItem', 'grants'),
    prepare: () => () => walk.call('/client/create', change),
  },
  'a change of one access token': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: () => updateToken({ accessTokenExpiresAt: soon }),
  },
  'a change of all access tokens of a grant': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: () => updateToken({ scopes: ['read'] }),
  },
  'a refresh by the Web API': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: async () => {
      const asked = await refreshing()
      return () => walk.token(client, asked)
    },
  },
  'a refresh by the OAuth face': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: async () => {
      const asked = await refreshing()
      return () => walk.post('/token', asked, undefined, basic(client))
    },
  },
  'a step with a ticket': {
    fate: () => losing('UpdateItem', 'grants'),
    prepare: async () => {
      const { json } = await walk.authorize(client)
      return () => walk.issue(json['ticket'])
    },
  },
}

test.each(Object.entries(LOOPS))(
  '%s: a write that always loses is tried ten times, then the answer is 503, and the request works later',
  async (_name, { fate, prepare, later }) => {
    const ask = await prepare()
    runtime.lines.length = 0
    losses = 0
    proxy.fate = fate()
    const { status, headers, json } = await ask()
    proxy.fate = pass
    expect([status, headers['retry-after']]).toEqual([503, '1'])
    expect(json['resultCode'] ?? json['error']).toMatch(/^(A001191|temporarily_unavailable)$/)
    expect(losses).toBeGreaterThanOrEqual(10)
    expect(runtime.logged().at(-1)).toMatchObject({ reason: 'unavailable' })
    expect(later === undefined ? [200, 204] : [later]).toContain((await ask()).status)
  },
)
