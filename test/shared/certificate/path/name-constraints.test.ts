import { expect, test } from 'vitest'
import { chainFault } from '../../../../shared/certificate/path/chain.ts'
import type { EpochSeconds } from '../../../../shared/epoch-seconds.ts'
import { element } from '../../../support/built-certificate.ts'
import {
  alternativeNames,
  AUTHORITY,
  authority,
  issued,
  nameConstraints,
  type Party,
} from '../../../support/certificate-chain.ts'

const NOW = (Date.parse('2030-01-01T00:00:00Z') / 1000) as EpochSeconds

const dns = (name: string) => element(0x82, name)
const email = (name: string) => element(0x81, name)
const uri = (name: string) => element(0x86, name)
const ip = (...bytes: number[]) => element(0x87, Buffer.from(bytes))
/** A DirectoryName with only common names, each an RDN. */
const dn = (...names: string[]) => {
  const rdn = (name: string) =>
    element(0x31, element(0x30, Buffer.from('0603550403', 'hex'), element(0x0c, name)))
  return element(0xa4, element(0x30, ...names.map(rdn)))
}
/** RFC 5280 section 4.2.1.10: subtrees with a minimum other than 0. */
const withMinimum = (name: Buffer) => Buffer.concat([name, Buffer.from('800101', 'hex')])

const root = await authority('Root')

type Constraints = Parameters<typeof nameConstraints>

const constrained = (name: string, issuer: Party, constraints: Constraints) =>
  authority(name, issuer, { extensions: [...AUTHORITY, nameConstraints(...constraints)] })

/** Whether an authority with these constraints may certify these names, for a client of the common name `client`. */
async function certifies(constraints: Constraints, ...names: Buffer[]): Promise<boolean> {
  const middle = await constrained('Middle', root, constraints)
  const extensions = names.length === 0 ? [] : [alternativeNames(...names)]
  const { der } = await issued('client', middle, { extensions })
  return (await chainFault(der, [root.der], [middle.der], NOW)) === undefined
}

const A = dns('a.test')

