import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { isWeakKey, keyStrength } from '../../../shared/certificate/public-key.ts'
import { addSeconds, type EpochSeconds } from '../../../shared/epoch-seconds.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { issuerKeysOf, type ListSource, type StoredList } from '../../../shared/store/lists/sources.ts'
import { Complaint, Complaints } from '../../command.ts'
import { type Operator, runOperation } from '../../management/operation.ts'
import { readTruststore, subjectOf } from '../../truststore/truststore.ts'
import { type CrlSettings, isFolder } from '../settings/crl-settings.ts'
import type { DeploymentSettings } from '../settings/settings.ts'

/** The part of a source that the settings define. */
type ConfiguredSource = Pick<ListSource, 'name' | 'issuers' | 'address' | 'distributionPoint'>

/**
 * Compares the sources of certificate lists in the settings with those in the registry.
 *
 * @param settingsFile the file to which the paths of the settings are relative
 * @returns a line for each source, and a function that stores the sources
 * @throws Complaint
 */
export async function prepareListSources(
  { crl, registryCacheSeconds }: Pick<DeploymentSettings, 'crl' | 'registryCacheSeconds'>,
  settingsFile: string,
  runtime: Runtime,
) {
  const configured = await readSources(crl?.sources ?? [], dirname(settingsFile))
  if (configured.length > 0) await requireInventories(runtime)
  const stored = await runtime.store.lists.sources.findCurrent()
  const known = knownFrom(runtime.now(), registryCacheSeconds)
  const merged = mergeSources(configured, stored, known)
  return {
    lines: [
      ...merged.map((source) => `  certificate lists ${source.name}: ${actionFor(source, stored)}`),
      ...stored
        .filter(({ name }) => !configured.some((source) => source.name === name))
        .map(
          ({ name }) =>
            `  certificate lists ${name}: remove; certificates that they have revoked stay revoked`,
        ),
    ],
    store: async (operator: Operator | undefined) => {
      if (isDeepStrictEqual(merged, stored)) return
      const change = async ({ store }: Pick<Runtime, 'store'>) =>
        store.lists.sources.changeSources((current) => mergeSources(configured, current, known))
      await (operator === undefined ? change(runtime) : runOperation(runtime, operator, change))
    },
  }
}

/** The time from which every process knows a key that is stored now. The clocks of processes differ by less than a minute. */
export function knownFrom(now: EpochSeconds, registryCacheSeconds: number): EpochSeconds {
  return addSeconds(now, registryCacheSeconds + 60)
}

/** Without notes, nothing would lead from a serial number in a list to tokens. @throws Complaint */
async function requireInventories({ store }: Runtime): Promise<void> {
  const services = await store.registry.listServices()
  const without = services.filter(({ certificateInventory }) => !certificateInventory)
  if (without.length > 0)
    throw new Complaint(
      `crl.sources: certificateInventory of the service ${without.map(({ apiKey }) => apiKey).join(', ')} must be on`,
    )
}

function actionFor(source: ListSource, stored: readonly ListSource[]): string {
  const before = stored.find(({ name }) => name === source.name)
  if (before === undefined) return 'create'
  return isDeepStrictEqual(before, source) ? 'exists, no change' : 'change'
}

/**
 * A source keeps the lists that it has read, as far as they belong to its distribution point.
 *
 * @param known when all processes know keys that are new
 */
export function mergeSources(
  configured: readonly ConfiguredSource[],
  stored: readonly ListSource[],
  known: EpochSeconds,
): ListSource[] {
  return configured.map((source) => {
    const before = stored.find(({ name }) => name === source.name)
    if (before === undefined) return { ...source, lists: [], knownFrom: known }
    const { address, distributionPoint = '' } = source
    const own = before.lists.filter(({ distributionPoint: point = '' }) =>
      isFolder(address) ? point.startsWith(distributionPoint) : point === distributionPoint,
    )
    const { distributionPoint: _, isCompared, ...kept } = before
    const isSame = isDeepStrictEqual(before.issuers, source.issuers)
    const keys = isSame
      ? { knownFrom: before.knownFrom, ...(isCompared && { isCompared }) }
      : { knownFrom: known }
    const lists = isSame && before.address === address ? own : own.map((list) => asUnread(list, source))
    return { ...kept, ...source, lists, ...keys }
  })
}

/**
 * The next run reads the list, also if it has not changed, and checks its signature with the present keys. Its number stays. Until then a list
 * of a key that the source no longer has is late.
 */
function asUnread({ etag: _, ...list }: StoredList, source: ConfiguredSource): StoredList {
  const isOfKey = issuerKeysOf(source).some((key) => key === list.signer)
  return { ...list, digest: '', ...(!isOfKey && { nextUpdate: 0 as EpochSeconds }) }
}

async function readSources(
  sources: CrlSettings['sources'],
  folder: string,
): Promise<readonly ConfiguredSource[]> {
  const wrong = new Complaints()
  const read: ConfiguredSource[] = []
  for (const { issuer, distributionPoint, ...source } of sources) {
    const issuers = await wrong.of(readIssuers(source.name, issuer, folder))
    const named = distributionPoint === undefined ? {} : { distributionPoint }
    read.push({ ...source, ...named, issuers: issuers ?? [] })
  }
  if (!wrong.isEmpty) throw wrong.all()
  return read
}

/** @returns base64 of DER @throws Complaint */
async function readIssuers(name: string, files: readonly string[], folder: string): Promise<string[]> {
  const bundles = await Promise.all(files.map((file) => readTruststore(resolve(folder, file))))
  const certificates = bundles.flat()
  const [first, other] = [...new Set(certificates.map(subjectOf))]
  if (other !== undefined)
    throw new Complaint(
      `crl.sources ${name}: issuer has certificates of two CAs, ${String(first)} and ${other}: use a source for each`,
    )
  const weak = certificates.find(({ publicKey }) => isWeakKey(keyStrength(publicKey)))
  if (weak !== undefined)
    throw new Complaint(`crl.sources ${name}: the key of ${subjectOf(weak)} is too weak`)
  return certificates.map(({ raw }) => raw.toString('base64'))
}
