import { expect, test } from 'vitest'
import { chainFault } from '../../../../shared/certificate/path/chain.ts'
import { type Der, readCertificate } from '../../../../shared/certificate/pem.ts'
import type { EpochSeconds } from '../../../../shared/epoch-seconds.ts'
import { element } from '../../../support/built-certificate.ts'
import {
  AUTHORITY,
  authority,
  client,
  issued,
  keyUsage,
  pair,
  type Party,
} from '../../../support/certificate-chain.ts'

const at = (date: string) => (Date.parse(date) / 1000) as EpochSeconds
const NOW = at('2030-01-01T00:00:00Z')

const root = await authority('Root')
const issuing = await authority('Issuing', root)
const leaf = await client(issuing)

const ders = (parties: readonly Party[]) => parties.map(({ der }) => der)
const fault = (end: Party, trusted: readonly Party[], sent: readonly Party[] = [], now = NOW) =>
  chainFault(end.der, ders(trusted), ders(sent), now)

/** The same certificate but for its signature, which is junk: another thumbprint, the same content. */
function resigned({ der, ...party }: Party): Party {
  const changed = Buffer.from(der)
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1)
  return { ...party, der: readCertificate(changed.toString('base64')) as Der }
}

test('a valid path does not validate a certificate that is not in it', async () => {
  const forged = await issued('client', undefined, {})
  const pretended = await issued('client', { ...issuing, ...pair() }, {})
  const asAuthority = await authority('client', { ...issuing, ...pair() })
  for (const end of [forged, pretended, asAuthority]) {
    for (const beside of [end, resigned(end)]) {
      for (const sent of [
        [issuing, beside],
        [beside, issuing],
        [beside, issuing, root],
        [leaf, beside, issuing],
      ]) {
        expect(await fault(end, [root], sent)).toBe('no-path')
        expect(await fault(end, [root, ...sent], [])).toBe('no-path')
      }
    }
  }
})

test('a certificate that is there twice, or again without a right signature, changes nothing', async () => {
  expect(await fault(leaf, [root, root], [issuing, issuing, leaf, root])).toBeUndefined()
  expect(await fault(leaf, [root], [resigned(issuing), issuing])).toBeUndefined()
  expect(await fault(leaf, [root], [resigned(root), issuing])).toBeUndefined()
  expect(await fault(leaf, [root], [resigned(leaf), issuing])).toBeUndefined()
  expect(await fault(resigned(leaf), [root], [leaf, issuing])).toBe('no-path')
  expect(await fault(leaf, [root], [resigned(issuing)])).toBe('no-path')
  expect(await fault(leaf, [resigned(root)], [issuing])).toBe('no-path')
})

test('authorities that have issued each other do not make a path', async () => {
  const [a, b] = [pair(), pair()]
  const one = await authority('A', { name: 'B', ...b, der: root.der }, { keys: a })
  const other = await authority('B', { name: 'A', ...a, der: root.der }, { keys: b })
  const end = await client(one)
  expect(await fault(end, [root], [one, other])).toBe('no-path')
  const out = await authority('B', root, { keys: b })
  expect(await fault(end, [root], [one, other, out])).toBeUndefined()
  expect(await fault(end, [root], [other, one, out, issuing])).toBeUndefined()
})

test('the search over many authorities of one name and key ends', async () => {
  const keys = pair()
  const first = await authority('Many', undefined, { keys })
  const many = await Promise.all(
    Array.from({ length: 9 }, (_, index) =>
      authority('Many', first, { keys, notBefore: `202${index}-01-01T00:00:00Z` }),
    ),
  )
  const end = await client(first)
  expect(await fault(end, [root], many)).toBe('no-path')
  expect(await fault(end, [first, root], many)).toBeUndefined()
})

test('an unknown critical extension is refused in every certificate of a path', async () => {
  const oid = '1.3.6.1.4.1.99999.1'
  const unknown = { oid, value: Buffer.from('0500', 'hex') }
  const critical = { ...unknown, critical: true } as const
  const outcomes = async (extension: typeof unknown) => {
    const end = await client(issuing, { extensions: [extension] })
    const through = await authority('Middle', root, { extensions: [...AUTHORITY, extension] })
    return [await fault(end, [root], [issuing]), await fault(await client(through), [root], [through])]
  }
  expect(await outcomes(unknown)).toEqual([undefined, undefined])
  expect(await outcomes(critical)).toEqual(['path-invalid', 'path-invalid'])
})

test('an extension that is there twice, or cannot be read, is refused', async () => {
  const twice = await client(issuing, { extensions: [keyUsage(0x80), keyUsage(0x80)] })
  expect(await fault(twice, [root], [issuing])).toBeDefined()
  const broken = {
    oid: '2.5.29.30',
    value: element(0x30, element(0xa0, element(0x04))),
    critical: true,
  } as const
  const middle = await authority('Middle', root, { extensions: [...AUTHORITY, broken] })
  expect(await fault(await client(middle), [root], [middle])).toBeDefined()
  const junk = { oid: '2.5.29.32', value: Buffer.from('ffff', 'hex') }
  const end = await client(issuing, { extensions: [junk] })
  expect(await fault(end, [root], [issuing])).toBeDefined()
})

test('a certificate that OpenSSL does not read cannot be part of a path', async () => {
  const changed = Buffer.from(issuing.der)
  const point = changed.indexOf(Buffer.from('03420004', 'hex')) + 4
  changed.writeUInt8(changed.readUInt8(point + 63) ^ 1, point + 63)
  const unreadable = { ...issuing, der: readCertificate(changed.toString('base64')) as Der }
  expect(await fault(leaf, [root], [unreadable])).toBe('no-path')
  expect(await fault(leaf, [root], [unreadable, issuing])).toBeUndefined()
})