test.each<[string, Constraints, Buffer[], boolean]>([
  ['a host that is permitted', [[A]], [A], true],
  ['a host below it', [[A]], [dns('x.A.test')], true],
  ['no host of another domain', [[A]], [dns('b.test')], false],
  ['no host that only ends like it', [[A]], [dns('xa.test')], false],
  ['not the domain above', [[A]], [dns('test')], false],
  ['not one host of two', [[A]], [A, dns('b.test')], false],
  ['not one host of two, in either order', [[A]], [dns('b.test'), A], false],
  ['hosts of either domain', [[A, dns('b.test')]], [A, dns('b.test')], true],
  ['hosts below a name with a leading dot', [[dns('.a.test')]], [dns('x.a.test')], true],
  ['names of other kinds', [[A]], [uri('https://b.test/'), email('x@b.test')], true],
  ['no name at all', [[A]], [], true],
  ['a host that is not excluded', [[], [A]], [dns('b.test')], true],
  ['no host that is excluded', [[], [A]], [dns('x.a.test')], false],
  ['not one of two that is excluded', [[], [A]], [dns('b.test'), A], false],
  ['no host that is permitted and excluded', [[A], [dns('x.a.test')]], [dns('y.x.a.test')], false],
  ['nothing where every host is excluded', [[], [dns('')]], [dns('b.test')], false],

  ['a mailbox at the host', [[email('a.test')]], [email('x@A.test')], true],
  ['no mailbox below the host', [[email('a.test')]], [email('x@m.a.test')], false],
  ['a mailbox below the domain', [[email('.a.test')]], [email('x@m.a.test')], true],
  ['no mailbox at the domain itself', [[email('.a.test')]], [email('x@a.test')], false],
  ['no mailbox elsewhere', [[email('a.test')]], [email('x@b.test')], false],
  ['no name that is not a mailbox', [[email('a.test')]], [email('a.test')], false],
  ['no mailbox of two hosts', [[email('a.test')]], [email('x@b.test@a.test')], false],
  ['no name that may be an excluded mailbox', [[], [email('a.test')]], [email('a.test')], false],

  ['a URI of the host', [[uri('a.test')]], [uri('https://A.test/x?y')], true],
  ['a URI of a host below', [[uri('.a.test')]], [uri('spiffe://x.a.test')], true],
  ['no URI of another host', [[uri('a.test')]], [uri('https://b.test/a.test')], false],
  ['no URI of a user named like the host', [[uri('a.test')]], [uri('https://a.test@b.test/')], false],
  ['no URI of an address', [[uri('a.test')]], [uri('https://192.0.2.1/')], false],
  ['no URI without a host', [[uri('a.test')]], [uri('urn:a.test')], false],
  ['no URI without a host, which may be an excluded one', [[], [uri('a.test')]], [uri('urn:x')], false],

  ['an address in the range', [[ip(192, 0, 2, 0, 255, 255, 255, 0)]], [ip(192, 0, 2, 9)], true],
  ['no address beside it', [[ip(192, 0, 2, 0, 255, 255, 255, 0)]], [ip(192, 0, 3, 9)], false],
  ['no address that is excluded', [[], [ip(192, 0, 2, 0, 255, 255, 255, 0)]], [ip(192, 0, 2, 9)], false],
  [
    'no address of another length',
    [[ip(0, 0, 0, 0, 0, 0, 0, 0)]],
    [ip(...new Array<number>(16).fill(0))],
    false,
  ],

  ['a subject that is permitted', [[dn('client')]], [], true],
  ['a subject without case', [[dn('CLIENT')]], [], true],
  ['no subject that is not', [[dn('other')]], [], false],
  ['no subject that is longer than it is', [[dn('client', 'x')]], [], false],
  ['no subject that is excluded', [[], [dn('client')]], [], false],
  ['a subject that is not excluded', [[], [dn('other')]], [], true],

  ['nothing by a constraint on one mailbox', [[email('x@a.test')]], [email('x@a.test')], false],
  ['nothing by a constraint on every mailbox', [[email('')]], [email('x@a.test')], false],
  ['nothing by a constraint with a minimum', [[withMinimum(A)]], [A], false],
  ['nothing by a constraint of another kind', [[element(0x88, Buffer.from('2a03', 'hex'))]], [], false],
  ['nothing by half an address', [[ip(192, 0, 2, 0)]], [ip(192, 0, 2, 0)], false],
])('name constraints allow %s', async (_name, constraints, names, expected) => {
  expect(await certifies(constraints, ...names)).toBe(expected)
})

test('name constraints are not widened by an authority below', async () => {
  const narrow = await constrained('Narrow', root, [[A]])
  const wide = await constrained('Wide', narrow, [[A, dns('b.test')]])
  const outcome = async (name: Buffer) => {
    const { der } = await issued('client', wide, { extensions: [alternativeNames(name)] })
    return chainFault(der, [root.der], [wide.der, narrow.der], NOW)
  }
  expect(await outcome(A)).toBeUndefined()
  expect(await outcome(dns('b.test'))).toBe('path-invalid')
})

test('name constraints hold for the authorities below as well, and those of the root count', async () => {
  const middle = await constrained('Middle', root, [[A]])
  const names = alternativeNames(A, dns('b.test'))
  const low = await authority('Low', middle, { extensions: [...AUTHORITY, names] })
  const { der } = await issued('client', low, {})
  expect(await chainFault(der, [root.der], [middle.der, low.der], NOW)).toBe('path-invalid')
  const narrowRoot = await authority('Narrow root', undefined, {
    extensions: [...AUTHORITY, nameConstraints([A])],
  })
  const end = await issued('client', narrowRoot, { extensions: [alternativeNames(A, dns('b.test'))] })
  expect(await chainFault(end.der, [narrowRoot.der], [], NOW)).toBe('path-invalid')
})
