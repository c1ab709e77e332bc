import { setTimeout as delay } from 'node:timers/promises'
import { listFetcher } from '../../shared/certificate-lists/fetch.ts'
import { refreshSource } from '../../shared/certificate-lists/refresh.ts'
import { isFresh, SourceBusy, WRITE_PAUSE_MILLISECONDS } from '../../shared/certificate-lists/run.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { command, Complaint } from '../command.ts'
import { listSummary } from '../list-summary.ts'
import { runOperation } from '../management/operation.ts'
import { attempt, operatorOf } from './deployment/aws.ts'
import { localEndpoint, withTables } from './deployment/tables.ts'
import { readDeployment } from './settings/read-deployment.ts'

const HELP = `certbound crl: reads the certificate lists of a deployment, from this machine

  SOURCE...              the names of sources (all)
  --accept-older SOURCE  once accept lists of this source that are older than the last ones, because its CA was restored. This is recorded
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
    endpoint: { type: 'string' },
  },
  run: async ({ values, positionals }, io) => {
    const settings = await readDeployment(values.settings)
    const endpoint = localEndpoint(values, io)
    const older = values['accept-older']
    return withTables(settings, { endpoint }, (runtime, deployed) =>
      attempt('the tables', async () => {
        const names = await namesOf([...positionals, ...(older === undefined ? [] : [older])], runtime)
        if (older !== undefined) {
          const operator = await operatorOf(`crl --accept-older ${older}`, deployed?.aws)
          await runOperation(runtime, operator, ({ store }) => acceptOlder(older, store))
        }
        const s3 = { region: settings.region, ...(deployed && { credentials: deployed.aws.credentials }) }
        const pause = () => delay(WRITE_PAUSE_MILLISECONDS)
        const reader = { ...runtime, ...listFetcher(s3), pause }
        let isFine = true
        for (const name of names) {
          const { source } = await refreshSource(name, reader).catch(complain)
          isFine &&= isFresh(source, runtime.now()) && source.problem === undefined
          for (const line of listSummary(source, runtime.now())) io.out(line)
        }
        return isFine ? 0 : 1
      }),
    )
  },
})

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

async function acceptOlder(name: string, store: Pick<Runtime['store'], 'lists'>): Promise<void> {
  await store.lists.sources.changeSource(name, (source) => ({ ...source, acceptOlder: true }))
}

function complain(error: unknown): never {
  throw error instanceof SourceBusy ? new Complaint(error.message) : error
}
