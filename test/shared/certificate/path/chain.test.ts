import { expect, test } from 'vitest'
import { readAuthority } from '../../../../shared/certificate/path/authority.ts'
import { chainFault } from '../../../../shared/certificate/path/chain.ts'
import { type Der, MalformedCertificate, readCertificate } from '../../../../shared/certificate/pem.ts'
import type { EpochSeconds } from '../../../../shared/epoch-seconds.ts'
import { element } from '../../../support/built-certificate.ts'
import {
  authority,
  basicConstraints,
  client,
  issued,
  keyUsage,
  type Party,
} from '../../../support/certificate-chain.ts'
import { certificatePem, certificates } from '../../../support/vectors.ts'

const at = (date: string) => (Date.parse(date) / 1000) as EpochSeconds
const NOW = at('2030-01-01T00:00:00Z')
const EXPIRED = { notAfter: '2029-12-31T23:59:59Z' }

const root = await authority('Root')
const issuing = await authority('Issuing', root)
const leaf = await client(issuing)

const ders = (parties: readonly Party[]) => parties.map(({ der }) => der)
const fault = (end: Party, trusted: readonly Party[], sent: readonly Party[] = [], now = NOW) =>
  chainFault(end.der, ders(trusted), ders(sent), now)

test('a path may use intermediates from the client, in any order, or from the service', async () => {
  const middle = await authority('Middle', root)
  const low = await authority('Low', middle)
  const end = await client(low)
  for (const sent of [
    [low, middle],
    [middle, low],
    [root, middle, low, low, middle],
  ]) {
    expect(await fault(end, [root], sent)).toBeUndefined()
  }
  expect(await fault(end, [root, middle], [low])).toBeUndefined()
  expect(await fault(end, [low, middle, root])).toBeUndefined()
  expect(await fault(end, [root], [low])).toBe('no-path')
  expect(await fault(end, [root], [middle])).toBe('no-path')
})

test('a path of a client of the root itself needs nothing else', async () => {
  expect(await fault(await client(root), [root])).toBeUndefined()
})

test('a path ends only at a root of the service', async () => {
  const other = await authority('Other root')
  expect(await fault(leaf, [other], [issuing, root])).toBe('no-path')
  expect(await fault(leaf, [other, root], [issuing])).toBeUndefined()
  expect(await fault(leaf, [], [issuing, root])).toBe('no-path')
})

test('a path does not end at an authority below a root that is missing', async () => {
  expect(await fault(leaf, [issuing])).toBe('no-path')
  expect(await fault(leaf, [issuing], [root])).toBe('no-path')
})

test('a client that has issued its own certificate has no path, not even where that is listed', async () => {
  const own = await issued('client', undefined, {})
  expect(await fault(own, [root])).toBe('no-path')
  expect(await fault(own, [own])).toBe('no-path')
  expect(await fault(own, [own, root])).toBe('no-path')
})

test.each(certificates.filter(({ name }) => !name.startsWith('ca-') && name !== 'server-localhost'))(
  '$name is judged as OpenSSL judges it',
  async ({ name, ...entry }) => {
    const [rootDer, issuingDer, der] = ['ca-root', 'ca-issuing', name].map(
      (file) => readCertificate(certificatePem(file)) as Der,
    ) as [Der, Der, Der]
    const found = (entry as Record<string, unknown>)['chain_check_at_2030'] as Record<string, string>
    const right = found['root_ca-root_with_intermediate']
    const dated = right?.startsWith('certificate ')
    const expected = right === 'ok' ? undefined : dated ? 'path-invalid' : 'no-path'
    expect(await chainFault(der, [rootDer], [issuingDer], NOW)).toBe(expected)
    expect(await chainFault(der, [rootDer], [], NOW)).toBe('no-path')
  },
)

/** The fault of a path with one authority, made like this, between root and client. */
async function between(properties: Parameters<typeof authority>[2], top = root) {
  const middle = await authority('Between', top, properties)
  return fault(await client(middle), [top], [middle])
}

test('every certificate of a path above the client must be an authority', async () => {
  expect(await between({})).toBeUndefined()
  expect(await between({ extensions: [basicConstraints()] })).toBeUndefined()
  expect(await between({ extensions: [] })).toBe('no-path')
  expect(await between({ extensions: [keyUsage(0x06)] })).toBe('no-path')
  expect(await between({ extensions: [{ ...basicConstraints(), value: element(0x30) }] })).toBe('no-path')
})

test('a client certificate cannot issue certificates, wherever it stands in the path', async () => {
  const below = await issued('victim', leaf, {})
  expect(await fault(below, [root], [leaf, issuing])).toBe('no-path')
  expect(await fault(below, [root, leaf, issuing])).toBe('no-path')
})

test('an authority may sign certificates by its key usage', async () => {
  expect(await between({ extensions: [basicConstraints(), keyUsage(0x04)] })).toBeUndefined()
  expect(await between({ extensions: [basicConstraints(), keyUsage(0x02)] })).toBe('no-path')
  expect(await between({ extensions: [basicConstraints(), keyUsage(0x80)] })).toBe('no-path')
})

