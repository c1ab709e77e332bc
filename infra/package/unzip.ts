import { crc32, inflateRawSync } from 'node:zlib'

const DIRECTORY_ENTRY_BYTES = 46
const LOCAL_HEADER_BYTES = 30
const END_BYTES = 22

/**
 * The files of an archive without a comment, in its order.
 *
 * @throws Error when a signature, a length or a checksum is wrong, or the two headers of a file differ
 */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const end = archive.subarray(-END_BYTES)
  expectSignature(end, 0x06054b50)
  const files = new Map<string, Buffer>()
  let at = end.readUInt32LE(16)
  for (let left = end.readUInt16LE(10); left > 0; left--) {
    const entry = archive.subarray(at)
    expectSignature(entry, 0x02014b50)
    const nameBytes = entry.readUInt16LE(28)
    const name = entry.toString('utf8', DIRECTORY_ENTRY_BYTES, DIRECTORY_ENTRY_BYTES + nameBytes)
    files.set(name, content(archive.subarray(entry.readUInt32LE(42)), entry, name))
    at += DIRECTORY_ENTRY_BYTES + nameBytes
  }
  if (at !== archive.length - END_BYTES) throw new Error('the directory does not end where it should')
  return files
}

function content(local: Buffer, entry: Buffer, name: string): Buffer {
  expectSignature(local, 0x04034b50)
  if (!local.subarray(4, LOCAL_HEADER_BYTES).equals(entry.subarray(6, 6 + LOCAL_HEADER_BYTES - 4))) {
    throw new Error(`${name}: the two headers differ`)
  }
  const start = LOCAL_HEADER_BYTES + local.readUInt16LE(26)
  if (local.toString('utf8', LOCAL_HEADER_BYTES, start) !== name)
    throw new Error(`${name}: the two names differ`)
  const bytes = inflateRawSync(local.subarray(start, start + local.readUInt32LE(18)))
  if (bytes.length !== local.readUInt32LE(22) || crc32(bytes) !== local.readUInt32LE(14)) {
    throw new Error(`${name}: length or checksum is wrong`)
  }
  return bytes
}

function expectSignature(header: Buffer, signature: number): void {
  if (header.readUInt32LE(0) !== signature) throw new Error(`no header ${signature.toString(16)} here`)
}
