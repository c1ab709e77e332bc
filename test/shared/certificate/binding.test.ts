import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge as judgePossession, type Verdict } from '../../../shared/certificate/binding.ts'
import { type PresentedCertificate, readPresented } from '../../../shared/certificate/presented.ts'
import type { KeyThumbprint } from '../../../shared/certificate/thumbprint.ts'
import { bindings, certificatePem, pemSpellings, presented, spelling } from '../../support/vectors.ts'

/** Judges a certificate without a proof. */
const judge = (binding: unknown, certificate: PresentedCertificate) =>
  judgePossession(binding, { certificate, proofKey: undefined })

const own = pemSpellings['expected_x5t#S256']
const certificate = certificatePem('client-ec-p256')

test.each(bindings)('judge gives $verdict for $id: $why', ({ token, certificate: reference, verdict }) => {
  expect(judge('cnf' in token ? token.cnf : 'none', readPresented(presented(reference)))).toBe(verdict)
})

test('a binding holds for every spelling of its certificate', () => {
  const accepted = pemSpellings.spellings.filter(
    (entry) => entry['x5t#S256'] === own && entry.source === 'text',
  )
  expect(accepted.map(({ id }) => judge({ 'x5t#S256': own }, readPresented(spelling(id))))).toEqual(
    accepted.map(() => 'holds'),
  )
})

test.each([
  ['a missing binding', undefined],
  ['a binding of another word', 'unbound'],
  ['an empty word', ''],
  ['false', false],
  ['an inherited thumbprint', Object.create({ 'x5t#S256': own })],
  ['an array with a thumbprint for a member', Object.assign([], { 'x5t#S256': own })],
  ['none as a member', { none: true }],
])('%s is damaged with every certificate', (_name, binding) => {
  expect(
    [certificate, undefined, spelling('truncated-der')].map((text) => judge(binding, readPresented(text))),
  ).toEqual(['damaged', 'damaged', 'damaged'])
})

test.each(['', ' \n', '(null)'])('the certificate text %j counts as missing', (text) => {
  expect(judge({ 'x5t#S256': own }, readPresented(text))).toBe('missing')
})

test('a binding holds only for the thumbprint of the certificate', () => {
  const nearly = fc
    .tuple(fc.nat(42), fc.stringMatching(/^[A-Za-z0-9_-]$/))
    .map(([at, character]) => own.slice(0, at) + character + own.slice(at + 1))
  const any = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/)
  fc.assert(
    fc.property(fc.oneof(nearly, any, fc.constant(own)), (value) => {
      expect(judge({ 'x5t#S256': value }, readPresented(certificate))).toBe(
        value === own ? 'holds' : 'differs',
      )
    }),
    { numRuns: 500 },
  )
})

test('a binding that is not a thumbprint is damaged', () => {
  fc.assert(
    fc.property(fc.anything(), fc.constantFrom(certificate, undefined, 'x'), (binding, text) => {
      expect(judge(binding, readPresented(text))).toBe('damaged')
      expect(judge({ 'x5t#S256': binding }, readPresented(text))).toBe('damaged')
    }),
  )
})

describe('with a DPoP proof', () => {
  const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' as KeyThumbprint
  const other = jkt.replace('0', '1') as KeyThumbprint

  test.each<[Verdict, unknown, string | undefined, KeyThumbprint | undefined]>([
    ['holds', { jkt }, undefined, jkt],
    ['holds', { jkt, kid: '1' }, certificate, jkt],
    ['key-differs', { jkt }, undefined, other],
    ['missing-proof', { jkt }, undefined, undefined],
    ['missing-proof', { jkt }, certificate, undefined],
    ['needless-proof', 'none', undefined, jkt],
    ['needless-proof', { 'x5t#S256': own }, certificate, jkt],
    // A thumbprint of one kind is never compared with one of the other kind.
    ['needless-proof', { 'x5t#S256': jkt }, undefined, jkt],
    ['missing-proof', { jkt: own }, certificate, undefined],
    ['damaged', { jkt, 'x5t#S256': own }, certificate, jkt],
    ['damaged', { jkt: null, 'x5t#S256': own }, certificate, jkt],
    ['damaged', { jkt: `${jkt}=` }, undefined, jkt],
    ['damaged', Object.create({ jkt }), undefined, jkt],
  ])('the verdict is %s for the binding %j', (verdict, binding, text, proofKey) => {
    expect(judgePossession(binding, { certificate: readPresented(text), proofKey })).toBe(verdict)
  })
})
