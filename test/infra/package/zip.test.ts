import { expect, test } from 'vitest'
import { zip } from '../../../infra/package/zip.ts'
import { unzip } from '../../../infra/package/unzip.ts'

const files = new Map([
  ['index.mjs', Buffer.from('export const handler = () => 1\n'.repeat(100))],
  ['empty.mjs', Buffer.alloc(0)],
  ['größe/ü.mjs', Buffer.from('// ü')],
])

test('gives back every file', () => {
  const unpacked = unzip(zip(files))
  expect([...unpacked.keys()]).toEqual(['empty.mjs', 'größe/ü.mjs', 'index.mjs'])
  for (const [name, content] of files) expect(unpacked.get(name)?.equals(content)).toBe(true)
})

test('gives the same bytes whatever the order', () => {
  expect(zip(new Map([...files].reverse())).equals(zip(files))).toBe(true)
})

test('gives the bytes that other zip programs know', () => {
  const archive = zip(new Map([['a', Buffer.from('a')]]))
  const header = '504b0304 1400 0008 0800 0000 2100 43beb7e8 03000000 01000000 0100 0000 61 4b0400'
  const entry = '504b0102 1403 1400 0008 0800 0000 2100 43beb7e8 03000000 01000000 0100 0000'
  const rest = '0000 0000 0000 0000a481 00000000 61'
  const end = '504b0506 0000 0000 0100 0100 2f000000 22000000 0000'
  expect(archive.toString('hex')).toBe(`${header}${entry}${rest}${end}`.replaceAll(' ', ''))
})
