import { expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { type Fate, pass } from '../../support/cutting-proxy.ts'
import { FORMATS, type Received } from '../../support/gateway.ts'
import { bearer, failure } from '../../support/management.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, OWN } from '../../support/walk.ts'
import { tokensOf } from '../../support/answers.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime)

const STALE = '412 A029291'
const MALFORMED = '400 A029292'

const by = (ifMatch?: string) => ({
  ...bearer(walk.secrets.manage),
  ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
})
const tagOf = ({ headers }: Received) => String(headers['etag'])

/** A client and the service: how each is read, and how it is changed to a name. */
async function records() {
  const { id } = await walk.addClient(BASIC)
  return [
    {
      nameOf: (answer: Received) => answer.json['clientName'],
      get: () => walk.v3('GET', `/client/get/${id}`),
      update: (name: string, ifMatch?: string) =>
        walk.v3(
          'POST',
          `/client/update/${id}`,
          { clientName: name, clientType: 'CONFIDENTIAL' },
          by(ifMatch),
        ),
    },
    {
      nameOf: (answer: Received) => answer.json['serviceName'],
      get: () => walk.v3('GET', '/service/get'),
      update: (serviceName: string, ifMatch?: string) =>
        walk.v3('POST', '/service/update', { serviceName }, by(ifMatch)),
    },
  ]
}
type Records = Awaited<ReturnType<typeof records>>[number]

/** The first change of a record of the registry waits until `other` has ended. */
const holdChange =
  (other: () => Promise<unknown>): Fate =>
  async ({ operation, body }, forward) => {
    if (operation !== 'UpdateItem' || !/"(client#|service")/.test(JSON.stringify(body['Key'])))
      return forward()
    proxy.fate = pass
    await other()
    return forward()
  }

test.each([0, 1])(
  'a save with the entity tag of the read record is done, and its answer has the next (%i)',
  async (at) => {
    const { get, update, nameOf } = (await records())[at] as Records
    const first = tagOf(await get())
    expect(first).toMatch(/^"[A-Za-z0-9_-]{43}"$/)
    const saved = await update('one', first)
    expect([saved.status, nameOf(saved)]).toEqual([200, 'one'])
    expect(tagOf(saved)).not.toBe(first)
    const read = await get()
    expect([tagOf(read), nameOf(read)]).toEqual([tagOf(saved), 'one'])
    expect((await update('two', tagOf(saved))).status).toBe(200)
  },
)

test.each([0, 1])('a save with an entity tag of before is refused and changes nothing (%i)', async (at) => {
  const { get, update, nameOf } = (await records())[at] as Records
  const first = tagOf(await get())
  // A save of what is there is a stored change as well.
  for (const name of ['one', 'one']) {
    const last = tagOf(await get())
    expect((await update(name)).status).toBe(200)
    expect(tagOf(await get())).not.toBe(last)
  }
  expect(failure(await update('stale', first))).toBe(STALE)
  expect(nameOf(await get())).toBe('one')
})

test.each([0, 1])('if two saves with one entity tag overlap, the later write is refused (%i)', async (at) => {
  const { get, update, nameOf } = (await records())[at] as Records
  const tag = tagOf(await get())
  proxy.fate = holdChange(async () => {
    expect((await update('winner', tag)).status).toBe(200)
  })
  expect(failure(await update('loser', tag))).toBe(STALE)
  expect(nameOf(await get())).toBe('winner')
})

test.each([0, 1])('without a condition the later of two saves is done, as before (%i)', async (at) => {
  const { get, update, nameOf } = (await records())[at] as Records
  proxy.fate = holdChange(() => update('first'))
  expect((await update('second')).status).toBe(200)
  expect(nameOf(await get())).toBe('second')
})

test('If-Match takes a list and *, never a weak tag, and is refused by name when it is malformed', async () => {
  const [client] = await records()
  const { get, update } = client as Records
  const tag = tagOf(await get())
  expect(failure(await update('weak', `W/${tag}`))).toBe(STALE)
  expect(failure(await update('other', '"a", "b,c" , W/"d"'))).toBe(STALE)
  for (const text of [
    '',
    ' ',
    ',',
    'a',
    '"a',
    'a"',
    '"a""b"',
    '"a" "b"',
    '*, "a"',
    '**',
    'w/"a"',
    '"a b"',
    tag.slice(1),
  ])
    expect([text, failure(await update('malformed', text))]).toEqual([text, MALFORMED])
  expect((await update('any', ' * ')).status).toBe(200)
  expect((await update('listed', ` "a,b" ,, ${tagOf(await get())} `)).status).toBe(200)
  expect(failure(await walk.v3('POST', '/client/update/4711', {}, by('*')))).toBe('404 A001212')
})

