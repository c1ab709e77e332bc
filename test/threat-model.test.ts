import { describe, expect, test } from 'vitest'
import { readProjectFile } from './support/comments.ts'
import { missingTests, TESTS } from './support/test-titles.ts'

/** Those of which the page must speak, by words of their headings. */
const THREATS = [
  ...[
    'Spoofed certificate headers',
    'stolen access token',
    'stolen refresh token',
    'replayed or injected code',
  ],
  ...['leaked table', 'rogue certificate authority', 'rogue client of the same authority', 'mix-up'],
  ...['confused deputy at introspection', 'Algorithm confusion', 'Requests forged by the server', 'cache'],
  ...['leaked credential of the Web API', 'operator makes a mistake'],
]
const PARTS = ['Attack', 'Defence', 'Proof', 'Left to you']

const [, threats = ''] = readProjectFile('docs/threat-model.md').split('\n## Threats\n')
const sections = threats.split('\n### ').slice(1)

test('the threat model has every threat that it must have', () => {
  const headings = sections.map((section) => section.split('\n', 1)[0] ?? '')
  expect(THREATS.filter((threat) => !headings.some((heading) => heading.includes(threat)))).toEqual([])
})

describe('threats', () => {
  test.each(sections.map((section) => [section.split('\n', 1)[0] ?? '', section] as const))(
    'the threat "%s" has an attack, a defence, a proof that exists and what is left to the operator',
    (_heading, section) => {
      expect([...section.matchAll(/^\*\*([\w ]+)\.\*\*/gm)].map(([, part]) => part)).toEqual(PARTS)
      const [, proof = ''] = /^\*\*Proof\.\*\* (.+)$/m.exec(section) ?? []
      expect(missingTests(proof, '.')).toEqual([])
      expect(proof.replaceAll(TESTS, '')).toMatch(/^(; )*$/)
    },
  )
})

test('a test that the threat model names and that does not exist is noticed', () => {
  const named = '`test/none.test.ts` “a title”; `test/threat-model.test.ts` “no such title”'
  expect(missingTests(named, '.')).toEqual(['test/none.test.ts', 'test/threat-model.test.ts “no such title”'])
})
