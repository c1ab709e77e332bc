import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle, functionNames } from '../../../infra/package/build.ts'
import { bundleCode } from '../../../infra/package/bundle.ts'
import { ROOT } from '../../../infra/root.ts'
import { builtFunctions } from '../../support/built-functions.ts'

const ENVIRONMENT = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'secret',
  REGISTRY_TABLE: 'registry',
  GRANTS_TABLE: 'grants',
  AUDIT_TABLE: 'audit',
  SERVICE_ID: '5',
  MTLS_DOMAINS: 'mtls.example.com',
  API_IDS: 'api',
}

let folder: string
let planted: string
let built: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certbound-build-'))
  mkdirSync(join(ROOT, '.cache'), { recursive: true })
  planted = mkdtempSync(join(ROOT, '.cache/build-'))
  built = await builtFunctions()
}, 120_000)
afterAll(() => {
  rmSync(folder, { recursive: true })
  rmSync(planted, { recursive: true })
})

// One of the edge, the largest, and the one with a part for S3. Another process has bundled none of their parts yet.
test.each(['token', 'management', 'certificate-lists'])(
  '%s becomes the same archive each time that it is built',
  (name) => {
    const script = `import('./infra/package/build.ts').then(({ bundle }) =>
    bundle('functions/${name}/handler.ts', ${JSON.stringify(join(folder, name))}))`
    execFileSync(process.execPath, ['-e', script], { cwd: ROOT })
    expect(readFileSync(join(folder, `${name}.zip`)).equals(readFileSync(join(built, `${name}.zip`)))).toBe(
      true,
    )
  },
)

test.each(functionNames())('%s starts from its archive, without node_modules', (name) => {
  const task = join(folder, `${name}-task`)
  for (const [path, content] of Object.entries(unzipSync(readFileSync(join(built, `${name}.zip`))))) {
    mkdirSync(dirname(join(task, path)), { recursive: true })
    writeFileSync(join(task, path), content)
  }
  const script = `import('./index.cjs')
    .then(({ handler }) => typeof handler + ' of ' + handler.length, (error) => error.message)
    .then(console.log)`
  const output = execFileSync(process.execPath, ['-e', script], { cwd: task, env: ENVIRONMENT })
  // Three parameters would make it a callback handler, which Node 24 on Lambda refuses.
  expect(output.toString()).toMatch(/^function of [012]\n$/)
})

async function bundlePlanted(name: string, text: string) {
  const handler = join(planted, `${name}.ts`)
  writeFileSync(handler, text)
  return bundle(relative(ROOT, handler), join(folder, name))
}

test('a build fails when a module that must load on demand loads at start', async () => {
  writeFileSync(join(planted, 'names.ts'), `export * from 'pkijs'`)
  const refused = bundlePlanted('early', `export { Certificate as handler } from './names.ts'`)
  await expect(refused).rejects.toThrow(
    /early.ts loads these at start, but they must load on demand: .*pkijs/,
  )
})

test('a build succeeds when the same module loads on demand', async () => {
  const { startBytes, archive } = await bundlePlanted('late', `export const handler = () => import('pkijs')`)
  expect(startBytes).toBeLessThan(1000)
  expect(archive.length).toBeGreaterThan(50_000)
})

test('a build fails when a module of Node that is not listed loads at start', async () => {
  const refused = bundlePlanted('builtin', `export { request as handler } from 'node:https'`)
  await expect(refused).rejects.toThrow(
    /builtin.ts loads these at start, but they must load on demand: https$/,
  )
  const onDemand = await bundlePlanted('later', `export const handler = () => import('node:https')`)
  expect(onDemand.startBytes).toBeLessThan(1000)
})

test('a build fails when a module of ours would be in two files', async () => {
  const late = join(planted, 'late-part.ts')
  writeFileSync(late, `export { isJsonObject } from ${JSON.stringify(join(ROOT, 'shared/json.ts'))}`)
  writeFileSync(join(planted, 'two.ts'), `export const handler = () => import(${JSON.stringify(late)})`)
  const refused = bundleCode(relative(ROOT, join(planted, 'two.ts')), [late])
  await expect(refused).rejects.toThrow(/two.ts: .*shared\/json.ts.* would be in two files/)
})

test('a build fails when more bytes load at start than the budget allows', async () => {
  const refused = bundlePlanted('large', `export const handler = () => '${'x'.repeat(1_000_000)}'`)
  await expect(refused).rejects.toThrow(/large.ts loads \d+ bytes at start, more than \d+/)
})
