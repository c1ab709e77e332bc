import { unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { zip } from '../../../infra/package/zip.ts'

const files = new Map([
  ['index.mjs', Buffer.from('export const handler = () => 1\n'.repeat(100))],
  ['empty.mjs', Buffer.alloc(0)],
  ['größe/ü.mjs', Buffer.from('// ü')],
])

test('an archive gives back every file, in the order of the names', () => {
  const unpacked = unzipSync(zip(files))
  expect(Object.keys(unpacked)).toEqual(['empty.mjs', 'größe/ü.mjs', 'index.mjs'])
  for (const [name, content] of files) expect(content.equals(unpacked[name] ?? Buffer.of(1))).toBe(true)
})

test('the order in which files come does not change a byte of the archive', () => {
  expect(zip(new Map([...files].reverse())).equals(zip(files))).toBe(true)
})

test('an archive has the bytes that other zip programs expect, independent of the clock and the time zone', () => {
  const archive = zip(new Map([['a', Buffer.from('a')]]))
  const header = '504b0304 1400 0000 0800 0000 2100 43beb7e8 03000000 01000000 0100 0000 61 4b0400'
  const entry = '504b0102 1403 1400 0000 0800 0000 2100 43beb7e8 03000000 01000000 0100 0000'
  const rest = '0000 0000 0000 0000a481 00000000 61'
  const end = '504b0506 0000 0000 0100 0100 2f000000 22000000 0000'
  expect(archive.toString('hex')).toBe(`${header}${entry}${rest}${end}`.replaceAll(' ', ''))
})
