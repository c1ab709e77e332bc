import { startSite } from '../../infra/emulator/site/site.ts'
import type { Seeded } from '../../infra/emulator/site/seed.ts'
import { answerMeasurements } from './measured.ts'

/** The site of `npm start` over an engine elsewhere, in a process of its own so that its memory is its own. */
export interface EdgeArgument {
  readonly endpoint: string
  /** The folder of the development certificates. */
  readonly directory: string
  readonly truststore: string
}

export interface EdgeReady {
  readonly mtlsUrl: string
  readonly webApiUrl: string
  readonly seeded: Seeded
}

const { endpoint, directory, truststore } = JSON.parse(process.argv[2] ?? '{}') as EdgeArgument
const site = await startSite({
  directory,
  truststore,
  engine: { endpoint, close: () => Promise.resolve() },
  onLine: (line) => void process.stdout.write(`${line}\n`),
})
const { mtlsUrl, webApiUrl, seeded } = site
answerMeasurements({ mtlsUrl, webApiUrl, seeded } satisfies EdgeReady)
