import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { isCovered, readListed } from '../../../../shared/certificate/list/distribution-points.ts'
import { type ExpectedList, readList, requireNotOlder } from '../../../../shared/certificate/list/list.ts'
import { type ListFault, RefusedList } from '../../../../shared/certificate/list/refused-list.ts'
import { contentAt } from '../../../../shared/certificate/pem.ts'
import { builtCertificate, element } from '../../../support/built-certificate.ts'
import { authority, issued, keyUsage, pair, pemOf } from '../../../support/certificate-chain.ts'
import { vectorCertificate, vectorFile } from '../../../support/certificate-files.ts'
import { type BuiltList, builtList, extension } from '../../../support/certificate-list.ts'

const NOW = Date.parse('2026-01-02T00:00:00Z') / 1000

const LATER = NOW + 86_400

const FOLDER = 'certificate-lists'
const OWN = { issuers: [vectorCertificate(`${FOLDER}/ca.pem`)] }
const read = (file: string, expected: ExpectedList = OWN, now = NOW) =>
  readList(vectorFile(`${FOLDER}/${file}`), expected, now)

const ca = await authority('Lists CA')
const readBuilt = (built: BuiltList, expected: ExpectedList = { issuers: [ca.der] }, now = NOW) =>
  readList(builtList(ca, built), expected, now)

async function faultOf(reading: Promise<unknown>): Promise<ListFault | undefined> {
  try {
    await reading
    return undefined
  } catch (error) {
    if (error instanceof RefusedList) return error.reason
    throw error
  }
}

const serial = (last: string) => `00f1e2d3c4b5a697881f2e3d4c5b6a79${last}`
const entriesOf = ({ entries }: Awaited<ReturnType<typeof readList>>) =>
  [...entries()].map((entry) => `${entry.serial.toString('hex')} ${entry.reason}`)

test('lists of openssl have their numbers, dates, serial numbers and reasons', async () => {
  const list = await read('openssl-1.pem')
  expect(list).toMatchObject({
    number: 1n,
    thisUpdate: Date.parse('2026-01-01T00:00:00Z') / 1000,
    nextUpdate: Date.parse('2026-01-08T00:00:00Z') / 1000,
    userCertificatesOnly: false,
  })
  expect(entriesOf(list)).toEqual([`${serial('80')} keyCompromise`, `${serial('81')} certificateHold`])
  expect(entriesOf(await read('openssl-2.pem'))).toEqual([`${serial('80')} keyCompromise`])
})

test('lists without an authority key identifier are verified with each key of the issuer', async () => {
  const twins = { issuers: [vectorCertificate(`${FOLDER}/twin-ca.pem`), ...OWN.issuers] }
  expect((await read('openssl-bare.pem', twins, LATER)).number).toBe(3n)
  const oldest = await read('openssl-v1.pem', twins, LATER)
  expect(oldest.number).toBeUndefined()
  expect(entriesOf(oldest)).toEqual([`${serial('80')} unspecified`])
})

test('a list in the form of step-ca needs the distribution point of its source', async () => {
  const distributionPoint = 'https://ca.example.com/1.0/crl'
  const list = await read('step-ca.crl', { ...OWN, distributionPoint })
  expect(list).toMatchObject({ number: 6n, userCertificatesOnly: true })
  expect(entriesOf(list)).toEqual([`${serial('80')} unspecified`])
  expect(await faultOf(read('step-ca.crl'))).toBe('is-a-part')
  expect(await faultOf(read('step-ca.crl', { ...OWN, distributionPoint: `${distributionPoint}/` }))).toBe(
    'other-distribution-point',
  )
})

test('a part of the lists of an issuer is not taken for the whole or for another part', async () => {
  const pointOf = (part: string) => ({
    ...OWN,
    distributionPoint: `http://lists.example.com/crl/${part}.crl`,
  })
  expect(entriesOf(await read('part-a.pem', pointOf('a')))).toEqual([`${serial('83')} superseded`])
  expect(entriesOf(await read('part-b.pem', pointOf('b')))).toEqual([])
  expect(await faultOf(read('part-b.pem', pointOf('a')))).toBe('other-distribution-point')
  expect(await faultOf(read('part-b.pem'))).toBe('is-a-part')
  expect(await faultOf(read('openssl-1.pem', pointOf('a')))).toBe('other-distribution-point')
})

