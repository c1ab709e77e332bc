import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { DATA_FORMAT, moveAside, openDataFolder } from '../../../../infra/emulator/site/data-folder.ts'
import type { Seeded } from '../../../../infra/emulator/site/seed.ts'
import { createTables } from '../../../../infra/tables/tables.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const SEEDED = { serviceId: 4711, issuer: 'https://localhost:8447' } as Seeded

let folder: string
beforeEach(async () => {
  folder = join(await temporaryFolder(), 'data')
})

async function opened() {
  const data = await openDataFolder(folder)
  onTestFinished(() => data.engine.close())
  return data
}

/** A folder that an earlier run has made. */
async function made(): Promise<void> {
  const { engine, keep } = await openDataFolder(folder)
  await createTables(engine.endpoint, {
    registryTable: 'registry',
    grantsTable: 'grants',
    auditTable: 'audit',
  })
  await keep({ seeded: SEEDED })
  await engine.close()
}

const file = () => join(folder, 'kept.json')
const complaint = (action: Promise<unknown>) =>
  action.then(String, (error: unknown) => (error as Error).message)

/** All but the log of LevelDB, which begins again whenever somebody tries the lock. */
async function contents() {
  const names = (await readdir(folder, { recursive: true })).sort()
  const files = names.filter((name) => !/dynamodb$|LOG/.test(name))
  return Promise.all(files.map(async (name) => [name, await readFile(join(folder, name), 'latin1')]))
}

async function modeOfNewFile(name: string): Promise<number> {
  await writeFile(`${folder}-${name}`, '')
  return (await stat(`${folder}-${name}`)).mode
}

async function change(content: object): Promise<void> {
  await writeFile(file(), JSON.stringify({ ...JSON.parse(await readFile(file(), 'utf8')), ...content }))
}

test('a data folder and all files in it are made so that only the user may read them', async () => {
  const before = await modeOfNewFile('before')
  const { engine, keep } = await openDataFolder(folder)
  await createTables(engine.endpoint, {
    registryTable: 'registry',
    grantsTable: 'grants',
    auditTable: 'audit',
  })
  await keep({ seeded: SEEDED })
  const names = ['', ...(await readdir(folder, { recursive: true }))]
  const modes = names.map(async (name) => {
    const found = await stat(join(folder, name))
    return `${found.isDirectory() ? 'folder' : 'file'} ${(found.mode & 0o777).toString(8)}`
  })
  expect(new Set(await Promise.all(modes))).toEqual(new Set(['folder 700', 'file 600']))
  await engine.close()
  expect(await modeOfNewFile('after')).toBe(before)
})

test.each([
  ['another format', { format: DATA_FORMAT + 1 }, `has the format ${DATA_FORMAT + 1}`],
  ['no format', { format: undefined }, 'has the format undefined'],
])(
  'data of %s are left as they are, and the complaint names both formats and --fresh',
  async (_, content, found) => {
    await made()
    await change(content)
    const before = await contents()
    expect(await complaint(openDataFolder(folder))).toBe(
      `the data in ${folder} ${found}, but this version of certbound reads the format ${DATA_FORMAT}. Nothing was changed: --fresh moves the folder aside and begins with a new service`,
    )
    expect(await contents()).toEqual(before)
  },
)

test('tables without a format are left as they are', async () => {
  await mkdir(join(folder, 'dynamodb'), { recursive: true })
  expect(await complaint(openDataFolder(folder))).toContain(`${folder} has no format number, but`)
  expect(await contents()).toEqual([])
})

test('a second opening names the process and the issuer of the first, and changes nothing', async () => {
  const { keep } = await opened()
  await keep({ seeded: SEEDED })
  const message = `${folder} is in use by another certbound: process ${process.pid}, the issuer ${SEEDED.issuer}`
  const before = await contents()
  expect(await complaint(openDataFolder(folder))).toBe(message)
  expect(await complaint(moveAside(folder))).toBe(message)
  expect(await contents()).toEqual(before)
})

test('another process cannot open the folder either', async () => {
  await opened()
  const module = new URL('../../../../infra/emulator/site/data-folder.ts', import.meta.url).href
  const program = `const { openDataFolder } = await import(${JSON.stringify(module)})
    const outcome = await openDataFolder(${JSON.stringify(folder)}).catch((error) => error)
    process.stdout.write(String(outcome.message))
    process.exit()`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(stdout).toContain(`is in use by another certbound: process ${process.pid}, the issuer unknown`)
})

test('a file that cannot be read is named, with a remedy that loses nothing', async () => {
  await made()
  await writeFile(file(), '{')
  expect(await complaint(openDataFolder(folder))).toMatch(
    /kept\.json cannot be read \(.+\): --fresh moves the folder aside and begins with a new service$/,
  )
  await writeFile(`${folder}-file`, '')
  expect(await complaint(openDataFolder(`${folder}-file`))).toMatch(
    /\(ENOTDIR\): \S+data-file is not a folder$/,
  )
})

test('--fresh moves data aside that cannot be opened', async () => {
  await made()
  await writeFile(join(folder, 'dynamodb', 'CURRENT'), 'MANIFEST-none\n')
  const aside = await moveAside(folder)
  expect(aside).toMatch(/\/data-\d{8}T\d{6}$/)
  expect([existsSync(folder), existsSync(join(aside ?? '', 'kept.json'))]).toEqual([false, true])
})

test('--fresh does not move a folder that npm start has not made', async () => {
  await mkdir(folder)
  await writeFile(join(folder, 'mine.txt'), '')
  expect(await complaint(moveAside(folder))).toBe(
    `${folder} contains no data of npm start, so --fresh does not move it`,
  )
  expect(await moveAside(`${folder}-absent`)).toBeUndefined()
})
