import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { type Refreshed, refreshSource } from '../../shared/certificate-lists/refresh.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { CHOICES } from '../../shared/runtime/settings.ts'
import { Complaint } from '../command.ts'
import type { LocalDeployment } from '../local-deployment.ts'
import { knownFrom, mergeSources } from './provisioning/list-sources.ts'

/** The name of the source in the service of `npm start`. */
const NAME = 'local'

/**
 * Reads a certificate list of the development CA from a file, as the function of a deployment reads a list from its address.
 *
 * @throws Complaint if the file cannot be read, SourceBusy
 */
export async function readLocalList(
  file: string,
  runtime: Runtime,
  { caFile }: Pick<LocalDeployment, 'caFile'>,
): Promise<Refreshed> {
  const content = await readFile(file).catch((cause: unknown) => {
    throw new Complaint(`${file} cannot be read`, { cause })
  })
  const issuers = [new X509Certificate(await readFile(caFile)).raw.toString('base64')]
  const source = { name: NAME, issuers, address: pathToFileURL(file).href }
  const known = knownFrom(runtime.now(), CHOICES.registryCacheSeconds.parse(undefined))
  await runtime.store.lists.sources.changeSources((stored) => mergeSources([source], stored, known))
  return refreshSource(NAME, {
    ...runtime,
    find: () => Promise.resolve([]),
    fetch: () => Promise.resolve({ content, etag: undefined }),
    pause: () => Promise.resolve(),
  })
}
