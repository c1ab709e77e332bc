import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'

/** A file that is public: it contains nothing about a deployment. */
export interface Asset {
  readonly type: string
  readonly content: Buffer
  /** Contains the digest of the content, so a browser may cache it. */
  readonly url: string
}

const FOLDER = join(import.meta.dirname, 'assets')
const NAMES = [
  'console.css',
  'console.js',
  'private-key.js',
  'settings.js',
  'certificate.js',
  'clients.js',
  'create.js',
  'icon.svg',
]
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Reads the files of `assets/` that pages can use. */
export async function readAssets(): Promise<(name: string) => Asset> {
  const read = NAMES.map(async (name): Promise<[string, Asset]> => {
    const content = await readFile(join(FOLDER, name))
    const digest = createHash('sha256').update(content).digest('base64url').slice(0, 16)
    return [name, { content, type: TYPES[extname(name)] ?? '', url: `/assets/${name}?${digest}` }]
  })
  const assets = new Map(await Promise.all(read))
  return (name) => {
    const asset = assets.get(name)
    if (asset === undefined) throw new Error(`there is no asset ${name}`)
    return asset
  }
}