test.each(FORMATS)('If-Match arrives in events of format %s', async (format) => {
  const { number, id } = await walk.addClient(BASIC)
  const sent = {
    route: '/api/{serviceId}/client/update/{clientId}',
    pathParameters: { serviceId: walk.serviceId, clientId: id },
    body: JSON.stringify({ clientName: 'new', clientIdAlias: String(number) }),
  }
  const headers = { 'content-type': 'application/json', ...bearer(walk.secrets.manage) }
  const stale = await walk.send({ ...sent, headers: { ...headers, 'If-Match': ['"a"', '"b"'] } }, format)
  expect(failure(stale)).toBe(STALE)
  const tag = tagOf(await walk.v3('GET', `/client/get/${id}`))
  expect(
    (await walk.send({ ...sent, headers: { ...headers, 'If-Match': ['"a"', tag] } }, format)).status,
  ).toBe(200)
})

test('each change of a client by another route changes its entity tag, which has nothing of its secret', async () => {
  const client = await walk.addClient(BASIC)
  const get = () => walk.v3('GET', `/client/get/${client.id}`)
  const tags = [tagOf(await get())]
  for (const change of [
    () => walk.v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true }),
    () => walk.v3('GET', `/client/secret/refresh/${client.id}`),
    () => walk.v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: false }),
  ]) {
    await change()
    tags.push(tagOf(await get()))
  }
  expect(new Set(tags).size).toBe(tags.length)
  expect(tags.join()).not.toContain(digest(client.secret))
  expect(tagOf(await get())).toBe(tags.at(-1))
})

test('a refused save neither locks the client nor takes the alias', async () => {
  const [one, two] = [await walk.addClient(BASIC), await walk.addClient(BASIC)]
  const { access } = tokensOf(await walk.credentials(one, OWN))
  const save = (id: string, ifMatch: string) =>
    walk.v3('POST', `/client/update/${id}`, { locked: true, clientIdAlias: 'wanted' }, by(ifMatch))
  expect(failure(await save(one.id, '"stale"'))).toBe(STALE)
  const tag = tagOf(await walk.v3('GET', `/client/get/${one.id}`))
  proxy.fate = holdChange(() => walk.v3('GET', `/client/secret/refresh/${one.id}`))
  expect(failure(await save(one.id, tag))).toBe(STALE)
  expect((await walk.standard(access))['active']).toBe(true)
  const free = await walk.v3('POST', `/client/update/${two.id}`, { clientIdAlias: 'wanted' })
  expect(free.status).toBe(200)
})

test('a save under a condition locks the client, and its answer has the entity tag of the locked record', async () => {
  const client = await walk.addClient(BASIC)
  const { access } = tokensOf(await walk.credentials(client, OWN))
  const get = () => walk.v3('GET', `/client/get/${client.id}`)
  const save = async (ifMatch: string) =>
    walk.v3('POST', `/client/update/${client.id}`, { ...(await get()).json, locked: true }, by(ifMatch))
  const saved = await save(tagOf(await get()))
  expect([saved.status, saved.json['locked']]).toEqual([200, true])
  expect((await walk.standard(access))['active']).toBe(false)
  expect(tagOf(saved)).toBe(tagOf(await get()))
  expect((await save(tagOf(saved))).json['locked']).toBe(true)
})

test('a change of keys under a condition is refused after another change, and its answer has the last entity tag', async () => {
  const get = () => walk.v3('GET', '/service/get')
  const update = (keys: readonly object[], ifMatch: string) =>
    walk.v3('POST', '/service/update', keySet(...keys), by(ifMatch))
  const stored = (JSON.parse(String((await get()).json['jwks'])) as { keys: object[] }).keys
  const { own, open } = newSigningKey('2', 'ES256')
  const tag = tagOf(await get())
  proxy.fate = holdChange(() => walk.v3('POST', '/service/update', { serviceName: 'meanwhile' }))
  expect(failure(await update([...stored, own], tag))).toBe(STALE)
  expect(await runtime.store.registry.findSigningKey(walk.number, '2')).toBeUndefined()

  const added = await update([...stored, own], tagOf(await get()))
  expect([added.status, tagOf(added)]).toEqual([200, tagOf(await get())])
  const removed = await update(stored, tagOf(added))
  expect([removed.status, tagOf(removed)]).toEqual([200, tagOf(await get())])
  expect(removed.json['jwks']).not.toContain(open.x)
})
