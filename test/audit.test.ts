import { expect, test } from 'vitest'
import { judge, type Question, QUESTIONS } from './audit.ts'

const [vulnerabilities, signatures] = QUESTIONS as readonly [Question, Question]
const linesOf = (question: Question, printed: object) => judge(question, JSON.stringify(printed))

test('packages without known vulnerabilities and with right signatures pass the audit', () => {
  expect(linesOf(vulnerabilities, { vulnerabilities: {} })).toEqual({
    lines: ['known vulnerabilities: nothing is wrong'],
    right: true,
  })
  expect(linesOf(signatures, { invalid: [], missing: [] }).right).toBe(true)
})

test('a vulnerable package, a wrong signature and a missing one fail the audit by name', () => {
  const vulnerable = { vulnerabilities: { left: { severity: 'high', range: '<2' } } }
  expect(linesOf(vulnerabilities, vulnerable)).toEqual({
    lines: ['known vulnerabilities: 1 wrong', '  left <2: high'],
    right: false,
  })
  const unsigned = { invalid: [{ name: 'a', version: '1' }], missing: [{ name: 'b', version: '2' }] }
  expect(linesOf(signatures, unsigned)).toEqual({
    lines: [
      'signatures: 2 wrong',
      '  a@1: the signature is wrong',
      '  b@2: the registry signs its packages, but not this one',
    ],
    right: false,
  })
})

test('a registry that offers no such service fails the audit with its answer', () => {
  const refused = { message: '405 Method Not Allowed', statusCode: 405 }
  expect(linesOf(vulnerabilities, refused)).toEqual({
    lines: [
      'known vulnerabilities: not checked. The registry, or its keys, did not answer: 405 Method Not Allowed',
    ],
    right: false,
  })
  expect(linesOf(signatures, { error: { code: 'ENOTFOUND' } }).lines[0]).toMatch(/not checked.*ENOTFOUND/)
  expect(judge(signatures, 'no JSON').right).toBe(false)
})