test('an authority must be within its dates', async () => {
  expect(await between(EXPIRED)).toBe('no-path')
  expect(await between({ notBefore: '2030-01-01T00:00:01Z' })).toBe('no-path')
  expect(
    await between({ notBefore: '2030-01-01T00:00:00Z', notAfter: '2030-01-01T00:00:00Z' }),
  ).toBeUndefined()
})

test('an authority has as many authorities below it as its path length allows', async () => {
  const [none, one] = [{ extensions: [basicConstraints(0)] }, { extensions: [basicConstraints(1)] }]
  for (const [limits, expected] of [
    [[{}, none], undefined],
    [[none, {}], 'path-invalid'],
    [[one, {}], undefined],
    [[one, {}, {}], 'path-invalid'],
    [[one, none], undefined],
    [[none], undefined],
  ] as const) {
    const path = [root]
    for (const [index, wishes] of limits.entries()) {
      path.push(await authority(`Authority ${index}`, path.at(-1), wishes))
    }
    expect(await fault(await client(path.at(-1) as Party), [root], path)).toBe(expected)
  }
})

test('an authority that has issued itself a certificate does not count as one below itself', async () => {
  const narrow = await authority('Narrow', root, { extensions: [basicConstraints(0)] })
  const again = await authority('Narrow', narrow, { extensions: [basicConstraints(0)] })
  expect(await fault(await client(again), [root], [again, narrow])).toBeUndefined()
})

test('the path length of a root limits its paths', async () => {
  const narrow = await authority('Narrow root', undefined, { extensions: [basicConstraints(0)] })
  expect(await fault(await client(narrow), [narrow])).toBeUndefined()
  expect(await between({}, narrow)).toBe('path-invalid')
})

test('an authority has a strong enough key, and signs with a strong enough hash', async () => {
  expect(await between({ hash: 'SHA-1' })).toBe('path-invalid')
  expect(await fault(await client(issuing, { hash: 'SHA-1' }), [root], [issuing])).toBe('path-invalid')
  const old = await authority('Old root', undefined, { hash: 'SHA-1' })
  expect(await fault(await client(old), [old])).toBeUndefined()
})

test('an authority of the same name with another key is not accepted as the issuer', async () => {
  const impostor = await authority('Issuing')
  expect(await fault(leaf, [root], [impostor])).toBe('no-path')
  expect(await fault(leaf, [root], [impostor, issuing])).toBeUndefined()
  const otherRoot = await authority('Root')
  expect(await fault(leaf, [otherRoot], [issuing])).toBe('no-path')
  expect(await fault(await client(impostor), [root], [impostor, issuing])).toBe('no-path')
})

test('an authority of the same key with another name is not accepted as the issuer', async () => {
  const { privateKey, publicKey } = issuing
  const renamed = await authority('Renamed', root, { keys: { privateKey, publicKey } })
  expect(await fault(leaf, [root], [renamed])).toBe('no-path')
})

test('any certificate of a renewed or cross-certified authority can complete a path', async () => {
  const { privateKey, publicKey } = issuing
  const keys = { privateKey, publicKey }
  const old = await authority('Issuing', root, { keys, ...EXPIRED })
  const foreign = await authority('Foreign root')
  const across = await authority('Issuing', foreign, { keys })
  expect(await fault(leaf, [root], [old, across, issuing])).toBeUndefined()
  expect(await fault(leaf, [root], [issuing, across, old])).toBeUndefined()
  expect(await fault(leaf, [root], [old, across])).toBe('no-path')
  expect(await fault(leaf, [foreign], [across])).toBeUndefined()
})

test('a remembered path expires with the first of its certificates to expire', async () => {
  const short = await authority('Short', root, { notAfter: '2031-01-01T00:00:00Z' })
  const end = await client(short)
  const now = (date: string) => fault(end, [root], [short], at(date))
  expect(await now('2030-06-01T00:00:00Z')).toBeUndefined()
  expect(await now('2031-01-01T00:00:00Z')).toBeUndefined()
  expect(await now('2031-01-01T00:00:01Z')).toBe('no-path')
  expect(await now('2023-12-31T23:59:59Z')).toBe('no-path')
})

test('a remembered path is used only for the same certificate, roots and intermediates', async () => {
  expect(await fault(leaf, [root], [issuing])).toBeUndefined()
  const other = await authority('Other root')
  expect(await fault(leaf, [other], [issuing])).toBe('no-path')
  expect(await fault(leaf, [root])).toBe('no-path')
  expect(await fault(leaf, [issuing], [root])).toBe('no-path')
  expect(await fault(await issued('client', undefined, {}), [root], [issuing])).toBe('no-path')
})

test('only an authority is read as an authority', () => {
  expect(readAuthority(certificatePem('ca-root'))).toEqual(readCertificate(certificatePem('ca-root')))
  for (const text of [
    '',
    '(null)',
    'x',
    certificatePem('client-ec-p256'),
    certificatePem('self-signed-ec'),
  ]) {
    expect(() => readAuthority(text)).toThrow(MalformedCertificate)
  }
})
