import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import {
  announceByApi,
  announcementOf,
  type Holder,
  holder,
  holderOf,
  selfSignedClient,
} from '../../support/announcements.ts'
import { outcome } from '../../support/answers.ts'
import { authority, client as issuedClient, pemOf } from '../../support/certificate-chain.ts'
import { START } from '../../support/fixed-runtime.ts'
import { BASIC, BOUND, EVERY_METHOD, PUBLIC } from '../../support/walk.ts'
import { DAY, listedAuthority, NAMED, POINT } from './listed-authority.ts'

const { runtime, walk, inRival, certificates, source, setSource, read } = await listedAuthority()

const introspected = async (token: string, certificate: string) =>
  outcome(await inRival().call('/auth/introspection', { token, clientCertificate: certificate }))

const LATE_CLIENT = 'INVALID_CLIENT A245395 invalid_client'
const LATE_TOKEN = 'BAD_REQUEST A245394 invalid_request'

test('with crlStale refuse, a list is late when its time has passed, although no job has found this', async () => {
  await walk().setService({ crlStale: 'refuse' })
  const [named, basic] = [await walk().addClient(NAMED, BOUND), await walk().addClient(BASIC, BOUND)]
  const both = async () => [
    outcome(await walk().credentials(named, certificates().own)),
    outcome(await walk().credentials(basic, certificates().own)),
  ]
  expect(await both()).toEqual([LATE_CLIENT, LATE_TOKEN])
  await read([])
  runtime.clock.now = addSeconds(START, DAY)
  expect(await both()).toEqual(['OK A052001', 'OK A052001'])
  const { access, refresh } = await walk().granted(basic, certificates().own)
  runtime.clock.now = addSeconds(START, DAY + 1)
  expect(await both()).toEqual([LATE_CLIENT, LATE_TOKEN])
  expect(outcome(await walk().refresh(basic, refresh, certificates().own))).toBe(LATE_TOKEN)
  expect(await introspected(access, certificates().own)).toBe('OK A056001')

  await walk().setService({ crlStale: 'accept' })
  runtime.clock.now = addSeconds(START, 7 * DAY)
  expect(await both()).toEqual(['OK A052001', 'OK A052001'])
  const stranger = pemOf(await issuedClient(await authority('Lists CA'), { serial: 0x11 }))
  await walk().setService({ crlStale: 'refuse' })
  runtime.clock.now = addSeconds(START, 8 * DAY)
  expect(outcome(await walk().credentials(basic, stranger))).toBe('OK A052001')
})

test('with crlStale refuse, no certificate is announced in place of one whose list is late, or by one, and no grant moves from one', async () => {
  await walk().setService({ ...EVERY_METHOD, crlStale: 'refuse' })
  const client = await walk().addClient(PUBLIC, BOUND)
  const listed = holderOf(await issuedClient(certificates().ca, { serial: 0x21 }))
  const stranger = await holder('a')
  const selfSigned = await walk().addClient(selfSignedClient(listed), BOUND)
  const announce = async (from: Holder, to: Holder, by = client) =>
    outcome(await announceByApi(walk(), by, from, announcementOf(from, to, runtime.clock.now)))
  expect(await announce(listed, stranger)).toBe(LATE_TOKEN)
  expect(await announce(stranger, listed)).toBe(LATE_TOKEN)
  await read([])
  runtime.clock.now = addSeconds(runtime.clock.now, 61)
  const { refresh } = await walk().granted(client, listed.cert)
  expect(await announce(listed, stranger)).toBe('OK A033091')
  expect(await announce(listed, stranger, selfSigned)).toBe('OK A033091')
  const named = await walk().addClient(NAMED, BOUND)
  const proven = (await walk().granted(named, listed.cert)).refresh
  const sameName = holderOf(await issuedClient(await authority('Other CA'), { serial: 0x21 }))
  expect(await announce(listed, sameName, named)).toBe('OK A033091')
  // While a revocation of the present certificate cannot be seen, the announcement does not count.
  const move = async () => [
    outcome(await walk().refresh(client, refresh, stranger.cert)),
    outcome(await walk().credentials(selfSigned, stranger.cert)),
  ]
  runtime.clock.now = addSeconds(START, DAY + 1)
  expect(await move()).toEqual([LATE_TOKEN, LATE_CLIENT])
  // This client proves a key of its own, so its grant moves without an announcement as well.
  expect(outcome(await walk().refresh(named, proven, sameName.cert))).toBe('OK A053001')
  await walk().setService({ ...EVERY_METHOD, crlStale: 'accept' })
  runtime.clock.now = addSeconds(START, DAY + 100)
  expect(await move()).toEqual(['OK A053001', 'OK A052001'])
})

test('with crlStale refuse, a list of another distribution point does not cover a certificate', async () => {
  await walk().setService({ crlStale: 'refuse' })
  const client = await walk().addClient(BASIC, BOUND)
  const issue = async (certificate: string) => outcome(await walk().credentials(client, certificate))
  const other = 'http://lists.example.com/b.crl'
  await setSource({ distributionPoint: other })
  await read([], { point: other })
  runtime.clock.now = addSeconds(runtime.clock.now, 10)
  expect(await issue(certificates().withPoint)).toBe(LATE_TOKEN)
  await setSource({ distributionPoint: POINT })
  await read([], { point: POINT })
  runtime.clock.now = addSeconds(runtime.clock.now, 10)
  expect(await issue(certificates().withPoint)).toBe('OK A052001')
})

test('a service notes certificates while the deployment has a source of lists', async () => {
  const update = async () =>
    (await walk().v3('POST', '/service/update', { certificateInventory: false })).json['resultCode']
  expect(await update()).toBe('A039695')
  const { sources } = runtime.store.lists
  await sources.changeSources(() => [])
  expect(await update()).toBeUndefined()
})

test('management lists the sources with their lists and marks those that are late, without their addresses', async () => {
  const sources = async () => (await walk().v3('GET', '/certificate/source/get/list')).json['sources']
  const issuerKeys = [expect.any(String), expect.any(String)]
  expect(await sources()).toEqual([{ name: source.name, issuerKeys, late: true, lists: [] }])
  await read([{ serial: '11' }])
  const list = { number: '1', entries: 1, thisUpdate: (START + 1) * 1000, nextUpdate: (START + DAY) * 1000 }
  expect(await sources()).toEqual([{ name: source.name, issuerKeys, late: false, lists: [list] }])
  runtime.clock.now = addSeconds(START, DAY + 1)
  expect(await sources()).toMatchObject([{ late: true }])
})
