import { setTimeout as delay } from 'node:timers/promises'
import { listFetcher } from '../../shared/certificate-lists/fetch.ts'
import { type Refreshed, refreshSource } from '../../shared/certificate-lists/refresh.ts'
import { SourceBusy, WRITE_PAUSE_MILLISECONDS } from '../../shared/certificate-lists/run.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { isFresh } from '../../shared/store/lists/sources.ts'
import { command, Complaint, type Io } from '../command.ts'
import { listSummary } from '../list-summary.ts'
import { runOutside } from '../management/operation.ts'
import { attempt, operatorOf } from './deployment/aws.ts'
import { withLocalTables } from './deployment/local.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { readLocalList } from './local-list.ts'
import { readDeployment } from './settings/read-deployment.ts'

const HELP = `certbound crl: reads the certificate lists of a deployment, from this machine

  SOURCE...              the names of sources (all)
  --accept-older SOURCE  once accept lists of this source that are older than the last ones, because its CA was restored. This is recorded
  --local FILE           read this list of the development CA into the service of npm start, instead of the lists of a deployment
  --directory DIR        where npm start writes local.json (.certbound)
  --settings FILE        the settings (certbound.jsonc)
  --endpoint URL         use a DynamoDB on this machine (AWS_ENDPOINT_URL_DYNAMODB)
  --help

A function of the deployment reads the lists every ten minutes. Use this command for lists on hosts that only this machine reaches.
Exit code: 1 if a list was not read or is late.`

export const COMMAND = command({
  help: HELP,
  allowPositionals: true,
  options: {
    settings: { type: 'string', default: 'certbound.jsonc' },
    'accept-older': { type: 'string' },
    local: { type: 'string' },
    directory: { type: 'string', default: '.certbound' },
    endpoint: { type: 'string' },
  },
  run: async ({ values, positionals }, io) => {
    const { local: file } = values
    if (file !== undefined) {
      if (positionals.length > 0 || values['accept-older'] !== undefined)
        throw new Complaint('--local reads one file: leave out SOURCE and --accept-older')
      return withLocalTables(values.directory, async (runtime, local) => {
        const read = await readLocalList(file, runtime, local).catch(complain)
        return report(read, runtime, io) ? 0 : 1
      })
    }
    const settings = await readDeployment(values.settings)
    const endpoint = localEndpoint(values, io)
    const older = values['accept-older']
    return withTables(settings, { endpoint }, (runtime, deployed) =>
      attempt('the tables', async () => {
        const names = await namesOf([...positionals, ...(older === undefined ? [] : [older])], runtime)
        const s3 = { region: settings.region, ...(deployed && { credentials: deployed.aws.credentials }) }
        const pause = () => delay(WRITE_PAUSE_MILLISECONDS)
        const read = (name: string, acceptOlder?: true) =>
          refreshSource(name, { ...runtime, ...listFetcher(s3), pause, acceptOlder })
        const readOlder = async (name: string) => {
          const operator = await operatorOf(`crl --accept-older ${name}`, deployed?.aws)
          const members = [{ name: 'acceptOlder', to: 'true' }]
          const change = { kind: 'certificateLists', item: name, members }
          return runOutside(runtime, operator, change, () => read(name, true))
        }
        let isFine = true
        for (const name of names) {
          const refreshed = await (name === older ? readOlder(name) : read(name)).catch(complain)
          isFine = report(refreshed, runtime, io) && isFine
        }
        return isFine ? 0 : 1
      }),
    )
  },
})

/** Prints the lists of a source. @returns whether all are fresh */
function report({ source }: Refreshed, { now }: Pick<Runtime, 'now'>, { out }: Io): boolean {
  for (const line of listSummary(source, now())) out(line)
  return isFresh(source, now()) && source.problem === undefined
}

/** @throws Complaint */
async function namesOf(chosen: readonly string[], { store }: Runtime): Promise<readonly string[]> {
  const known = (await store.lists.sources.findCurrent()).map(({ name }) => name)
  const unknown = chosen.find((name) => !known.includes(name))
  const all = known.length === 0 ? 'there is none' : `there are ${known.join(', ')}`
  if (unknown !== undefined) throw new Complaint(`there is no source ${unknown}: ${all}`)
  if (known.length === 0)
    throw new Complaint('there is no source: add it to crl.sources, and run npm run provision')
  return chosen.length === 0 ? known : [...new Set(chosen)]
}

function complain(error: unknown): never {
  throw error instanceof SourceBusy ? new Complaint(error.message) : error
}