test('a list of another CA with the same name is refused, with and without the key identifier', async () => {
  expect(await faultOf(read('twin.pem'))).toBe('other-key')
  expect(await faultOf(readBuilt({ signedWith: pair().privateKey }))).toBe('signature')
  const twin = { issuers: [vectorCertificate(`${FOLDER}/twin-ca.pem`)] }
  expect(await faultOf(read('openssl-bare.pem', twin))).toBe('signature')
  const other = { issuers: [(await authority('Other CA')).der] }
  expect(await faultOf(read('openssl-1.pem', other))).toBe('other-issuer')
})

test('a CA may sign its lists with a key of its own, whose certificate needs cRLSign if it has key usage', async () => {
  const signerOf = (extensions: NonNullable<Parameters<typeof issued>[2]['extensions']>) =>
    issued(ca.name, ca, { extensions })
  const [lists, certificates, bare] = await Promise.all([
    signerOf([keyUsage(0x02)]),
    signerOf([keyUsage(0x04)]),
    signerOf([]),
  ])
  const issuers = [ca.der, lists.der, certificates.der, bare.der]
  for (const signer of [lists, bare]) {
    expect(await readList(builtList(signer, { number: 5 }), { issuers }, NOW)).toMatchObject({ number: 5n })
  }
  expect(await faultOf(readList(builtList(certificates), { issuers }, NOW))).toBe('not-a-list-signer')
  const weak = generateKeyPairSync('ec', { namedCurve: 'secp192k1' })
  const weakCa = await builtCertificate({ subject: ca.name, publicKey: weak.publicKey })
  const list = builtList({ name: ca.name, der: weakCa, ...weak }, { keyIdentifier: null, number: 1 })
  expect(await faultOf(readList(list, { issuers: [weakCa] }, NOW))).toBe('weak-key')
})

const POINT = '551d1c'
const pointWith = (...members: readonly Buffer[]) => extension(POINT, element(0x30, ...members), true)
const TRUE = Buffer.of(0xff)

test.each<[ListFault, BuiltList]>([
  ['delta', { extensions: [extension('551d1b', element(0x02, Buffer.of(1)), true)] }],
  ['delta', { extensions: [extension('551d1b', element(0x02, Buffer.of(1)))] }],
  ['indirect', { extensions: [pointWith(element(0x84, TRUE))] }],
  ['only-some-reasons', { extensions: [pointWith(element(0x83, Buffer.of(1, 0x40)))] }],
  ['only-ca-certificates', { extensions: [pointWith(element(0x82, TRUE))] }],
  ['only-attribute-certificates', { extensions: [pointWith(element(0x85, TRUE))] }],
  ['critical-extension', { extensions: [extension('2a030405', element(0x05), true)] }],
  [
    'unnamed-distribution-point',
    { extensions: [pointWith(element(0xa0, element(0xa0, element(0x82, 'a.example'))))] },
  ],
  ['malformed', { extensions: [pointWith(), pointWith()] }],
  ['malformed', { extensions: [pointWith(element(0x86, TRUE))] }],
  ['malformed', { extensions: [extension('551d14', element(0x02, Buffer.of(0x80)))] }],
  ['remove-from-list', { entries: [{ serial: '01', reason: 'removeFromCRL' }] }],
  ['indirect', { entries: [{ serial: '01', extensions: [extension('551d1d', element(0x30), true)] }] }],
  [
    'critical-entry-extension',
    { entries: [{ serial: '01', extensions: [extension('2a0304', element(0x05), true)] }] },
  ],
  ['malformed', { entries: [{ serial: '0001' }] }],
  ['malformed', { entries: [{ serial: 'ff80' }] }],
  ['malformed', { entries: [{ serial: '' }] }],
  ['without-next-update', { nextUpdate: null }],
  ['in-the-future', { thisUpdate: '2026-01-02T00:05:01Z' }],
])('a list is refused by name: %s', async (fault, built) => {
  expect(await faultOf(readBuilt(built))).toBe(fault)
})

