import { expect, test } from 'vitest'
import { refreshSource } from '../../../shared/certificate-lists/refresh.ts'
import { type Der, readCertificate } from '../../../shared/certificate/pem.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { DamagedItem } from '../../../shared/store/listing.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { recordsOf } from '../../support/audit.ts'
import { authority, client as issuedClient, pemOf } from '../../support/certificate-chain.ts'
import type { BuiltEntry } from '../../support/certificate-list.ts'
import { START } from '../../support/fixed-runtime.ts'
import { sourceOf } from '../../support/list-source.ts'
import { BASIC, BOUND, openWalk, type Walk } from '../../support/walk.ts'
import { UNKNOWN_PARTS } from '../../../shared/store/certificates/names.ts'
import { DAY, listedAuthority, NAMED, POINT } from './listed-authority.ts'

const deployment = await listedAuthority()
const { runtime, rival, walk, inRival, revoke, release } = deployment
const { certificates, source, setSource, publish, reader, run, read } = deployment

const thumbprintIn = (text: string) => thumbprint(readCertificate(text) as Der)

const introspected = async (token: string, certificate: string) =>
  outcome(await inRival().call('/auth/introspection', { token, clientCertificate: certificate }))
const REVOKED = 'UNAUTHORIZED A057397 invalid_token'
const CUT_OFF = 'UNAUTHORIZED A057395 invalid_token'

test('a list revokes the tokens of a certificate in the next call, in a process with a warm cache, and the end of a hold gives them back', async () => {
  const [client, second] = [await walk().addClient(BASIC, BOUND), await walk().addClient(NAMED, BOUND)]
  await read([])
  const { access } = await walk().granted(client, certificates().own)
  const shared = (await walk().granted(second, certificates().own)).access
  const others = (await walk().granted(client, certificates().ofSecondKey)).access
  expect(await introspected(access, certificates().own)).toBe('OK A056001')

  const { notes } = await read([{ serial: '11', reason: 'certificateHold' }, { serial: '7f' }])
  expect(notes).toEqual({ revoked: 1, lifted: 0, ended: 0 })
  expect(await introspected(access, certificates().own)).toBe(REVOKED)
  expect(await introspected(shared, certificates().own)).toBe(REVOKED)
  expect(await introspected(others, certificates().ofSecondKey)).toBe('OK A056001')
  const [record] = await recordsOf(rival, walk().number)
  expect(record).toMatchObject({ operation: 'crl', by: source.name })

  expect((await read([{ serial: '7f' }, { serial: '13' }])).notes).toEqual({
    revoked: 1,
    lifted: 1,
    ended: 0,
  })
  expect(await introspected(access, certificates().own)).toBe('OK A056001')
  expect(await introspected(others, certificates().ofSecondKey)).toBe(REVOKED)
  // The revocation of a certificate is final, although it is not in the list any more, for example because it has expired.
  expect((await read([])).notes).toEqual({ revoked: 0, lifted: 0, ended: 0 })
  expect(await introspected(others, certificates().ofSecondKey)).toBe(REVOKED)
})

test.each([
  ['a client that authenticates with it', NAMED, 'INVALID_CLIENT A244399 invalid_client'],
  ['a client that authenticates otherwise', BASIC, 'BAD_REQUEST A244398 invalid_request'],
])('a listed certificate that was never seen is refused when it comes, from %s', async (_, kind, refused) => {
  const client = await walk().addClient(kind, BOUND)
  await read([{ serial: '11', reason: 'keyCompromise' }])
  expect(outcome(await walk().credentials(client, certificates().own))).toBe(refused)
  expect(runtime.logged().at(-1)).toMatchObject({
    revocation: source.name,
    thumbprint: thumbprintIn(certificates().own),
  })
  expect(outcome(await walk().credentials(client, certificates().other))).toBe('OK A052001')
})

test('management binds no token to a listed certificate, also for a client that has never presented it', async () => {
  await walk().granted(await walk().addClient(BASIC, BOUND), certificates().own)
  const certificateThumbprint = thumbprintIn(certificates().own)
  const about = { grantType: 'CLIENT_CREDENTIALS', clientId: (await walk().addClient(BASIC)).number }
  const { accessToken } = (await walk().call('/auth/token/create', about)).json
  await read([{ serial: '11' }])
  const changed = { accessToken, certificateThumbprint }
  expect(outcome(await walk().call('/auth/token/update', changed))).toBe('BAD_REQUEST A134296')
  const created = await walk().call('/auth/token/create', { ...about, certificateThumbprint })
  expect(outcome(created)).toBe('BAD_REQUEST A104294')
})

