import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundle, functionNames } from '../../../infra/package/build.ts'

const root = join(import.meta.dirname, '../../..')
const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  REGISTRY_TABLE: 'registry',
  GRANTS_TABLE: 'grants',
  SERVICE_ID: '5',
  MTLS_DOMAINS: 'mtls.example.com',
  API_IDS: 'api',
}

let folder: string
let planted: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'certbound-build-'))
  mkdirSync(join(root, '.cache'), { recursive: true })
  planted = mkdtempSync(join(root, '.cache/build-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(planted, { recursive: true })
})

describe.each(functionNames())('%s', (name) => {
  const handler = `functions/${name}/handler.ts`
  let archive: Buffer
  beforeAll(async () => {
    archive = (await bundle(handler, join(folder, name))).archive
  })

  test('is the same archive each time', async () => {
    const { archive: again } = await bundle(handler, join(folder, `${name}-again`))
    expect(again.equals(archive)).toBe(true)
  })

  test('starts from its archive alone', () => {
    const task = join(folder, `${name}-task`)
    for (const [path, content] of Object.entries(unzipSync(archive))) {
      mkdirSync(dirname(join(task, path)), { recursive: true })
      writeFileSync(join(task, path), content)
    }
    const script = `import('./index.mjs')
      .then(({ handler }) => typeof handler + ' of ' + handler.length, (error) => error.message)
      .then(console.log)`
    const output = execFileSync(process.execPath, ['-e', script], { cwd: task, env: ENVIRONMENT })
    // Three parameters would make it a callback handler, which Node 24 on Lambda refuses.
    expect(output.toString()).toMatch(/^function of [012]\n$/)
  })
})

async function bundlePlanted(name: string, text: string) {
  const handler = join(planted, `${name}.ts`)
  writeFileSync(handler, text)
  return bundle(relative(root, handler), join(folder, name))
}

test('refuses what must load on demand in what loads at start', async () => {
  writeFileSync(join(planted, 'names.ts'), `export * from 'pkijs'`)
  const refused = bundlePlanted('early', `export { Certificate as handler } from './names.ts'`)
  await expect(refused).rejects.toThrow(/early.ts loads at start what must load on demand: .*pkijs/)
})

test('takes the same when it loads on demand', async () => {
  const { startBytes, archive } = await bundlePlanted('late', `export const handler = () => import('pkijs')`)
  expect(startBytes).toBeLessThan(1000)
  expect(archive.length).toBeGreaterThan(50_000)
})

test('refuses a start that has grown beyond the budget', async () => {
  const refused = bundlePlanted('large', `export const handler = () => '${'x'.repeat(1_000_000)}'`)
  await expect(refused).rejects.toThrow(/large.ts loads \d+ bytes at start, over \d+/)
})