test('a refusal names the extension that is unknown', async () => {
  const reading = readBuilt({ extensions: [extension('2a030405', element(0x05), true)] })
  await expect(reading).rejects.toThrow('the list has a critical extension that is unknown: 1.2.3.4.5')
})

test('extensions that are not critical, and a list whose time has passed, do not prevent its use', async () => {
  const entries = [{ serial: '7f', extensions: [extension('2a0304', element(0x05))] }]
  const list = await readBuilt(
    { entries, extensions: [extension('2a030405', element(0x05))] },
    undefined,
    NOW * 2,
  )
  expect(entriesOf(list)).toEqual(['7f unspecified'])
})

test('a text, a certificate, a cut list and a list with another signed byte are refused', async () => {
  const whole = builtList(ca, { number: 1, entries: [{ serial: '01' }, { serial: '02' }] })
  const expected = { issuers: [ca.der] }
  for (const content of [
    Buffer.alloc(0),
    Buffer.from(pemOf(ca)),
    ca.der,
    Buffer.concat([whole, Buffer.of(0)]),
  ]) {
    expect(await faultOf(readList(content, expected, NOW))).toBe('malformed')
  }
  for (let length = 0; length < whole.length; length += 7) {
    expect(await faultOf(readList(whole.subarray(0, length), expected, NOW))).toBe('malformed')
  }
  // The list has a header of three bytes, then the signed part.
  const { end } = contentAt(whole, 3, whole.length)
  for (let at = 0; at < end; at += 3) {
    const changed = Buffer.from(whole)
    changed.writeUInt8((changed[at] ?? 0) ^ 0x01, at)
    expect(await faultOf(readList(changed, expected, NOW)), `byte ${String(at)}`).toBeDefined()
  }
})

test('neither the number nor thisUpdate of a list goes back', () => {
  const before = { number: 5n, thisUpdate: NOW }
  expect(() => requireNotOlder({ number: 5n, thisUpdate: NOW }, before)).not.toThrow()
  expect(() => requireNotOlder({ number: 6n, thisUpdate: NOW + 1 }, before)).not.toThrow()
  expect(() => requireNotOlder({ number: 4n, thisUpdate: NOW + 1 }, before)).toThrow(RefusedList)
  expect(() => requireNotOlder({ number: 6n, thisUpdate: NOW - 1 }, before)).toThrow(RefusedList)
  expect(() => requireNotOlder({ number: undefined, thisUpdate: NOW + 1 }, before)).toThrow(RefusedList)
  expect(() =>
    requireNotOlder({ number: 1n, thisUpdate: NOW }, { ...before, number: undefined }),
  ).not.toThrow()
})

const points = (file: string) => readListed(vectorCertificate(`${FOLDER}/${file}`))

test('a certificate is covered by fresh lists of its distribution point, or by the complete list', async () => {
  const [a, without, authorityOfOwn] = await Promise.all([
    points('client-a.pem'),
    points('client.pem'),
    points('ca.pem'),
  ])
  const list = { userCertificatesOnly: false, nextUpdate: NOW }
  const part = (name: string) => ({ ...list, distributionPoint: `http://lists.example.com/crl/${name}.crl` })
  expect(a.distributionPoints).toEqual(['http://lists.example.com/crl/a.crl'])
  expect(isCovered(a, [part('a')], NOW)).toBe(true)
  expect(isCovered(a, [part('a')], NOW + 1)).toBe(false)
  expect(isCovered(a, [part('b')], NOW)).toBe(false)
  expect(isCovered(a, [list], NOW)).toBe(true)
  expect(isCovered(a, [], NOW)).toBe(false)
  // step-ca names a distribution point for its only list, and its certificates have none.
  // A part is not taken for the whole.
  expect(isCovered(without, [part('a'), part('b')], NOW)).toBe(false)
  expect(isCovered(authorityOfOwn, [{ ...list, userCertificatesOnly: true }], NOW)).toBe(false)
  expect(isCovered(authorityOfOwn, [list], NOW)).toBe(true)
})