test('a certificate of another CA with the same name and serial number is not the one of the list', async () => {
  const stranger = pemOf(await issuedClient(await authority('Lists CA'), { serial: 0x11 }))
  const client = await walk().addClient(BASIC, BOUND)
  const { access } = await walk().granted(client, stranger)
  await read([{ serial: '11' }])
  expect(await introspected(access, stranger)).toBe('OK A056001')
  expect(outcome(await walk().credentials(client, stranger))).toBe('OK A052001')
})

test('a list does not lift the revocation of an operator, and the operator does not lift that of a list', async () => {
  const own = thumbprintIn(certificates().own)
  const client = await walk().addClient(BASIC, BOUND)
  const { access } = await walk().granted(client, certificates().own)
  await revoke({ thumbprint: own, reason: 'certificateHold' })
  await read([{ serial: '11', reason: 'certificateHold' }])
  await read([])
  expect(await introspected(access, certificates().own)).toBe(REVOKED)
  await release({ thumbprint: own })
  expect(await introspected(access, certificates().own)).toBe('OK A056001')

  await read([{ serial: '11', reason: 'certificateHold' }])
  await release({ thumbprint: own })
  expect(await introspected(access, certificates().own)).toBe(REVOKED)
  await read([])
  expect(await introspected(access, certificates().own)).toBe('OK A056001')
})

test('the next run compares what a run did not that ended after it had written the buckets', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  const { access } = await walk().granted(client, certificates().own)
  const held = (await walk().granted(client, certificates().other)).access
  await read([{ serial: '12', reason: 'certificateHold' }])
  publish([{ serial: '11' }])
  const throwing = () => {
    throw new Error('the process ends')
  }
  const store = { ...rival.store, begin: throwing }
  const cut = { ...reader(), store }
  await expect(refreshSource(source.name, cut)).rejects.toThrow('the process ends')
  expect(await introspected(access, certificates().own)).toBe('OK A056001')
  expect(await introspected(held, certificates().other)).toBe(REVOKED)
  rival.clock.now = addSeconds(START, 301)
  expect((await run()).notes).toEqual({ revoked: 1, lifted: 1, ended: 0 })
  expect(await introspected(access, certificates().own)).toBe(REVOKED)
  expect(await introspected(held, certificates().other)).toBe('OK A056001')
})

test('a client that cannot be read keeps no other certificate from being revoked, and the next run tries it again', async () => {
  const { own, ofSecondKey } = certificates()
  const { grants } = runtime.tables
  const open = async (each: Walk) => {
    const [damaged, client] = [await each.addClient(BASIC, BOUND), await each.addClient(BASIC, BOUND)]
    await each.granted(damaged, own)
    const { access } = await each.granted(client, ofSecondKey)
    const state = await grants.get({ id: `${each.number}.${damaged.number}` })
    await grants.put({ ...state, revoked: 'a' })
    const mend = () => grants.put(state ?? {})
    return { mend, introspected: async () => outcome(await each.introspect(access, ofSecondKey)) }
  }
  const services = [await open(walk()), await open(await openWalk(runtime))]
  await expect(read([{ serial: '11' }, { serial: '13' }])).rejects.toThrow(DamagedItem)
  for (const each of services) {
    expect(await each.introspected()).toBe(REVOKED)
    await each.mend()
  }
  rival.clock.now = addSeconds(START, 301)
  expect((await run()).notes).toMatchObject({ revoked: 4 })
})

test('two sources of one CA revoke on their own, and neither lifts the hold of the other', async () => {
  const { own } = certificates()
  const { access } = await walk().granted(await walk().addClient(BASIC, BOUND), own)
  const { sources } = runtime.store.lists
  const second = sourceOf(certificates().ca, { name: `${source.name}b`, distributionPoint: POINT })
  await sources.changeSources((all) => [...all, second])
  const held = [{ serial: '11', reason: 'certificateHold' }] as const
  const readSecond = async (entries: readonly BuiltEntry[]) => {
    publish(entries, { point: POINT })
    return refreshSource(second.name, reader())
  }
  await read(held)
  await readSecond(held)
  expect((await read([])).notes).toMatchObject({ lifted: 1 })
  expect(await introspected(access, own)).toBe(REVOKED)
  expect((await readSecond([])).notes).toMatchObject({ lifted: 1 })
  expect(await introspected(access, own)).toBe('OK A056001')
})

