import { crc32, deflateRawSync } from 'node:zlib'

// 1 January 1980, 00:00: the first date that the format has, so that equal content gives equal bytes.
const DOS_TIME = 0
const DOS_DATE = 0x0021
const VERSION = 20
const UTF8_NAMES = 0x0800
const DEFLATED = 8
const FILE_MODE = 0o100644 * 0x10000

/**
 * A ZIP archive that depends on names and contents alone, not on order, clock or file system.
 *
 * @see APPNOTE.TXT 6.3.10 §4.3: local headers, central directory, end record
 */
export function zip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const entries: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const path = Buffer.from(name)
    const body = deflateRawSync(content, { level: 9 })
    const description = describe(path, content, body)

    const local = Buffer.concat([words(0x04034b50), description, path, body])
    entries.push(local)
    directory.push(
      words(0x02014b50),
      halves(0x0300 | VERSION),
      description,
      halves(0, 0, 0), // comment, disk, internal attributes
      words(FILE_MODE, offset),
      path,
    )
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = [
    words(0x06054b50),
    halves(0, 0, files.size, files.size),
    words(central.length, offset),
    halves(0),
  ]
  return Buffer.concat([...entries, central, ...end])
}

/** The part that the local header and the directory have in common. */
function describe(path: Buffer, content: Uint8Array, body: Buffer): Buffer {
  return Buffer.concat([
    halves(VERSION, UTF8_NAMES, DEFLATED, DOS_TIME, DOS_DATE),
    words(crc32(content), body.length, content.length),
    halves(path.length, 0),
  ])
}

function halves(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2))
  return bytes
}

function words(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4))
  return bytes
}
