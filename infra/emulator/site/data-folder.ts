import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Complaint } from '../../command.ts'
import { DirectoryInUse, type Engine, startEmbeddedEngine, tryDirectory } from '../engine.ts'
import type { Addresses } from './addresses.ts'
import { replaceFile } from './certificates.ts'
import type { Seeded } from './seed.ts'

/** The format of all that a data folder keeps. Every change raises it (test/infra/emulator/site/data-format.test.ts). */
export const DATA_FORMAT = 3

const FRESH = '--fresh moves the folder aside and begins with a new service'

/** What is kept of a service beside its tables. */
export interface Kept {
  /** Its secrets, of which the tables have only digests. Absent if the first run ended before it knew them. */
  readonly seeded?: Seeded | undefined
  /** The addresses that the last run gave the service. Absent if the first run ended before it knew them. */
  readonly addresses?: Partial<Addresses> | undefined
}

/** The content of the file. */
interface KeptFile extends Kept {
  readonly format: number
  /** The process that has the folder open, or had it last. */
  readonly process: number
}

export interface DataFolder {
  readonly engine: Engine
  readonly kept: Kept
  readonly keep: (kept: Kept) => Promise<void>
}

/**
 * Opens a data folder for this process, and makes it if it is missing. All files are made so that only the user may read them.
 *
 * @throws Complaint if the data have another format, or another process has them open, or they cannot be read. Nothing is changed then
 */
export async function openDataFolder(folder: string): Promise<DataFolder> {
  const kept = await readKept(folder)
  if (kept !== undefined && kept.format !== DATA_FORMAT) throw otherFormat(folder, kept.format)
  if (kept === undefined && existsSync(tablesOf(folder))) throw otherFormat(folder, 0)
  const engine = await openTables(folder)
  const keep = (changed: Kept) => {
    const content: KeptFile = { format: DATA_FORMAT, process: process.pid, ...changed }
    return replaceFile(fileOf(folder), JSON.stringify(content, null, 2), 0o600)
  }
  const { seeded, addresses } = kept ?? {}
  await keep({ seeded, addresses })
  return { engine, kept: { seeded, addresses }, keep }
}

/**
 * Moves a data folder aside.
 *
 * @returns where it is then; `undefined` if there is none
 * @throws Complaint if another process has it open, or if it is another kind of folder
 */
export async function moveAside(folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined
  if (!existsSync(fileOf(folder)) && !existsSync(tablesOf(folder)))
    throw new Complaint(`${folder} has no data of npm start, so --fresh does not move it`)
  await tryDirectory(tablesOf(folder)).catch(async (error: unknown) => {
    if (error instanceof DirectoryInUse) throw await inUse(folder, error)
  })
  const aside = `${folder}-${new Date().toISOString().replaceAll(/[-:]|\..*/g, '')}`
  await rename(folder, aside)
  return aside
}

const fileOf = (folder: string) => join(folder, 'kept.json')
const tablesOf = (folder: string) => join(folder, 'dynamodb')

async function openTables(folder: string): Promise<Engine> {
  // LevelDB makes files at any time.
  const umask = process.umask(0o077)
  try {
    const engine = await startEmbeddedEngine({ directory: tablesOf(folder) })
    return { ...engine, close: () => engine.close().finally(() => process.umask(umask)) }
  } catch (error) {
    process.umask(umask)
    throw error instanceof DirectoryInUse ? await inUse(folder, error) : error
  }
}

async function inUse(folder: string, cause: DirectoryInUse): Promise<Complaint> {
  const { process, seeded } = (await readKept(folder)) ?? {}
  const running = `process ${process ?? 'unknown'}, the issuer ${seeded?.issuer ?? 'unknown'}`
  return new Complaint(`${folder} is in use by a certbound that runs: ${running}`, { cause })
}

function otherFormat(folder: string, format: number): Complaint {
  const found = format === 0 ? 'no format number' : `the format ${format}`
  return new Complaint(
    `the data in ${folder} have ${found}, and this version of certbound reads the format ${DATA_FORMAT}. Nothing was changed: ${FRESH}`,
  )
}

async function readKept(folder: string): Promise<KeptFile | undefined> {
  const file = fileOf(folder)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptFile
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const remedy = code === 'ENOTDIR' ? `${folder} is no folder` : FRESH
    throw new Complaint(`${file} cannot be read (${code ?? message}): ${remedy}`, { cause: error })
  }
}