test('a token that is issued while a list is read is dead, or its certificate is refused', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  publish([{ serial: '11' }])
  const listReader = reader()
  let issued: Awaited<ReturnType<ReturnType<typeof walk>['credentials']>> | undefined
  // Between the first bucket and the notes.
  const pause = async () => void (issued = await walk().credentials(client, certificates().own))
  await refreshSource(source.name, { ...listReader, pause })
  expect(outcome(issued as NonNullable<typeof issued>)).toBe('BAD_REQUEST A244398 invalid_request')

  publish([{ serial: '12' }])
  const before = async (address: string) => {
    issued = await walk().credentials(client, certificates().other)
    return listReader.fetch(address, undefined)
  }
  await refreshSource(source.name, { ...listReader, fetch: before })
  expect(
    await introspected(tokensOf(issued as NonNullable<typeof issued>).access, certificates().other),
  ).toBe(REVOKED)
})

test('tokens that were issued before the CA had a source end, if their certificates may be in its list', async () => {
  const { sources } = runtime.store.lists
  await sources.changeSources(() => [])
  const stranger = pemOf(await issuedClient(await authority('Lists CA'), { serial: 0x11 }))
  const clients = await Promise.all([1, 2, 3, 4].map(() => walk().addClient(BASIC, BOUND)))
  const [client, late, lucky, strange] = clients as [Client, Client, Client, Client]
  type Client = (typeof clients)[number]
  const before = (await walk().granted(client, certificates().own)).access
  const kept = (await walk().granted(lucky, certificates().ofSecondKey)).access
  const strangers = (await walk().granted(strange, stranger)).access
  // The item of this client is full of certificates with one serial number. It still gets tokens, and any of its own may be listed.
  const crowd = await walk().addClient(BASIC, BOUND)
  const id = `${walk().number}.issued.unknown.${crowd.number % UNKNOWN_PARTS}`
  const noted = Object.fromEntries(
    Array.from({ length: 1500 }, (_, i) => [String(i).padStart(43, '0'), START]),
  )
  await runtime.tables.grants.put({ id, attempt: '', serials: { aa: { noted, until: START + DAY } } })
  const crowded = (await walk().granted(crowd, certificates().ofSecondKey)).access
  const knownFrom = addSeconds(START, 70)
  await setSource({ knownFrom }, rival)
  rival.clock.now = addSeconds(START, 1)
  expect((await read([{ serial: '11' }, { serial: '12' }])).notes).toMatchObject({ revoked: 0 })
  expect(await introspected(before, certificates().own)).toBe(CUT_OFF)
  expect(await introspected(crowded, certificates().ofSecondKey)).toBe(CUT_OFF)
  expect(await introspected(kept, certificates().ofSecondKey)).toBe('OK A056001')
  // The issuer of this one is another CA, which this run cannot know. It gets new tokens.
  expect(await introspected(strangers, stranger)).toBe(CUT_OFF)

  // This process does not know the source yet. The next run ends what it has issued.
  runtime.clock.now = addSeconds(START, 5)
  const stale = (await walk().granted(late, certificates().other)).access
  expect(await introspected(stale, certificates().other)).toBe('OK A056001')
  rival.clock.now = knownFrom
  expect((await run()).notes.ended).toBeGreaterThan(0)
  expect(await introspected(stale, certificates().other)).toBe(CUT_OFF)

  runtime.clock.now = addSeconds(knownFrom, 5)
  expect(outcome(await walk().credentials(client, certificates().own))).toBe(
    'BAD_REQUEST A244398 invalid_request',
  )
  const renewed = (await walk().granted(strange, stranger)).access
  rival.clock.now = addSeconds(knownFrom, 10)
  await read([{ serial: '11', reason: 'keyCompromise' }])
  expect(await introspected(renewed, stranger)).toBe('OK A056001')
})

test('a process with a warm cache looks for the issuer again when a source has another key of the CA', async () => {
  const { issuers } = certificates()
  await setSource({ issuers: issuers.slice(1) })
  const client = await walk().addClient(BASIC, BOUND)
  await walk().granted(client, certificates().own)
  const note = () =>
    runtime.store.certificates.notes.find(walk().number, client.number, thumbprintIn(certificates().own))
  expect((await note())?.issuer).toBeUndefined()
  await setSource({ issuers: issuers.slice(0, 1), knownFrom: addSeconds(START, 70) }, rival)
  runtime.clock.now = rival.clock.now = addSeconds(START, 100)
  await walk().granted(client, certificates().own)
  expect((await note())?.issuer).toBeDefined()
})
