import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DevelopmentCertificates, developmentCertificates } from '../emulator/site/certificates.ts'
import { localAws } from '../tables/tables.ts'
import { type SeededFormats, seedFormats } from './cases.ts'
import { type Database, startDatabase } from './database.ts'

/** The beginning of a bench: a temporary folder, certificates, and a seeded database. */
export interface BenchSite {
  readonly folder: string
  readonly certificates: DevelopmentCertificates<'bench'>
  readonly database: Database
  readonly seeded: SeededFormats
  /** The environment variables of a function that uses the database. */
  readonly aws: Readonly<Record<string, string>>
}

/** @param opened the stack that ends everything */
export async function openSite(withTls: boolean, opened: AsyncDisposableStack): Promise<BenchSite> {
  const { path: folder } = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-bench-')))
  const certificates = await developmentCertificates(join(folder, 'certificates'), ['bench'])
  const database = await startDatabase(certificates, withTls, opened)
  const aws = { ...localAws(database.endpoint), ...database.trust }
  return { folder, certificates, database, aws, seeded: await seedFormats(database.plain) }
}
