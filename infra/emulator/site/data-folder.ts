import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Complaint } from '../../command.ts'
import { DirectoryInUse, type Engine, startEmbeddedEngine, tryDirectory } from '../engine.ts'
import type { Addresses } from './addresses.ts'
import { replaceFile } from './certificates.ts'
import type { Seeded } from './seed.ts'

/** The format of the data in a data folder. Every change increases it (test/infra/emulator/site/data-format.test.ts). */
export const DATA_FORMAT = 7

const FRESH = '--fresh moves the folder aside and begins with a new service'

/** The data of a service that is kept beside its tables. */
export interface Kept {
  /** Its secrets, of which the tables contain only digests. Absent if the first run ended before it knew them. */
  readonly seeded?: Seeded | undefined
  /** The URLs that the last run set in the service. Absent if the first run ended before it knew them. */
  readonly addresses?: Partial<Addresses> | undefined
}

/** The content of the file of a data folder. */
interface KeptFile extends Kept {
  readonly format: number
  /** The process that uses the folder, or used it last. */
  readonly process: number
}

export interface DataFolder {
  readonly engine: Engine
  readonly kept: Kept
  readonly keep: (kept: Kept) => Promise<void>
}

/**
 * Opens a data folder for this process, and creates it if it is missing. Only the user may read its files.
 *
 * @throws Complaint if the data has another format, is in use by another process, or cannot be read. Nothing is changed then
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
 * @returns its new path; `undefined` if there was no folder
 * @throws Complaint if another process uses it, or if it is another kind of folder
 */
export async function moveAside(folder: string): Promise<string | undefined> {
  if (!existsSync(folder)) return undefined
  if (!existsSync(fileOf(folder)) && !existsSync(tablesOf(folder)))
    throw new Complaint(`${folder} contains no data of npm start, so --fresh does not move it`)
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
  // LevelDB creates files at any time, so the mask must be restrictive.
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
  return new Complaint(`${folder} is in use by another certbound: ${running}`, { cause })
}

function otherFormat(folder: string, format: number): Complaint {
  const found = format === 0 ? 'no format number' : `the format ${format}`
  return new Complaint(
    `the data in ${folder} has ${found}, but this version of certbound reads the format ${DATA_FORMAT}. Nothing was changed: ${FRESH}`,
  )
}

async function readKept(folder: string): Promise<KeptFile | undefined> {
  const file = fileOf(folder)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptFile
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    const remedy = code === 'ENOTDIR' ? `${folder} is not a folder` : FRESH
    throw new Complaint(`${file} cannot be read (${code ?? message}): ${remedy}`, { cause: error })
  }
}
